//! Introspection.

result_codes! {
    /// The token passes.
    INTROSPECTION_OK = "A056001", "the access token is valid";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_MISSING = "A056301", "the access token is missing";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_UNKNOWN = "A056302", "the access token does not exist";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_EXPIRED = "A056303", "the access token has expired";
    /// RFC 6750 §3.1.
    INTROSPECTION_SCOPE = "A056304", "the access token does not cover the required scopes";
    /// The resource belongs to somebody else.
    INTROSPECTION_SUBJECT = "A056305", "the access token does not belong to the required subject";
    /// RFC 8707.
    INTROSPECTION_RESOURCE = "A056306", "the access token is not for the required resources";
    /// RFC 9470.
    INTROSPECTION_AUTHENTICATION = "A056307", "the user has to authenticate again, or in a stronger way";
}
