//! Request objects.

use super::*;

/// The codes for a request object at an endpoint.
#[derive(Debug)]
pub struct RequestObjectCodes {
    pub plain: ObjectCodes,
    /// For the content of an encrypted request object.
    pub wrapped: ObjectCodes,
    /// The codes for encryption errors, or the code for an object that must not be encrypted.
    pub encryption: Result<EncryptionCodes, ResultCode>,
}

#[derive(Debug)]
pub struct EncryptionCodes {
    pub malformed: ResultCode,
    pub alg_missing: ResultCode,
    pub enc_missing: ResultCode,
    pub alg_unknown: ResultCode,
    pub enc_unknown: ResultCode,
    pub alg: ResultCode,
    pub enc: ResultCode,
    pub keys_missing: ResultCode,
    pub key_missing: ResultCode,
    pub undecipherable: ResultCode,
}

#[derive(Debug)]
pub struct ObjectCodes {
    pub malformed: ResultCode,
    pub alg_missing: ResultCode,
    pub payload: ResultCode,
    pub algorithm: ResultCode,
    pub unsigned: ResultCode,
    /// Not signed although the client has registered an algorithm.
    pub not_signed: ResultCode,
    pub signature: SignatureCodes,
    pub has_request: ResultCode,
    pub has_request_uri: ResultCode,
    pub issuer: ResultCode,
    /// `iss` is not a client.
    pub issuer_unknown: ResultCode,
    pub audience_missing: ResultCode,
    pub audience_malformed: ResultCode,
    pub audience: ResultCode,
    /// `aud` is an array.
    pub audiences: ResultCode,
    pub end_no_number: ResultCode,
    pub expired: ResultCode,
    pub beginning_no_number: ResultCode,
    pub early: ResultCode,
    pub issued_no_number: ResultCode,
    pub issued_later: ResultCode,
    /// A time claim is null, if that has a code of its own.
    pub time_null: Option<ResultCode>,
    pub client_missing: ResultCode,
    pub client_no_string: ResultCode,
    pub client: ResultCode,
    pub response_type: ResultCode,
}

/// The codes of a request object at the authorization endpoint, or at the endpoint of pushed authorization requests.
pub fn request_object_codes(operation: &str) -> &'static RequestObjectCodes {
    match operation {
        "push_authorization_request" => &PUSHED_OBJECT,
        _ => &AUTHORIZATION_OBJECT,
    }
}

