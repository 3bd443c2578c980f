//! Revocation.

result_codes! {
    /// Also when there was nothing to revoke: RFC 7009 §2.2.
    REVOCATION_OK = published "A113001", "the revocation request was processed";
    /// The caller's fault.
    REVOCATION_PARAMETERS_MISSING = published "A113201", "the API request lacks parameters";
    /// RFC 6749 §3.2.
    REVOCATION_PARAMETER_REPEATED = own "A915301", "a request parameter is included more than once";
    /// RFC 7009 §2.1.
    REVOCATION_TOKEN_MISSING = own "A915302", "token is missing";
    /// RFC 7009 §2.3.
    REVOCATION_CALLBACK = own "A915303", "callback is not the name of a function";
}
