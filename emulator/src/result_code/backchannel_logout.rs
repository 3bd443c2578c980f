//! Logout tokens.

result_codes! {
    /// The token is there.
    LOGOUT_TOKEN_OK = "A571001", "the logout token was made";
    /// The caller's fault.
    LOGOUT_CLIENT_MISSING = "A571201", "clientIdentifier is missing";
    /// The caller's fault.
    LOGOUT_CLIENT_UNKNOWN = "A571202", "the service has no such client";
    /// OpenID Connect Back-Channel Logout 1.0 §2.4.
    LOGOUT_OF_NOBODY = "A571203", "subject and sessionId are missing";
    /// OpenID Connect Back-Channel Logout 1.0 §2.2.
    LOGOUT_SESSION_MISSING = "A571204", "sessionId is missing although the client has backchannelLogoutSessionRequired";
    /// OpenID Connect Back-Channel Logout 1.0 §2.4.
    UNSIGNED_LOGOUT_TOKEN_REFUSED = "A571205", "the client has idTokenSignAlg NONE, and a logout token must be signed";
}
