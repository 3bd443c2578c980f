//! Pushed authorization requests.

result_codes! {
    /// Published.
    PUSHED_OK = "A245001", "the authorization request was registered";
    /// RFC 9126 §5, §6.
    PUSHED_REQUEST_REQUIRED = "A004335", "the client must push its authorization requests";
    /// RFC 9126 §4: used, expired, another client's or made up.
    PUSHED_REQUEST_UNKNOWN = "A004336", "request_uri names no pushed request of the client that is still to be used";
}
