//! Discovery and the JWK Set.

result_codes! {}
