//! FAPI: all published codes in use. The two codes for a request that must be pushed and for a response that must be a JWT
//! are in the families of their endpoints.

use super::*;

/// The codes for client authentication at an endpoint.
#[derive(Debug)]
pub struct FapiAuthenticationCodes {
    pub method: ResultCode,
    pub algorithm: ResultCode,
    pub key_size: ResultCode,
}

/// The codes for the operations at whose endpoints FAPI has rules for client authentication.
pub fn fapi_authentication_codes(operation: &str) -> Option<FapiAuthenticationCodes> {
    Some(match operation {
        "token" => FapiAuthenticationCodes {
            method: FAPI_AUTHENTICATION_METHOD,
            algorithm: FAPI_ASSERTION_ALGORITHM,
            key_size: FAPI_ASSERTION_KEY_SIZE,
        },
        "push_authorization_request" => FapiAuthenticationCodes {
            method: FAPI_PUSHED_AUTHENTICATION_METHOD,
            algorithm: FAPI_PUSHED_ASSERTION_ALGORITHM,
            key_size: FAPI_PUSHED_ASSERTION_KEY_SIZE,
        },
        "backchannel_authentication" => FapiAuthenticationCodes {
            method: FAPI_CIBA_AUTHENTICATION_METHOD,
            algorithm: FAPI_CIBA_ASSERTION_ALGORITHM,
            key_size: FAPI_CIBA_ASSERTION_KEY_SIZE,
        },
        _ => return None,
    })
}

/// The codes for the algorithms of a JWT for the client.
#[derive(Debug)]
pub struct FapiJwtCodes {
    pub signature: ResultCode,
    pub encryption: ResultCode,
}

/// An authorization response as a JWT.
pub const FAPI_RESPONSE_JWT: FapiJwtCodes = FapiJwtCodes {
    signature: FAPI_RESPONSE_ALGORITHM,
    encryption: FAPI_RESPONSE_ENCRYPTION,
};

/// An ID token in an authorization response.
pub const FAPI_FRONT_CHANNEL_ID_TOKEN: FapiJwtCodes = FapiJwtCodes {
    signature: FAPI_ISSUED_ID_TOKEN_ALGORITHM,
    encryption: FAPI_ISSUED_ID_TOKEN_ENCRYPTION,
};

/// An ID token in a token response.
pub const FAPI_ID_TOKEN: FapiJwtCodes = FapiJwtCodes {
    signature: FAPI_ID_TOKEN_ALGORITHM,
    encryption: FAPI_ID_TOKEN_ENCRYPTION,
};

/// A UserInfo response as a JWT.
pub const FAPI_USERINFO: FapiJwtCodes = FapiJwtCodes {
    signature: FAPI_USERINFO_ALGORITHM,
    encryption: FAPI_USERINFO_ENCRYPTION,
};