static AUTHORIZATION_OBJECT: RequestObjectCodes = RequestObjectCodes {
    plain: ObjectCodes {
        malformed: REQUEST_OBJECT_MALFORMED,
        alg_missing: REQUEST_OBJECT_ALG_MISSING,
        payload: REQUEST_OBJECT_PAYLOAD,
        algorithm: REQUEST_OBJECT_ALGORITHM,
        unsigned: REQUEST_OBJECT_UNSIGNED,
        not_signed: REQUEST_OBJECT_NOT_SIGNED,
        signature: SignatureCodes {
            wrong: REQUEST_OBJECT_SIGNATURE_WRONG,
            keys_missing: REQUEST_OBJECT_CLIENT_KEYS_MISSING,
            key_unknown: REQUEST_OBJECT_CLIENT_KEY_UNKNOWN,
        },
        has_request: REQUEST_OBJECT_HAS_REQUEST,
        has_request_uri: REQUEST_OBJECT_HAS_REQUEST_URI,
        issuer: REQUEST_OBJECT_ISSUER,
        issuer_unknown: REQUEST_OBJECT_ISSUER,
        audience_missing: REQUEST_OBJECT_AUDIENCE_MISSING,
        audience_malformed: REQUEST_OBJECT_AUDIENCE_MALFORMED,
        audience: REQUEST_OBJECT_AUDIENCE,
        audiences: REQUEST_OBJECT_AUDIENCES,
        end_no_number: REQUEST_OBJECT_END_NO_NUMBER,
        expired: REQUEST_OBJECT_EXPIRED,
        beginning_no_number: REQUEST_OBJECT_BEGINNING_NO_NUMBER,
        early: REQUEST_OBJECT_EARLY,
        issued_no_number: REQUEST_OBJECT_TIME,
        issued_later: REQUEST_OBJECT_TIME,
        time_null: None,
        client_missing: REQUEST_OBJECT_CLIENT_MISSING,
        client_no_string: REQUEST_OBJECT_CLIENT_NO_STRING,
        client: REQUEST_OBJECT_CLIENT,
        response_type: REQUEST_OBJECT_RESPONSE_TYPE,
    },
    wrapped: ObjectCodes {
        malformed: WRAPPED_MALFORMED,
        alg_missing: WRAPPED_ALG_MISSING,
        payload: WRAPPED_PAYLOAD,
        algorithm: WRAPPED_ALGORITHM,
        unsigned: REQUEST_OBJECT_UNSIGNED,
        not_signed: WRAPPED_NOT_SIGNED,
        signature: SignatureCodes {
            wrong: WRAPPED_SIGNATURE_WRONG,
            keys_missing: WRAPPED_CLIENT_KEYS_MISSING,
            key_unknown: WRAPPED_CLIENT_KEY_UNKNOWN,
        },
        has_request: WRAPPED_HAS_REQUEST,
        has_request_uri: WRAPPED_HAS_REQUEST_URI,
        issuer: REQUEST_OBJECT_ISSUER,
        issuer_unknown: REQUEST_OBJECT_ISSUER,
        audience_missing: WRAPPED_AUDIENCE_MISSING,
        audience_malformed: WRAPPED_AUDIENCE_MALFORMED,
        audience: WRAPPED_AUDIENCE,
        audiences: WRAPPED_AUDIENCES,
        end_no_number: WRAPPED_END_NO_NUMBER,
        expired: WRAPPED_EXPIRED,
        beginning_no_number: WRAPPED_BEGINNING_NO_NUMBER,
        early: WRAPPED_EARLY,
        issued_no_number: REQUEST_OBJECT_TIME,
        issued_later: REQUEST_OBJECT_TIME,
        time_null: None,
        client_missing: REQUEST_OBJECT_CLIENT_MISSING,
        client_no_string: WRAPPED_CLIENT_NO_STRING,
        client: WRAPPED_CLIENT,
        response_type: WRAPPED_RESPONSE_TYPE,
    },
    encryption: Ok(EncryptionCodes {
        malformed: REQUEST_OBJECT_MALFORMED,
        alg_missing: REQUEST_OBJECT_JWE_ALG_MISSING,
        enc_missing: REQUEST_OBJECT_JWE_ENC_MISSING,
        alg_unknown: REQUEST_OBJECT_JWE_ALG_UNKNOWN,
        enc_unknown: REQUEST_OBJECT_JWE_ENC_UNKNOWN,
        alg: REQUEST_OBJECT_JWE_ALG,
        enc: REQUEST_OBJECT_JWE_ENC,
        keys_missing: REQUEST_OBJECT_KEYS_MISSING,
        key_missing: REQUEST_OBJECT_KEY_MISSING,
        undecipherable: REQUEST_OBJECT_UNDECIPHERABLE,
    }),
};

