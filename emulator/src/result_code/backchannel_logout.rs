//! Logout tokens.

result_codes! {
    LOGOUT_TOKEN_OK = published "A504001", "the logout token was created";
    LOGOUT_CLIENT_MISSING = own "A918201", "clientIdentifier is missing";
    LOGOUT_CLIENT_UNKNOWN = own "A918202", "the service has no such client";
    /// OpenID Connect Back-Channel Logout 1.0 §2.4.
    LOGOUT_SUBJECT_AND_SESSION_MISSING = own "A918203", "subject and sessionId are missing";
    /// OpenID Connect Back-Channel Logout 1.0 §2.4.
    UNSIGNED_LOGOUT_TOKEN_REFUSED = own "A918204", "the client has idTokenSignAlg NONE, and a logout token must be signed";
}
