//! Hardware-secured keys.

result_codes! {}