const fn pushed(malformed: ResultCode) -> ObjectCodes {
    ObjectCodes {
        malformed,
        alg_missing: malformed,
        payload: PUSHED_OBJECT_PAYLOAD,
        algorithm: PUSHED_OBJECT_ALGORITHM,
        unsigned: PUSHED_OBJECT_UNSIGNED,
        not_signed: PUSHED_OBJECT_UNSIGNED,
        signature: SignatureCodes {
            wrong: PUSHED_OBJECT_SIGNATURE_WRONG,
            keys_missing: PUSHED_OBJECT_CLIENT_KEYS_MISSING,
            key_unknown: PUSHED_OBJECT_CLIENT_KEY_UNKNOWN,
        },
        has_request: PUSHED_OBJECT_NESTED,
        has_request_uri: PUSHED_OBJECT_NESTED,
        issuer: PUSHED_OBJECT_ISSUER,
        issuer_unknown: PUSHED_OBJECT_ISSUER,
        audience_missing: PUSHED_OBJECT_AUDIENCE,
        audience_malformed: PUSHED_OBJECT_AUDIENCE,
        audience: PUSHED_OBJECT_AUDIENCE,
        audiences: PUSHED_OBJECT_AUDIENCE,
        end_no_number: PUSHED_OBJECT_EXPIRED,
        expired: PUSHED_OBJECT_EXPIRED,
        beginning_no_number: PUSHED_OBJECT_EARLY,
        early: PUSHED_OBJECT_EARLY,
        issued_no_number: PUSHED_OBJECT_EARLY,
        issued_later: PUSHED_OBJECT_EARLY,
        time_null: None,
        client_missing: REQUEST_OBJECT_CLIENT_MISSING,
        client_no_string: PUSHED_OBJECT_CLIENT,
        client: PUSHED_OBJECT_CLIENT,
        response_type: PUSHED_OBJECT_PARAMETER,
    }
}

static PUSHED_OBJECT: RequestObjectCodes = RequestObjectCodes {
    plain: pushed(PUSHED_OBJECT_MALFORMED),
    wrapped: pushed(PUSHED_WRAPPED_MALFORMED),
    encryption: Ok(EncryptionCodes {
        malformed: PUSHED_OBJECT_MALFORMED,
        alg_missing: PUSHED_OBJECT_JWE_ALG_MISSING,
        enc_missing: PUSHED_OBJECT_JWE_ENC_MISSING,
        alg_unknown: PUSHED_OBJECT_JWE_ALG_UNKNOWN,
        enc_unknown: PUSHED_OBJECT_JWE_ENC_UNKNOWN,
        alg: PUSHED_OBJECT_JWE_ALG,
        enc: PUSHED_OBJECT_JWE_ENC,
        keys_missing: PUSHED_OBJECT_UNDECIPHERABLE,
        key_missing: PUSHED_OBJECT_UNDECIPHERABLE,
        undecipherable: PUSHED_OBJECT_UNDECIPHERABLE,
    }),
};

const SIGNED_BACKCHANNEL_REQUEST: ObjectCodes = ObjectCodes {
    malformed: BACKCHANNEL_OBJECT_MALFORMED,
    alg_missing: BACKCHANNEL_OBJECT_MALFORMED,
    payload: BACKCHANNEL_OBJECT_PAYLOAD,
    algorithm: BACKCHANNEL_OBJECT_ALGORITHM,
    unsigned: BACKCHANNEL_OBJECT_UNSIGNED,
    not_signed: BACKCHANNEL_OBJECT_UNSIGNED,
    signature: SignatureCodes {
        wrong: BACKCHANNEL_OBJECT_SIGNATURE_WRONG,
        keys_missing: BACKCHANNEL_OBJECT_CLIENT_KEYS_MISSING,
        key_unknown: BACKCHANNEL_OBJECT_CLIENT_KEY_UNKNOWN,
    },
    has_request: BACKCHANNEL_OBJECT_NESTED,
    has_request_uri: BACKCHANNEL_OBJECT_NESTED,
    issuer: BACKCHANNEL_OBJECT_ISSUER_OTHER,
    issuer_unknown: BACKCHANNEL_OBJECT_ISSUER_UNKNOWN,
    audience_missing: BACKCHANNEL_REQUEST_CLAIM_MISSING,
    audience_malformed: BACKCHANNEL_REQUEST_AUDIENCE,
    audience: BACKCHANNEL_REQUEST_AUDIENCE,
    audiences: BACKCHANNEL_REQUEST_AUDIENCES,
    end_no_number: BACKCHANNEL_OBJECT_TIME_NO_NUMBER,
    expired: BACKCHANNEL_OBJECT_EXPIRED,
    beginning_no_number: BACKCHANNEL_OBJECT_TIME_NO_NUMBER,
    early: BACKCHANNEL_OBJECT_EARLY,
    issued_no_number: BACKCHANNEL_OBJECT_TIME_NO_NUMBER,
    issued_later: BACKCHANNEL_OBJECT_ISSUED_LATER,
    time_null: Some(BACKCHANNEL_REQUEST_CLAIM_NULL),
    client_missing: REQUEST_OBJECT_CLIENT_MISSING,
    client_no_string: REQUEST_OBJECT_CLIENT_MISSING,
    client: REQUEST_OBJECT_CLIENT_MISSING,
    response_type: REQUEST_OBJECT_CLIENT_MISSING,
};