result_codes! {
    /// FAPI 1.0 Baseline §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_REDIRECT_URI_MISSING = published "A150307", "FAPI: redirect_uri is missing";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_REDIRECT_URI_NOT_HTTPS = published "A150323", "FAPI: the redirect URI is not https";
    /// FAPI 1.0 Baseline §5.2.2.2.
    FAPI_NONCE_MISSING = published "A150314", "FAPI: nonce is missing";
    /// FAPI 1.0 Baseline §5.2.2.3.
    FAPI_STATE_MISSING = published "A150313", "FAPI: state is missing";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_CHALLENGE_MISSING = published "A150315", "FAPI: code_challenge is missing";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_CHALLENGE_METHOD = published "A150316", "FAPI: code_challenge_method must be S256";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_RESPONSE_TYPE = published "A150312", "FAPI: the profile does not allow this response_type with this response_mode";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.1.
    FAPI_CLIENT_PUBLIC = published "A150367", "FAPI: the client must be confidential";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_MISSING = published "A150301", "FAPI: the request must come as a request object";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_UNSIGNED = published "A150302", "FAPI: the request object must be signed";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_WITHOUT_END = published "A150319", "FAPI: the request object has no exp";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_WITHOUT_BEGINNING = published "A150351", "FAPI: the request object has no nbf";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_LIFETIME = published "A150365", "FAPI: the request object is valid for more than an hour";
    /// FAPI 1.0 Advanced §5.2.2.
    FAPI_PARAMETER_OUTSIDE = published "A150304", "FAPI: a request parameter is only outside of the request object";
    /// FAPI 1.0 Advanced §5.2.2.
    FAPI_PARAMETER_DIFFERENT = published "A150305", "FAPI: a request parameter has another value in the request object";
    /// FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
    FAPI_REQUEST_OBJECT_ALGORITHM = published "A150306", "FAPI: the profile does not allow the signature algorithm of the request object";
    /// FAPI 1.0 Advanced §8.6.1, RFC 8725 §3.2.
    FAPI_REQUEST_OBJECT_ENCRYPTION = published "A150378", "FAPI: the request object must not be encrypted with RSA1_5";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_AUDIENCE_MISSING = published "A150331", "FAPI: the request object has no aud";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_AUDIENCE_MALFORMED = published "A150333", "FAPI: aud of the request object is neither a string nor an array";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_AUDIENCE = published "A150335", "FAPI: aud of the request object is not the issuer";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_AUDIENCES = published "A150337", "FAPI: aud of the request object does not contain the issuer";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1. With a clock skew, both times may be acceptable by themselves.
    FAPI_REQUEST_OBJECT_LIFETIME_NEGATIVE = published "A150359", "FAPI: the request object ends before it begins";
    /// FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
    FAPI_RESPONSE_ALGORITHM = published "A150322", "FAPI: the profile does not allow the algorithm that the client has registered to sign authorization responses";
    /// FAPI 1.0 Advanced §8.6.1, RFC 8725 §3.2.
    FAPI_RESPONSE_ENCRYPTION = published "A150380", "FAPI: authorization responses must not be encrypted with RSA1_5";
    /// FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
    FAPI_ISSUED_ID_TOKEN_ALGORITHM = published "A151301", "FAPI: the profile does not allow the algorithm that the client has registered to sign ID tokens";
    /// FAPI 1.0 Advanced §8.6.1, RFC 8725 §3.2.
    FAPI_ISSUED_ID_TOKEN_ENCRYPTION = published "A151302", "FAPI: ID tokens must not be encrypted with RSA1_5";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.1.
    FAPI_AUTHENTICATION_METHOD = published "A152301", "FAPI: the profile does not allow this method of client authentication";
    /// FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
    FAPI_ASSERTION_ALGORITHM = published "A152302", "FAPI: the profile does not allow the signature algorithm of the client assertion";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 2.0 Security Profile §5.4.1.
    FAPI_ASSERTION_KEY_SIZE = published "A152303", "FAPI: the RSA key for the client assertion has fewer than 2048 bits";
    /// FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
    FAPI_ID_TOKEN_ALGORITHM = published "A152304", "FAPI: the profile does not allow the algorithm that the client has registered to sign ID tokens";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.1.
    FAPI_NOT_SENDER_CONSTRAINED = published "A152305", "FAPI: the access token would not be bound to a key or certificate of the client as the profile requires";
    /// FAPI 1.0 Advanced §8.6.1, RFC 8725 §3.2.
    FAPI_ID_TOKEN_ENCRYPTION = published "A152306", "FAPI: ID tokens must not be encrypted with RSA1_5";
    /// FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
    FAPI_USERINFO_ALGORITHM = published "A153301", "FAPI: the profile does not allow the algorithm that the client has registered to sign UserInfo responses";
    /// FAPI 1.0 Advanced §8.6.1, RFC 8725 §3.2.
    FAPI_USERINFO_ENCRYPTION = published "A153302", "FAPI: UserInfo responses must not be encrypted with RSA1_5";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.1.
    FAPI_PUSHED_AUTHENTICATION_METHOD = own "A929301", "FAPI: the profile does not allow this method of client authentication";
    /// FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
    FAPI_PUSHED_ASSERTION_ALGORITHM = own "A929302", "FAPI: the profile does not allow the signature algorithm of the client assertion";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 2.0 Security Profile §5.4.1.
    FAPI_PUSHED_ASSERTION_KEY_SIZE = own "A929303", "FAPI: the RSA key for the client assertion has fewer than 2048 bits";
    /// FAPI: CIBA Profile §5.2.2.
    FAPI_CIBA_DELIVERY_MODE = published "A243302", "FAPI: the client must not use the push mode";
    /// FAPI: CIBA Profile §5.2.2.
    FAPI_CIBA_UNSIGNED = published "A243303", "FAPI: the request must be signed, in the parameter request";
    /// FAPI: CIBA Profile §5.2.2.
    FAPI_CIBA_LIFETIME = published "A243304", "FAPI: the signed request is valid for more than an hour";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.1.
    FAPI_CIBA_AUTHENTICATION_METHOD = published "A243305", "FAPI: the profile does not allow this method of client authentication";
    /// FAPI: CIBA Profile §7.10.
    FAPI_CIBA_ALGORITHM = published "A243306", "FAPI: the profile does not allow the signature algorithm of the signed request";
    /// FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
    FAPI_CIBA_ASSERTION_ALGORITHM = published "A243307", "FAPI: the profile does not allow the signature algorithm of the client assertion";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 2.0 Security Profile §5.4.1.
    FAPI_CIBA_ASSERTION_KEY_SIZE = published "A243308", "FAPI: the RSA key for the client assertion has fewer than 2048 bits";
}
