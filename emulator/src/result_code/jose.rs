//! JOSE: keys, signatures and encryption.

result_codes! {}
