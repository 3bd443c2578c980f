//! Pushed authorization requests.

result_codes! {
    /// Published.
    PUSHED_OK = "A245001", "the authorization request was registered";
    /// RFC 6749 §3.2.
    PUSHED_PARAMETER_REPEATED = "A245301", "a request parameter is included more than once";
    /// The caller's fault.
    PUSHED_PARAMETERS_MISSING = "A245201", "the API request lacks parameters";
    /// RFC 9126 §2.1.
    PUSHED_REFERENCE = "A245302", "request_uri cannot be pushed";
    /// RFC 9126 §2.3.
    PUSHED_TOO_LARGE = "A245303", "the request is too large";
    /// The registration of the client decides.
    PUSHED_NOT_ALLOWED = "A245304", "the client has no grant type that begins with an authorization request";
    /// RFC 9449 §10.1.
    PUSHED_DPOP_KEY = "A245305", "dpop_jkt is not the thumbprint of the key of the DPoP proof";
    /// RFC 9126 §5, §6.
    PUSHED_REQUEST_REQUIRED = "A004335", "the client must push its authorization requests";
    /// RFC 9126 §4: used, expired, another client's or made up.
    PUSHED_REQUEST_UNKNOWN = "A004336", "request_uri names no pushed request of the client that is still to be used";
}
