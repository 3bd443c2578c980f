//! Token requests that depend on the decision of the user: device flow and CIBA.

result_codes! {
    /// RFC 8628 §3.5, CIBA Core 1.0 §11.
    CIBA_PENDING = published "A200308", "the user has not decided yet";
    /// RFC 8628 §3.5, CIBA Core 1.0 §11.
    DEVICE_PENDING = published "A242307", "the user has not decided yet";
    /// RFC 8628 §3.5, CIBA Core 1.0 §11.
    SLOW_DOWN = own "A908301", "the client polls too often, so its interval is extended by 5 seconds";
    /// RFC 8628 §3.5, CIBA Core 1.0 §11.
    CIBA_REFUSED = published "A200001", "the user denied the request, or no decision could be obtained";
    /// RFC 8628 §3.5, CIBA Core 1.0 §11.
    DEVICE_REFUSED = published "A242001", "the user denied the request, or no decision could be obtained";
    /// RFC 8628 §3.4.
    DEVICE_CODE_MISSING = published "A242301", "device_code is missing";
    /// RFC 8628 §3.4.
    DEVICE_CODE_EMPTY = published "A242302", "device_code is empty";
    /// RFC 8628 §3.4.
    DEVICE_CODE_REPEATED = published "A242303", "device_code is included more than once";
    /// RFC 8628 §3.4: a code works once.
    DEVICE_CODE_UNKNOWN = published "A242304", "the device code does not exist or was used";
    /// RFC 8628 §3.4.
    DEVICE_CODE_OF_ANOTHER_CLIENT = published "A242305", "the device code was issued to another client";
    /// RFC 8628 §3.5.
    DEVICE_CODE_EXPIRED = published "A242306", "the device code has expired";
    /// CIBA Core 1.0 §10.1.
    AUTH_REQ_ID_MISSING = published "A200301", "auth_req_id is missing";
    /// CIBA Core 1.0 §10.1.
    AUTH_REQ_ID_EMPTY = published "A200302", "auth_req_id is empty";
    /// CIBA Core 1.0 §10.1.
    AUTH_REQ_ID_REPEATED = published "A200303", "auth_req_id is included more than once";
    /// CIBA Core 1.0 §11: an ID works once.
    AUTH_REQ_ID_UNKNOWN = published "A200304", "the auth_req_id does not exist or was used";
    /// CIBA Core 1.0 §11.
    AUTH_REQ_ID_OF_ANOTHER_CLIENT = published "A200305", "the auth_req_id was issued to another client";
    /// CIBA Core 1.0 §11.
    AUTH_REQ_ID_EXPIRED = published "A200307", "the auth_req_id has expired";
    /// CIBA Core 1.0 §11: the tokens come by themselves.
    PUSH_CLIENT_AT_TOKEN_ENDPOINT = published "A200306", "a client in push mode cannot use the token endpoint";
}
