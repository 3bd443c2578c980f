//! CIBA.

result_codes! {}
