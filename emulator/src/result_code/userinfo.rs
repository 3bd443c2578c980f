//! UserInfo.

use super::*;

/// The codes for an access token that is not valid at the UserInfo endpoint.
#[derive(Debug)]
pub struct UserInfoCodes {
    pub token_missing: ResultCode,
    pub token_unknown: ResultCode,
    pub token_of_another_service: ResultCode,
    pub token_expired: ResultCode,
    pub token_expired_refreshable: ResultCode,
    pub tokens_expired: ResultCode,
    pub no_subject: ResultCode,
    pub scope: ResultCode,
    pub password_grant: ResultCode,
}

pub fn userinfo_codes(operation: &str) -> UserInfoCodes {
    match operation {
        "userinfo" => UserInfoCodes {
            token_missing: USERINFO_TOKEN_MISSING,
            token_unknown: USERINFO_TOKEN_UNKNOWN,
            token_of_another_service: USERINFO_TOKEN_OF_ANOTHER_SERVICE,
            token_expired: USERINFO_TOKEN_EXPIRED,
            token_expired_refreshable: USERINFO_TOKEN_EXPIRED_REFRESHABLE,
            tokens_expired: USERINFO_TOKENS_EXPIRED,
            no_subject: USERINFO_NO_SUBJECT,
            scope: USERINFO_SCOPE,
            password_grant: USERINFO_PASSWORD_GRANT,
        },
        _ => UserInfoCodes {
            token_missing: USERINFO_ISSUE_TOKEN_MISSING,
            token_unknown: USERINFO_ISSUE_TOKEN_UNKNOWN,
            token_of_another_service: USERINFO_ISSUE_TOKEN_OF_ANOTHER_SERVICE,
            token_expired: USERINFO_ISSUE_TOKEN_EXPIRED,
            token_expired_refreshable: USERINFO_ISSUE_TOKEN_EXPIRED_REFRESHABLE,
            tokens_expired: USERINFO_ISSUE_TOKENS_EXPIRED,
            no_subject: USERINFO_ISSUE_NO_SUBJECT,
            scope: USERINFO_ISSUE_SCOPE,
            password_grant: USERINFO_ISSUE_PASSWORD_GRANT,
        },
    }
}

result_codes! {
    USERINFO_OK = published "A091001", "the access token is valid";
    /// RFC 6750 §3.1.
    USERINFO_TOKEN_MISSING = published "A088301", "the access token is missing";
    /// RFC 6750 §3.1.
    USERINFO_ISSUE_TOKEN_MISSING = published "A092301", "the access token is missing";
    /// RFC 6750 §3.1.
    USERINFO_TOKEN_UNKNOWN = published "A088302", "the access token does not exist";
    USERINFO_TOKEN_OF_ANOTHER_SERVICE = published "A088303", "the access token belongs to another service";
    /// RFC 6750 §3.1.
    USERINFO_ISSUE_TOKEN_UNKNOWN = published "A092302", "the access token does not exist";
    USERINFO_ISSUE_TOKEN_OF_ANOTHER_SERVICE = published "A092303", "the access token belongs to another service";
    /// RFC 6750 §3.1.
    USERINFO_TOKEN_EXPIRED = published "A089301", "the access token has expired";
    /// RFC 6750 §3.1.
    USERINFO_TOKENS_EXPIRED = published "A089302", "the access token and its refresh token have expired";
    /// RFC 6750 §3.1.
    USERINFO_TOKEN_EXPIRED_REFRESHABLE = published "A089303", "the access token has expired, and its refresh token has not";
    /// RFC 6750 §3.1.
    USERINFO_ISSUE_TOKEN_EXPIRED = published "A093301", "the access token has expired";
    /// RFC 6750 §3.1.
    USERINFO_ISSUE_TOKENS_EXPIRED = published "A093302", "the access token and its refresh token have expired";
    /// RFC 6750 §3.1.
    USERINFO_ISSUE_TOKEN_EXPIRED_REFRESHABLE = published "A093303", "the access token has expired, and its refresh token has not";
    /// For example a token of the client credentials flow.
    USERINFO_NO_SUBJECT = published "A089305", "the access token belongs to no user";
    /// For example a token of the client credentials flow.
    USERINFO_ISSUE_NO_SUBJECT = published "A093305", "the access token belongs to no user";
    /// OpenID Connect Core 1.0 §5.3.
    USERINFO_SCOPE = published "A089304", "the access token lacks the scope openid";
    /// OpenID Connect Core 1.0 §5.3.
    USERINFO_ISSUE_SCOPE = published "A093304", "the access token lacks the scope openid";
    /// No end user has authenticated at the authorization server.
    USERINFO_PASSWORD_GRANT = published "A089306", "access tokens of the password grant are not valid at the UserInfo endpoint";
    /// No end user has authenticated at the authorization server.
    USERINFO_ISSUE_PASSWORD_GRANT = published "A093306", "access tokens of the password grant are not valid at the UserInfo endpoint";
    USERINFO_ISSUE_OK = published "A096001", "the UserInfo response was created";
    USERINFO_CLAIMS_MALFORMED = published "A094201", "claims is not a JSON object";
}
