//! The creation, update and deletion of tokens.

result_codes! {}
