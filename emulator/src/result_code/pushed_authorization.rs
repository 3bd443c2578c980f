//! Pushed authorization requests.

result_codes! {}
