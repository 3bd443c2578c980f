//! JOSE: keys, signatures and encryption.

use super::*;

/// For the signature of a client.
pub const JOSE_SIGNATURE: SignatureCodes = SignatureCodes {
    wrong: JOSE_SIGNATURE_WRONG,
    keys_missing: JOSE_CLIENT_KEYS_MISSING,
    key_unknown: JOSE_KEY_UNKNOWN,
};

result_codes! {
    /// All is in order.
    JOSE_VALID = published "A160001", "the JOSE object is valid";
    /// The caller's fault.
    JOSE_MISSING = published "A160201", "jose is missing";
    /// What is wrong with it stands beside.
    JOSE_MALFORMED = published "A160202", "jose cannot be read";
    /// What is wrong with it stands beside.
    JOSE_PAYLOAD = published "A160203", "the payload is no JSON object although claims are mandatory";
    /// What is wrong with it stands beside.
    JOSE_CLAIM_MISSING = published "A160204", "a mandatory claim is missing";
    /// What is wrong with it stands beside.
    JOSE_TIME_NO_NUMBER = published "A160205", "exp, iat or nbf is not a number";
    /// What is wrong with it stands beside.
    JOSE_EXPIRED = published "A160206", "exp is in the past";
    /// What is wrong with it stands beside.
    JOSE_ISSUED_LATER = published "A160207", "iat is in the future";
    /// What is wrong with it stands beside.
    JOSE_EARLY = published "A160208", "nbf is in the future";
    /// What is wrong with it stands beside.
    JOSE_ALGORITHM = published "A160211", "the signature algorithm is not supported";
    /// What is wrong with it stands beside.
    JOSE_CLIENT_MISSING = published "A160215", "it is not known which client has the key";
    /// What is wrong with it stands beside.
    JOSE_CLIENT_UNKNOWN = published "A160216", "the service has no such client";
    /// What is wrong with it stands beside.
    JOSE_SERVICE_KEYS_MISSING = published "A160218", "the service has no JWK Set";
    /// What is wrong with it stands beside.
    JOSE_SIGNATURE_WRONG = published "A160219", "the signature is not the expected one";
    /// What is wrong with it stands beside.
    JOSE_KEY_UNKNOWN = published "A160221", "there is no key that fits the algorithm and the kid";
    /// What is wrong with it stands beside.
    JOSE_CLIENT_KEYS_MISSING = published "A160301", "the client has registered no keys";
    /// What is wrong with it stands beside.
    JOSE_UNDECIPHERABLE = own "A924201", "no key of the service or the client opens jose";
    /// What is wrong with it stands beside.
    JOSE_CONTENT_UNSIGNED = own "A924202", "the content is not signed";
    /// RFC 7515 §4.
    JOSE_HEADER = published "A160209", "the header of the JWS cannot be read";
    /// RFC 7515 §4.1.1.
    JOSE_ALG_MISSING = published "A160210", "the JWS has no alg";
    /// RFC 7515 §5.2.
    JOSE_PAYLOAD_MALFORMED = published "A160213", "the payload of the JWS cannot be read";
}
