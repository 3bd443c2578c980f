//! Dynamic client registration.

result_codes! {}
