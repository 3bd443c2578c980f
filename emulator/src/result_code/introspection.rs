//! Introspection.

result_codes! {
    INTROSPECTION_OK = published "A056001", "the access token is valid";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_MISSING = published "A057301", "the access token is missing";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_UNKNOWN = published "A057302", "the access token does not exist";
    INTROSPECTION_TOKEN_OF_ANOTHER_SERVICE = published "A057303", "the access token belongs to another service";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_EXPIRED = published "A065303", "the access token has expired";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_EXPIRED_REFRESHABLE = published "A065301", "the access token has expired, and its refresh token has not";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKENS_EXPIRED = published "A065302", "the access token and its refresh token have expired";
    /// RFC 6750 §3.1.
    INTROSPECTION_SCOPE = published "A064302", "the access token does not cover the required scopes";
    /// RFC 6750 §3.1.
    INTROSPECTION_NO_SCOPES = published "A064301", "the access token has no scopes";
    /// The resource belongs to another user.
    INTROSPECTION_SUBJECT = published "A066302", "the access token does not belong to the required subject";
    /// The resource belongs to another user.
    INTROSPECTION_NO_SUBJECT = published "A066301", "the access token belongs to no user";
    /// RFC 8707.
    INTROSPECTION_RESOURCE = own "A912301", "the access token is not for the required resources";
    /// RFC 9470.
    INTROSPECTION_AUTHENTICATION = own "A912302", "the user has to authenticate again, or in a stronger way";
}
