//! The device flow.

result_codes! {}
