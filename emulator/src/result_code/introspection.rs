//! Introspection.

result_codes! {
    /// The token passes.
    INTROSPECTION_OK = published "A056001", "the access token is valid";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_MISSING = own "A912301", "the access token is missing";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_UNKNOWN = own "A912302", "the access token does not exist";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_EXPIRED = own "A912303", "the access token has expired";
    /// RFC 6750 §3.1.
    INTROSPECTION_SCOPE = own "A912304", "the access token does not cover the required scopes";
    /// The resource belongs to somebody else.
    INTROSPECTION_SUBJECT = own "A912305", "the access token does not belong to the required subject";
    /// RFC 8707.
    INTROSPECTION_RESOURCE = own "A912306", "the access token is not for the required resources";
    /// RFC 9470.
    INTROSPECTION_AUTHENTICATION = own "A912307", "the user has to authenticate again, or in a stronger way";
}
