//! Proof of possession with a DPoP key or a certificate, at all endpoints.

use super::*;

/// The codes of an API for a DPoP proof.
#[derive(Debug)]
pub struct DpopCodes {
    /// For errors without a specific code.
    pub invalid: ResultCode,
    pub algorithm_symmetric: ResultCode,
    pub key_missing: ResultCode,
    pub algorithm_missing: ResultCode,
}

pub fn dpop_codes(operation: &str) -> DpopCodes {
    match operation {
        "introspection" => DpopCodes {
            invalid: DPOP_PROOF_INVALID_AT_INTROSPECTION,
            algorithm_symmetric: DPOP_ALGORITHM_SYMMETRIC_AT_INTROSPECTION,
            key_missing: DPOP_KEY_MISSING_AT_INTROSPECTION,
            algorithm_missing: DPOP_ALGORITHM_MISSING_AT_INTROSPECTION,
        },
        "userinfo" => DpopCodes {
            invalid: DPOP_PROOF_INVALID_AT_USERINFO,
            algorithm_symmetric: DPOP_ALGORITHM_SYMMETRIC_AT_USERINFO,
            key_missing: DPOP_KEY_MISSING_AT_USERINFO,
            algorithm_missing: DPOP_ALGORITHM_MISSING_AT_USERINFO,
        },
        "grant_management" => DpopCodes {
            invalid: DPOP_PROOF_INVALID_AT_GRANTS,
            algorithm_symmetric: DPOP_ALGORITHM_SYMMETRIC_AT_GRANTS,
            key_missing: DPOP_KEY_MISSING_AT_GRANTS,
            algorithm_missing: DPOP_ALGORITHM_MISSING_AT_GRANTS,
        },
        _ => DpopCodes {
            invalid: DPOP_PROOF_INVALID,
            algorithm_symmetric: DPOP_ALGORITHM_SYMMETRIC,
            key_missing: DPOP_KEY_MISSING,
            algorithm_missing: DPOP_ALGORITHM_MISSING,
        },
    }
}

/// The codes of a protected resource for an access token without proof of possession.
#[derive(Debug)]
pub struct PossessionCodes {
    pub certificate_missing: ResultCode,
    pub certificate_other: ResultCode,
    pub proof_missing: ResultCode,
    pub key_other: ResultCode,
    /// For a DPoP proof with a token that is not bound to a key, unless it is ignored.
    pub proof_unneeded: Option<ResultCode>,
}

pub fn possession_codes(operation: &str) -> PossessionCodes {
    match operation {
        "userinfo" => PossessionCodes {
            certificate_missing: CERTIFICATE_OF_TOKEN_MISSING_AT_USERINFO,
            certificate_other: CERTIFICATE_OF_TOKEN_AT_USERINFO,
            proof_missing: DPOP_PROOF_OF_TOKEN_MISSING_AT_USERINFO,
            key_other: DPOP_KEY_OF_TOKEN_AT_USERINFO,
            proof_unneeded: None,
        },
        "grant_management" => PossessionCodes {
            certificate_missing: CERTIFICATE_OF_TOKEN_MISSING_AT_GRANTS,
            certificate_other: CERTIFICATE_OF_TOKEN_AT_GRANTS,
            proof_missing: DPOP_PROOF_OF_TOKEN_MISSING_AT_GRANTS,
            key_other: DPOP_KEY_OF_TOKEN_AT_GRANTS,
            proof_unneeded: None,
        },
        _ => PossessionCodes {
            certificate_missing: CERTIFICATE_OF_TOKEN_MISSING,
            certificate_other: CERTIFICATE_OF_TOKEN,
            proof_missing: DPOP_PROOF_OF_TOKEN_MISSING,
            key_other: DPOP_KEY_OF_TOKEN,
            proof_unneeded: Some(DPOP_KEY_OF_TOKEN),
        },
    }
}

