//! DPoP, at every endpoint that takes a proof.

result_codes! {}