/// At the backchannel authentication endpoint.
pub static BACKCHANNEL_OBJECT: RequestObjectCodes = RequestObjectCodes {
    plain: SIGNED_BACKCHANNEL_REQUEST,
    wrapped: SIGNED_BACKCHANNEL_REQUEST,
    encryption: Err(BACKCHANNEL_OBJECT_ENCRYPTED),
};

result_codes! {
    /// RFC 9101 §5.
    REQUEST_OBJECT_TWICE = published "A008304", "request and request_uri exclude each other";
    /// RFC 9101 §10.5.
    REQUEST_OBJECT_REQUIRED_OF_CLIENT = published "A008309", "requests of the client must come as request objects";
    /// RFC 9101 §10.5.
    REQUEST_OBJECT_REQUIRED = published "A008310", "requests to the service must come as request objects";
    /// OpenID Connect Core 1.0 §6.2.
    REQUEST_URI_NOT_REGISTERED = published "A008303", "request_uri is not registered for the client";
    /// RFC 9101 §4.
    REQUEST_OBJECT_MALFORMED = published "A005301", "the request object is not a JWT";
    /// RFC 9101 §4.
    WRAPPED_MALFORMED = published "A005302", "the content of the encrypted request object is not a JWT";
    /// RFC 9101 §4.
    REQUEST_OBJECT_PAYLOAD = published "A005378", "the claims of the request object are not a JSON object";
    /// RFC 9101 §4.
    WRAPPED_PAYLOAD = published "A005379", "the claims in the encrypted request object are not a JSON object";
    /// RFC 9101 §6.1.
    REQUEST_OBJECT_UNDECIPHERABLE = published "A005364", "the request object cannot be decrypted with the keys of the service";
    /// RFC 9101 §6.1.
    REQUEST_OBJECT_KEYS_MISSING = published "A005201", "the service has no JWK Set to decrypt the request object with";
    /// RFC 9101 §6.1.
    REQUEST_OBJECT_KEY_MISSING = published "A005374", "the JWK Set of the service has no key for the encrypted request object";
    /// Depends on the settings of the service or the client.
    REQUEST_OBJECT_JWE_ALG = published "A006330", "the request object is not encrypted with the registered alg";
    /// Depends on the settings of the service or the client.
    REQUEST_OBJECT_JWE_ENC = published "A006332", "the request object is not encrypted with the registered enc";
    /// Depends on the settings of the service or the client.
    REQUEST_OBJECT_NOT_ENCRYPTED = published "A006334", "the request object must be encrypted";
    /// RFC 9101 §6.2: the registration of the client decides.
    REQUEST_OBJECT_ALGORITHM = published "A005312", "the request object is not signed with the registered algorithm";
    /// RFC 9101 §6.2: the registration of the client decides.
    WRAPPED_ALGORITHM = published "A005313", "the request object is not signed with the registered algorithm";
    /// RFC 9101 §6.2: the registration of the client decides.
    PUSHED_OBJECT_ALGORITHM = own "A902301", "the request object is not signed with the registered algorithm";
    /// RFC 9101 §6.2.
    REQUEST_OBJECT_UNSIGNED = published "A008311", "the request object must be signed";
    /// RFC 9101 §6.2.
    REQUEST_OBJECT_NOT_SIGNED = published "A005336", "the request object is not signed although the client has registered an algorithm";
    /// RFC 9101 §6.2.
    WRAPPED_NOT_SIGNED = published "A005337", "the encrypted request object is not signed although the client has registered an algorithm";
    /// RFC 9101 §10.8.
    REQUEST_OBJECT_TYPE = own "A902302", "typ of the request object is that of another kind of JWT";
    /// RFC 9101 §4.
    REQUEST_OBJECT_HAS_REQUEST = published "A006308", "the request object contains request";
    /// RFC 9101 §4.
    WRAPPED_HAS_REQUEST = published "A006309", "the encrypted request object contains request";
    /// RFC 9101 §4.
    REQUEST_OBJECT_HAS_REQUEST_URI = published "A006312", "the request object contains request_uri";
    /// RFC 9101 §4.
    WRAPPED_HAS_REQUEST_URI = published "A006313", "the encrypted request object contains request_uri";
    /// RFC 9101 §4.
    REQUEST_OBJECT_ISSUER = own "A902303", "iss of the request object is not the client";
    /// RFC 9101 §4, when the service checks it.
    REQUEST_OBJECT_AUDIENCE_MISSING = published "A006351", "the request object has no aud";
    /// RFC 9101 §4, when the service checks it.
    WRAPPED_AUDIENCE_MISSING = published "A006352", "the encrypted request object has no aud";
    /// RFC 9101 §4, when the service checks it.
    REQUEST_OBJECT_AUDIENCE_MALFORMED = published "A006355", "aud of the request object is neither a string nor an array";
    /// RFC 9101 §4, when the service checks it.
    WRAPPED_AUDIENCE_MALFORMED = published "A006356", "aud of the encrypted request object is neither a string nor an array";
    /// RFC 9101 §4, when the service checks it.
    REQUEST_OBJECT_AUDIENCE = published "A006359", "aud of the request object is not the issuer";
    /// RFC 9101 §4, when the service checks it.
    WRAPPED_AUDIENCE = published "A006360", "aud of the request object is not the issuer";
    /// RFC 9101 §4, when the service checks it.
    REQUEST_OBJECT_AUDIENCES = published "A006363", "aud of the request object does not contain the issuer";
    /// RFC 9101 §4, when the service checks it.
    WRAPPED_AUDIENCES = published "A006364", "aud of the encrypted request object does not contain the issuer";
    /// RFC 9101 §4, when the service checks it.
    FEDERATION_OBJECT_AUDIENCE = own "A902304", "aud of the request object is not the issuer alone";
    /// RFC 7519 §4.1.
    REQUEST_OBJECT_END_NO_NUMBER = published "A006335", "exp of the request object is not a number";
    /// RFC 7519 §4.1.
    WRAPPED_END_NO_NUMBER = published "A006336", "exp of the encrypted request object is not a number";
    /// RFC 7519 §4.1.
    REQUEST_OBJECT_EXPIRED = published "A006339", "the request object has expired";
    /// RFC 7519 §4.1.
    WRAPPED_EXPIRED = published "A006340", "the encrypted request object has expired";
    /// RFC 7519 §4.1.
    REQUEST_OBJECT_BEGINNING_NO_NUMBER = published "A006343", "nbf of the request object is not a number";
    /// RFC 7519 §4.1.
    WRAPPED_BEGINNING_NO_NUMBER = published "A006344", "nbf of the encrypted request object is not a number";
    /// RFC 7519 §4.1.
    REQUEST_OBJECT_EARLY = published "A006347", "the request object is not valid yet";
    /// RFC 7519 §4.1.
    WRAPPED_EARLY = published "A006348", "the encrypted request object is not valid yet";
    /// RFC 7519 §4.1.
    REQUEST_OBJECT_TIME = own "A902305", "iat of the request object is in the future";
    /// RFC 9101 §6.3.
    REQUEST_OBJECT_CLIENT_NO_STRING = published "A005387", "client_id in the request object is not a string";
    /// RFC 9101 §6.3.
    WRAPPED_CLIENT_NO_STRING = published "A005388", "client_id in the encrypted request object is not a string";
    /// RFC 9101 §6.3.
    REQUEST_OBJECT_CLIENT = published "A005391", "client_id in the request object is not that of the request";
    /// RFC 9101 §6.3.
    WRAPPED_CLIENT = published "A005392", "client_id in the request object is not that of the request";
    /// RFC 9101 §6.3.
    REQUEST_OBJECT_CLIENT_MISSING = own "A902306", "the request object has no client_id";
    /// OpenID Connect Core 1.0 §6.1.
    REQUEST_OBJECT_RESPONSE_TYPE = published "A006304", "response_type in the request object is not that of the request";
    /// OpenID Connect Core 1.0 §6.1.
    WRAPPED_RESPONSE_TYPE = published "A006305", "response_type in the encrypted request object is not that of the request";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_SUBJECT = own "A902307", "the request object has the claim sub";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_JTI_OR_EXP_MISSING = own "A902308", "the request object has no jti or no exp";
    /// OpenID Federation 1.0 §12.1.1.1.
    REQUEST_OBJECT_REPLAYED = own "A902309", "the request object has been used before";
    /// RFC 9101 §6.2.
    REQUEST_OBJECT_SIGNATURE_WRONG = published "A005328", "the request object is not signed with the key of the client";
    /// RFC 9101 §6.2.
    WRAPPED_SIGNATURE_WRONG = published "A005329", "the content of the encrypted request object is not signed with the key of the client";
    /// RFC 9101 §6.2.
    REQUEST_OBJECT_CLIENT_KEYS_MISSING = published "A005332", "the client has registered neither jwks nor jwksUri to verify the request object with";
    /// RFC 9101 §6.2.
    WRAPPED_CLIENT_KEYS_MISSING = published "A005333", "the client has registered neither jwks nor jwksUri to verify the encrypted request object with";
    /// RFC 9101 §6.2.
    REQUEST_OBJECT_CLIENT_KEY_UNKNOWN = published "A005352", "the client has no key that fits the algorithm and the kid of the request object";
    /// RFC 9101 §6.2.
    WRAPPED_CLIENT_KEY_UNKNOWN = published "A005353", "the client has no key that fits the algorithm and the kid in the encrypted request object";
    /// RFC 9126 §3.
    PUSHED_OBJECT_MALFORMED = published "A248302", "the request object is not a JWT";
    /// RFC 9126 §3.
    PUSHED_WRAPPED_MALFORMED = published "A248309", "the content of the encrypted request object is not a JWT";
    /// RFC 9126 §3.
    PUSHED_OBJECT_PAYLOAD = published "A248316", "the claims of the request object are not a JSON object";
    /// RFC 9126 §3.
    PUSHED_OBJECT_UNDECIPHERABLE = published "A248307", "the request object cannot be decrypted";
    /// RFC 9126 §3.
    PUSHED_OBJECT_JWE_ALG = published "A248305", "the request object is not encrypted with the registered alg";
    /// RFC 9126 §3.
    PUSHED_OBJECT_JWE_ENC = published "A248306", "the request object is not encrypted with the registered enc";
    /// RFC 9126 §3.
    PUSHED_OBJECT_UNSIGNED = published "A248315", "the request object is not signed";
    /// RFC 9126 §3.
    PUSHED_OBJECT_NESTED = published "A248317", "the request object contains request or request_uri";
    /// RFC 9126 §3.
    PUSHED_OBJECT_CLIENT_KEYS_MISSING = published "A246304", "the client has no public key to verify the request object with";
    /// RFC 9126 §3.
    PUSHED_OBJECT_CLIENT_KEY_UNKNOWN = published "A246305", "the client has no key that fits the request object";
    /// RFC 9126 §3.
    PUSHED_OBJECT_SIGNATURE_WRONG = own "A902310", "the request object is not signed with the key of the client";
    /// RFC 9126 §3.
    PUSHED_OBJECT_ISSUER = published "A246309", "iss of the request object is not the client";
    /// RFC 9126 §3.
    PUSHED_OBJECT_CLIENT = published "A246310", "client_id in the request object is not the client";
    /// RFC 9126 §3.
    PUSHED_OBJECT_AUDIENCE = own "A902311", "aud of the request object is not the issuer";
    /// RFC 9126 §3.
    PUSHED_OBJECT_EXPIRED = own "A902312", "exp of the request object is in the past or not a number";
    /// RFC 9126 §3.
    PUSHED_OBJECT_EARLY = own "A902313", "nbf or iat of the request object is in the future or not a number";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_MALFORMED = published "A167302", "the signed request is not a JWT";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_UNSIGNED = published "A167303", "the signed request has no signature";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_ENCRYPTED = published "A167304", "the signed request is encrypted";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_PAYLOAD = published "A167305", "the claims of the signed request are not a JSON object";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_ISSUER_MISSING = published "A167306", "the signed request has no iss";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_ISSUER_UNKNOWN = published "A167307", "iss of the signed request is not a client";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_ISSUER_OTHER = published "A168304", "iss of the signed request is another client";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_SYMMETRIC = published "A167308", "the algorithm of the signed request is symmetric";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_NOT_REGISTERED = published "A167309", "the client has registered no algorithm for signed requests";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_ALGORITHM = published "A167310", "the signed request is not signed with the registered algorithm";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_CLIENT_KEYS_MISSING = published "A167311", "the client has no JWK Set to verify the signed request with";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_CLIENT_KEY_UNKNOWN = published "A167312", "the client has no key that fits the algorithm and the kid of the signed request";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_SIGNATURE_WRONG = published "A167314", "the signed request is not signed with the key of the client";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_TIME_NO_NUMBER = published "A167317", "exp, iat or nbf of the signed request is not a number";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_EXPIRED = published "A167318", "the signed request has expired";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_ISSUED_LATER = published "A167319", "iat of the signed request is in the future";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_EARLY = published "A167320", "the signed request is not valid yet";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_OBJECT_NESTED = own "A902314", "the signed request contains request or request_uri";
    /// RFC 9126 §3.
    PUSHED_OBJECT_PARAMETER = published "A245302", "response_type in the request object is not that of the request";
    /// RFC 7515 §4.1.1.
    REQUEST_OBJECT_ALG_MISSING = published "A005307", "the request object has no alg";
    /// RFC 7515 §4.1.1.
    WRAPPED_ALG_MISSING = published "A005308", "the content of the encrypted request object has no alg";
    /// RFC 7516 §4.1.1.
    REQUEST_OBJECT_JWE_ALG_MISSING = published "A005360", "the encrypted request object has no alg";
    /// RFC 7516 §4.1.2.
    REQUEST_OBJECT_JWE_ENC_MISSING = published "A005362", "the encrypted request object has no enc";
    /// RFC 7516 §4.1.1.
    REQUEST_OBJECT_JWE_ALG_UNKNOWN = published "A005368", "alg of the encrypted request object is not supported";
    /// RFC 7516 §4.1.2.
    REQUEST_OBJECT_JWE_ENC_UNKNOWN = published "A005366", "enc of the encrypted request object is not supported";
    /// RFC 7516 §4.1.1.
    PUSHED_OBJECT_JWE_ALG_MISSING = published "A248303", "the encrypted request object has no alg";
    /// RFC 7516 §4.1.2.
    PUSHED_OBJECT_JWE_ENC_MISSING = published "A248304", "the encrypted request object has no enc";
    /// RFC 7516 §4.1.1.
    PUSHED_OBJECT_JWE_ALG_UNKNOWN = published "A248313", "alg of the encrypted request object is not supported";
    /// RFC 7516 §4.1.2.
    PUSHED_OBJECT_JWE_ENC_UNKNOWN = published "A248310", "enc of the encrypted request object is not supported";
}
