//! Revocation.

use super::*;

/// The code for a repeated parameter of a revocation request.
pub fn repeated_at_revocation(name: &str) -> ResultCode {
    match name {
        "token" => REVOCATION_TOKEN_REPEATED,
        "client_id" => REVOCATION_CLIENT_ID_REPEATED,
        "client_secret" => REVOCATION_CLIENT_SECRET_REPEATED,
        "client_assertion" => CLIENT_ASSERTION_REPEATED,
        "client_assertion_type" => CLIENT_ASSERTION_TYPE_REPEATED,
        _ => REVOCATION_PARAMETER_REPEATED,
    }
}

result_codes! {
    /// Also when there was nothing to revoke: RFC 7009 §2.2.
    REVOCATION_OK = published "A113001", "the revocation request was processed";
    REVOCATION_PARAMETERS_MISSING = published "A113201", "the API request lacks parameters";
    REVOCATION_PARAMETERS_NONE = published "A113301", "the revocation request has no parameters";
    /// RFC 6749 §3.2.
    REVOCATION_TOKEN_REPEATED = published "A115303", "token is included more than once";
    /// RFC 6749 §3.2.
    REVOCATION_PARAMETER_REPEATED = own "A915301", "a request parameter is included more than once";
    /// RFC 7009 §2.1.
    REVOCATION_TOKEN_MISSING = published "A115301", "token is missing";
    /// RFC 7009 §2.1.
    REVOCATION_TOKEN_EMPTY = published "A115302", "token is empty";
    /// RFC 7009 §2.3.
    REVOCATION_CALLBACK = own "A915302", "callback is not the name of a function";
}
