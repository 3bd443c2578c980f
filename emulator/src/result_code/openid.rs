//! OpenID Connect: what a service or a client lacks for its tokens.

result_codes! {
    /// OpenID Connect Core 1.0 §2.
    ISSUER_MISSING = own "A910101", "the service has no issuer";
    /// `jwks` of the service.
    SIGNING_KEY_MISSING = own "A910102", "the JWK Set of the service has no key for the signature algorithm";
    /// HMAC with a secret that is too short, or that the client does not have.
    CLIENT_SECRET_UNFIT = own "A910103", "the client has no secret that is long enough for the signature algorithm";
    /// A setting of the service or of the client.
    SIGNATURE_ALGORITHM_UNKNOWN = own "A910104", "the signature algorithm is not supported";
    /// `jwks` of the client; its `jwksUri` is not fetched.
    ENCRYPTION_KEY_MISSING = own "A910105", "the client has no key in jwks for the encryption algorithm";
    /// A setting of the client.
    ENCRYPTION_ALGORITHM_UNKNOWN = own "A910106", "the encryption algorithm is not supported";
    /// OpenID Connect Core 1.0 §3.1.3.7, §2.
    UNSIGNED_ID_TOKEN_REFUSED = own "A910107", "an unsigned ID token may not pass through the browser";
    /// JARM §3.
    UNSIGNED_RESPONSE_REFUSED = own "A910108", "an authorization response in a JWT must be signed";
}