result_codes! {
    /// RFC 9449 §4.2.
    DPOP_PROOF_INVALID = published "A254301", "the DPoP proof is invalid";
    /// RFC 9449 §4.2.
    DPOP_ALGORITHM_SYMMETRIC = published "A254302", "alg of the DPoP proof is symmetric or none";
    /// RFC 9449 §4.2.
    DPOP_ALGORITHM_MISSING = published "A254304", "the DPoP proof has no alg";
    /// RFC 9449 §4.2.
    DPOP_KEY_MISSING = published "A254303", "the DPoP proof has no public key in jwk";
    /// RFC 9449 §4.2.
    DPOP_PROOF_INVALID_AT_INTROSPECTION = published "A065310", "the DPoP proof is invalid";
    /// RFC 9449 §4.2.
    DPOP_ALGORITHM_SYMMETRIC_AT_INTROSPECTION = published "A065311", "alg of the DPoP proof is symmetric or none";
    /// RFC 9449 §4.2.
    DPOP_KEY_MISSING_AT_INTROSPECTION = published "A065312", "the DPoP proof has no public key in jwk";
    /// RFC 9449 §4.2.
    DPOP_ALGORITHM_MISSING_AT_INTROSPECTION = published "A065313", "the DPoP proof has no alg";
    /// RFC 9449 §4.2.
    DPOP_ALGORITHM_SYMMETRIC_AT_USERINFO = published "A089314", "alg of the DPoP proof is symmetric or none";
    /// RFC 9449 §4.2.
    DPOP_KEY_MISSING_AT_USERINFO = published "A089315", "the DPoP proof has no public key in jwk";
    /// RFC 9449 §4.2.
    DPOP_ALGORITHM_MISSING_AT_USERINFO = published "A089316", "the DPoP proof has no alg";
    /// RFC 9449 §4.2.
    DPOP_PROOF_INVALID_AT_GRANTS = own "A906301", "the DPoP proof is invalid";
    /// RFC 9449 §4.2.
    DPOP_ALGORITHM_SYMMETRIC_AT_GRANTS = own "A906302", "alg of the DPoP proof is symmetric or none";
    /// RFC 9449 §4.2.
    DPOP_KEY_MISSING_AT_GRANTS = own "A906303", "the DPoP proof has no public key in jwk";
    /// RFC 9449 §4.2.
    DPOP_ALGORITHM_MISSING_AT_GRANTS = own "A906304", "the DPoP proof has no alg";
    DPOP_NONCE = own "A906305", "the DPoP proof does not contain the required nonce";
    /// RFC 9449 §5.2.
    DPOP_PROOF_MISSING = own "A906306", "the client must send a DPoP proof";
    /// RFC 9449 §10.
    DPOP_KEY_OF_CODE = own "A906307", "the authorization code is bound to another DPoP key";
    /// RFC 9449 §5.
    DPOP_KEY_OF_REFRESH_TOKEN = published "A053311", "the refresh token is bound to another DPoP key";
    /// RFC 8705 §4.
    REFRESH_TOKEN_CERTIFICATE = own "A906308", "the refresh token is bound to another certificate";
    /// RFC 8705 §3.4.
    CERTIFICATE_TO_BIND_MISSING = published "A244308", "the client must present the certificate that its tokens are bound to";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN = published "A065305", "the access token is bound to another certificate";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN_MISSING = published "A065304", "the access token is bound to a certificate, and there is none";
    /// RFC 8705 §3.
    CERTIFICATE_AT_INTROSPECTION_MALFORMED = published "A065307", "clientCertificate is not an X.509 certificate";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN_AT_GRANTS = own "A906309", "the access token is bound to another certificate";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN_MISSING_AT_GRANTS = own "A906310", "the access token is bound to a certificate, and there is none";
    /// RFC 8705 §3.
    CERTIFICATE_AT_GRANTS_MALFORMED = own "A906311", "clientCertificate is not an X.509 certificate";
    /// RFC 8705 §3.
    DPOP_PROOF_OF_TOKEN_MISSING_AT_GRANTS = own "A906312", "the access token is bound to a DPoP key, and there is no DPoP proof";
    /// RFC 8705 §3.
    DPOP_KEY_OF_TOKEN_AT_GRANTS = own "A906313", "the access token is bound to another DPoP key";
    DPOP_PROOF_OF_TOKEN_MISSING = published "A065308", "the access token is bound to a DPoP key, and there is no DPoP proof";
    /// RFC 9449 §7.1.
    DPOP_KEY_OF_TOKEN = published "A065309", "the access token is bound to another DPoP key";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN_AT_USERINFO = published "A089310", "the access token is bound to another certificate";
    /// RFC 8705 §3.
    CERTIFICATE_OF_TOKEN_MISSING_AT_USERINFO = published "A089307", "the access token is bound to a certificate, and there is none";
    /// RFC 8705 §3.
    CERTIFICATE_AT_USERINFO_MALFORMED = published "A089308", "clientCertificate is not an X.509 certificate";
    DPOP_PROOF_OF_TOKEN_MISSING_AT_USERINFO = published "A089311", "the access token is bound to a DPoP key, and there is no DPoP proof";
    DPOP_KEY_OF_TOKEN_AT_USERINFO = published "A089312", "the access token is bound to another DPoP key";
    DPOP_PROOF_INVALID_AT_USERINFO = published "A089313", "the DPoP proof is invalid";
}
