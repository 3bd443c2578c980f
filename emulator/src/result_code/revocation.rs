//! Revocation.

result_codes! {
    /// Also when there was nothing to revoke: RFC 7009 §2.2.
    REVOCATION_OK = "A113001", "the revocation request was processed";
    /// The caller's fault.
    REVOCATION_PARAMETERS_MISSING = "A113201", "the API request lacks parameters";
    /// RFC 6749 §3.2.
    REVOCATION_PARAMETER_REPEATED = "A113301", "a request parameter is included more than once";
    /// RFC 7009 §2.1.
    REVOCATION_TOKEN_MISSING = "A113302", "token is missing";
    /// RFC 7009 §2.3.
    REVOCATION_CALLBACK = "A113303", "callback is not the name of a function";
}
