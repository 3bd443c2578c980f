//! OpenID Connect: missing or unsuitable settings and keys for tokens.

use super::*;

/// The codes for a JWT that cannot be created.
#[derive(Debug)]
pub struct JwtCodes {
    pub keys_missing: ResultCode,
    pub key_missing: ResultCode,
    pub secret_unfit: ResultCode,
    pub signature_algorithm: ResultCode,
    pub client_keys_missing: ResultCode,
    pub client_key_missing: ResultCode,
    pub encryption_algorithm: ResultCode,
}

/// For ID tokens.
pub const ID_TOKEN: JwtCodes = JwtCodes {
    keys_missing: ID_TOKEN_KEYS_MISSING,
    key_missing: ID_TOKEN_KEY_MISSING,
    secret_unfit: ID_TOKEN_SECRET_UNFIT,
    signature_algorithm: ID_TOKEN_SIGNATURE_ALGORITHM,
    client_keys_missing: ID_TOKEN_CLIENT_KEYS_MISSING,
    client_key_missing: ID_TOKEN_CLIENT_KEY_MISSING,
    encryption_algorithm: ID_TOKEN_ENCRYPTION_ALGORITHM,
};

/// For all other JWTs.
pub const OTHER_JWT: JwtCodes = JwtCodes {
    keys_missing: JWT_KEYS_MISSING,
    key_missing: JWT_KEY_MISSING,
    secret_unfit: JWT_SECRET_UNFIT,
    signature_algorithm: JWT_SIGNATURE_ALGORITHM,
    client_keys_missing: JWT_CLIENT_KEYS_MISSING,
    client_key_missing: JWT_CLIENT_KEY_MISSING,
    encryption_algorithm: JWT_ENCRYPTION_ALGORITHM,
};

result_codes! {
    /// OpenID Connect Core 1.0 §2.
    ISSUER_MISSING = own "A910101", "the service has no issuer";
    /// `jwks` of the service.
    ID_TOKEN_KEYS_MISSING = published "A046201", "the service has no JWK Set to sign ID tokens with";
    /// `jwks` of the service.
    ID_TOKEN_KEY_MISSING = published "A046203", "the JWK Set of the service has no key for the signature algorithm of the ID token";
    /// `jwks` of the service.
    JWT_KEYS_MISSING = published "A162201", "the service has no JWK Set to sign with";
    /// `jwks` of the service.
    JWT_KEY_MISSING = published "A162203", "the JWK Set of the service has no key for the signature algorithm";
    /// HMAC with a client secret that is missing or too short.
    ID_TOKEN_SECRET_UNFIT = published "A046113", "the client has no secret that is long enough for the signature algorithm of the ID token";
    /// HMAC with a client secret that is missing or too short.
    JWT_SECRET_UNFIT = published "A164103", "the client has no secret that is long enough for the signature algorithm";
    /// A setting of the service or of the client.
    ID_TOKEN_SIGNATURE_ALGORITHM = published "A046102", "the signature algorithm of the ID token is not supported";
    /// A setting of the service or of the client.
    JWT_SIGNATURE_ALGORITHM = published "A164102", "the signature algorithm is not supported";
    /// `jwks` of the client.
    ID_TOKEN_CLIENT_KEYS_MISSING = published "A046303", "the client has neither jwks nor jwksUri to encrypt the ID token to";
    /// `jwks` of the client.
    ID_TOKEN_CLIENT_KEY_MISSING = published "A046309", "the client has no key in jwks for the encryption algorithm of the ID token";
    /// `jwks` of the client.
    JWT_CLIENT_KEYS_MISSING = published "A163301", "the client has neither jwks nor jwksUri to encrypt to";
    /// `jwks` of the client.
    JWT_CLIENT_KEY_MISSING = published "A163305", "the client has no key in jwks for the encryption algorithm";
    /// A setting of the client.
    ID_TOKEN_ENCRYPTION_ALGORITHM = published "A046302", "the encryption algorithm of the ID token is not supported";
    /// A setting of the client.
    JWT_ENCRYPTION_ALGORITHM = published "A164105", "the encryption algorithm is not supported";
    /// OpenID Connect Core 1.0 §3.1.3.7, §2.
    UNSIGNED_ID_TOKEN_REFUSED = published "A046301", "an unsigned ID token may not pass through the browser";
    /// A public client has no secret.
    ID_TOKEN_SIGNATURE_SYMMETRIC = own "A910301", "the client is public, and its signature algorithm of ID tokens is symmetric";
    /// A public client has no secret.
    ID_TOKEN_ENCRYPTION_SYMMETRIC = published "A046313", "the client is public, and its encryption algorithm of ID tokens is symmetric";
    /// JARM §3.
    UNSIGNED_RESPONSE_REFUSED = own "A910102", "an authorization response in a JWT must be signed";
}
