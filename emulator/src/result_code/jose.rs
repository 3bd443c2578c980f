//! JOSE: keys, signatures and encryption.

use super::*;

/// The codes for a signature of the client.
pub const JOSE_SIGNATURE: SignatureCodes = SignatureCodes {
    wrong: JOSE_SIGNATURE_WRONG,
    keys_missing: JOSE_CLIENT_KEYS_MISSING,
    key_unknown: JOSE_KEY_UNKNOWN,
};

result_codes! {
    JOSE_VALID = published "A160001", "the JOSE object is valid";
    JOSE_MISSING = published "A160201", "jose is missing";
    /// The response has details.
    JOSE_MALFORMED = published "A160202", "jose cannot be read";
    /// The response has details.
    JOSE_PAYLOAD = published "A160203", "the payload is not a JSON object although claims are mandatory";
    /// The response has details.
    JOSE_CLAIM_MISSING = published "A160204", "a mandatory claim is missing";
    /// The response has details.
    JOSE_TIME_NO_NUMBER = published "A160205", "exp, iat or nbf is not a number";
    /// The response has details.
    JOSE_EXPIRED = published "A160206", "exp is in the past";
    /// The response has details.
    JOSE_ISSUED_LATER = published "A160207", "iat is in the future";
    /// The response has details.
    JOSE_EARLY = published "A160208", "nbf is in the future";
    /// The response has details.
    JOSE_ALGORITHM = published "A160211", "the signature algorithm is not supported";
    /// The response has details.
    JOSE_CLIENT_MISSING = published "A160215", "the client with the key cannot be determined";
    /// The response has details.
    JOSE_CLIENT_UNKNOWN = published "A160216", "the service has no such client";
    /// The response has details.
    JOSE_SERVICE_KEYS_MISSING = published "A160218", "the service has no JWK Set";
    /// The response has details.
    JOSE_SIGNATURE_WRONG = published "A160219", "the signature is not the expected one";
    /// The response has details.
    JOSE_KEY_UNKNOWN = published "A160221", "there is no key that fits the algorithm and the kid";
    /// The response has details.
    JOSE_CLIENT_KEYS_MISSING = published "A160301", "the client has registered no keys";
    /// The response has details.
    JOSE_UNDECIPHERABLE = own "A924201", "jose cannot be decrypted with a key of the service or the client";
    /// The response has details.
    JOSE_CONTENT_UNSIGNED = own "A924202", "the content is not signed";
    /// RFC 7515 §4.
    JOSE_HEADER = published "A160209", "the header of the JWS cannot be read";
    /// RFC 7515 §4.1.1.
    JOSE_ALG_MISSING = published "A160210", "the JWS has no alg";
    /// RFC 7515 §5.2.
    JOSE_PAYLOAD_MALFORMED = published "A160213", "the payload of the JWS cannot be read";
}
