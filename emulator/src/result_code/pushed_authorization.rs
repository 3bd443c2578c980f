//! Pushed authorization requests.

result_codes! {
    /// Published.
    PUSHED_OK = published "A245001", "the authorization request was registered";
    /// RFC 6749 §3.2.
    PUSHED_PARAMETER_REPEATED = own "A903301", "a request parameter is included more than once";
    /// The caller's fault.
    PUSHED_PARAMETERS_MISSING = own "A903201", "the API request lacks parameters";
    /// RFC 9126 §2.1.
    PUSHED_REFERENCE = own "A903302", "request_uri cannot be pushed";
    /// RFC 9126 §2.3.
    PUSHED_TOO_LARGE = own "A903303", "the request is too large";
    /// The registration of the client decides.
    PUSHED_NOT_ALLOWED = own "A903304", "the client has no grant type that begins with an authorization request";
    /// RFC 9449 §10.1.
    PUSHED_DPOP_KEY = own "A903305", "dpop_jkt is not the thumbprint of the key of the DPoP proof";
    /// RFC 9126 §5, §6.
    PUSHED_REQUEST_REQUIRED = own "A903306", "the client must push its authorization requests";
    /// RFC 9126 §4: used, expired, another client's or made up.
    PUSHED_REQUEST_UNKNOWN = own "A903307", "request_uri names no pushed request of the client that is still to be used";
}
