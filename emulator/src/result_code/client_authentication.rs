//! Client authentication, at every endpoint that needs it.

result_codes! {
    /// RFC 6749 §2.3: one method a request.
    CLIENT_AUTHENTICATION_TWICE = own "A904301", "the client used more than one authentication method";
    /// Two clients in one request.
    CLIENT_ID_AMBIGUOUS = own "A904302", "the Authorization header, client_id and the client assertion or attestation name different clients";
    /// RFC 6749 §5.2.
    CLIENT_ID_MISSING = own "A904303", "the request does not say which client it is of";
    /// The same for an unknown client and a wrong secret: who asks must not learn which clients there are.
    CLIENT_AUTHENTICATION_FAILED = own "A904304", "the client is unknown, or its secret is wrong";
    /// RFC 6749 §3.2.1.
    CLIENT_SECRET_MISSING = own "A904305", "the client did not authenticate";
    /// The settings of the service decide.
    CLIENT_AUTHENTICATION_METHOD = own "A904306", "the service does not support this way to authenticate";
    /// RFC 7523 §2.2.
    CLIENT_ASSERTION_TYPE = own "A904307", "client_assertion_type is not that of a JWT";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_MALFORMED = own "A904308", "client_assertion is not a signed JWT";
    /// The registration of the client decides.
    CLIENT_ASSERTION_ALGORITHM = own "A904309", "the client assertion is not signed with the registered algorithm";
    /// RFC 7523 §3, OpenID Connect Core 1.0 §9.
    CLIENT_ASSERTION_ISSUER = own "A904310", "iss and sub of the client assertion are not both the client";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_TIME = own "A904311", "the client assertion has no exp, or is not valid at this time";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_REPLAYED = own "A904312", "the client assertion was used before";
    /// RFC 7515 §5.2.
    CLIENT_SIGNATURE_WRONG = own "A904313", "the signature is not the client's";
    /// The emulator calls nobody.
    CLIENT_KEYS_ELSEWHERE = own "A904314", "the keys of the client are at its jwksUri, which authlete-emulator does not fetch: register them as jwks";
    /// What came from TLS.
    CLIENT_CERTIFICATE_MALFORMED = own "A904315", "clientCertificate or clientCertificatePath is not an X.509 certificate";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_MISSING = own "A904316", "the client did not come with its certificate";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_OTHER = own "A904317", "the certificate is not that of the client";
    /// RFC 8705 §2.1, when the service has chains validated.
    CLIENT_CERTIFICATE_UNTRUSTED = own "A904318", "no chain leads from the certificate to a trusted root, or it is not valid at this time";
    /// Published.
    CLIENT_KEY_UNKNOWN = published "A156304", "the client has no key that fits the algorithm and the kid";
    /// Published.
    CLIENT_IS_PUBLIC = published "A157303", "the request has data for client authentication although the client is public";
    /// Published.
    CLIENT_ASSERTION_AUDIENCE = own "A904319", "aud of the client assertion is not this service";
    /// Published: the registration of the client decides.
    CLIENT_AUTHENTICATION_ELSEWHERE = own "A904320", "the client did not authenticate in the registered way";
    /// Published.
    TOKEN_CLIENT_ID_MISSING = published "A244305", "the token request does not say which client it is of";
}
