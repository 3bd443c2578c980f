//! UserInfo.

result_codes! {
    /// The token is good for it.
    USERINFO_OK = published "A091001", "the access token is valid";
    /// RFC 6750 §3.1.
    USERINFO_TOKEN_MISSING = own "A914301", "the access token is missing";
    /// RFC 6750 §3.1.
    USERINFO_TOKEN_UNKNOWN = own "A914302", "the access token does not exist";
    /// RFC 6750 §3.1.
    USERINFO_TOKEN_EXPIRED = own "A914303", "the access token has expired";
    /// A token of client credentials, for example.
    USERINFO_NO_SUBJECT = own "A914304", "the access token belongs to no user";
    /// OpenID Connect Core 1.0 §5.3.
    USERINFO_SCOPE = own "A914305", "the access token lacks the scope openid";
    /// The response is made.
    USERINFO_ISSUE_OK = own "A914001", "the userinfo response was made";
    /// The caller's fault.
    USERINFO_CLAIMS_MALFORMED = own "A914201", "claims is not a JSON object";
}
