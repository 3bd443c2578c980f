//! OpenID Connect: what a service or a client lacks for its tokens.

result_codes! {
    /// OpenID Connect Core 1.0 §2.
    ISSUER_MISSING = "A054101", "the service has no issuer";
    /// `jwks` of the service.
    SIGNING_KEY_MISSING = "A054102", "the JWK Set of the service has no key for the signature algorithm";
    /// HMAC with a secret that is too short, or that the client does not have.
    CLIENT_SECRET_UNFIT = "A054103", "the client has no secret that is long enough for the signature algorithm";
    /// A setting of the service or of the client.
    SIGNATURE_ALGORITHM_UNKNOWN = "A054104", "the signature algorithm is not supported";
    /// `jwks` of the client; its `jwksUri` is not fetched.
    ENCRYPTION_KEY_MISSING = "A054105", "the client has no key in jwks for the encryption algorithm";
    /// A setting of the client.
    ENCRYPTION_ALGORITHM_UNKNOWN = "A054106", "the encryption algorithm is not supported";
    /// OpenID Connect Core 1.0 §3.1.3.7, §2.
    UNSIGNED_ID_TOKEN_REFUSED = "A054107", "an unsigned ID token may not pass through the browser";
    /// JARM §3.
    UNSIGNED_RESPONSE_REFUSED = "A054108", "an authorization response in a JWT must be signed";
}
