//! Pushed authorization requests.

result_codes! {
    PUSHED_OK = published "A245001", "the authorization request was registered";
    /// RFC 9126 §2.1.
    PUSHED_REFERENCE = published "A248301", "request_uri cannot be pushed";
    /// RFC 9126 §2.3.
    PUSHED_TOO_LARGE = own "A903301", "the request is too large";
    /// RFC 9449 §10.1.
    PUSHED_DPOP_KEY = own "A903302", "dpop_jkt is not the thumbprint of the key of the DPoP proof";
    /// RFC 9126 §5, §6.
    PUSHED_REQUEST_REQUIRED_OF_CLIENT = published "A008305", "the client must push its authorization requests";
    /// RFC 9126 §5, §6.
    PUSHED_REQUEST_REQUIRED = published "A008306", "authorization requests to the service must be pushed";
    /// RFC 9126 §5, §6.
    OTHER_REQUEST_URI_OF_CLIENT = published "A008307", "request_uri is not that of a pushed request although the client must push its authorization requests";
    /// RFC 9126 §5, §6.
    OTHER_REQUEST_URI = published "A008308", "request_uri is not that of a pushed request although authorization requests to the service must be pushed";
    /// RFC 9126 §5, §6.
    FAPI_NOT_PUSHED = own "A903303", "FAPI: the authorization request must be pushed";
    /// RFC 9126 §4: used, expired, another client's or made up.
    PUSHED_REQUEST_UNKNOWN = published "A006325", "request_uri does not refer to an unused pushed request of the client";
}
