//! Decisions that a client asks the token endpoint for.

result_codes! {
    /// RFC 8628 §3.5, CIBA Core 1.0 §11.
    AUTHORIZATION_PENDING = own "A908301", "the user has not decided yet";
    /// RFC 8628 §3.5, CIBA Core 1.0 §11.
    SLOW_DOWN = own "A908302", "the client asks too often and has to wait 5 seconds longer from now on";
    /// RFC 8628 §3.5, CIBA Core 1.0 §11.
    DECISION_ACCESS_DENIED = own "A908303", "the user denied the request";
    /// Authlete tells this by the error for requests that expired.
    DECISION_TRANSACTION_FAILED = own "A908304", "no decision could be obtained";
    /// RFC 8628 §3.4.
    DEVICE_CODE_MISSING = own "A908305", "device_code is missing";
    /// RFC 8628 §3.4: a code works once.
    DEVICE_CODE_UNKNOWN = own "A908306", "the device code does not exist or was used";
    /// RFC 8628 §3.4.
    DEVICE_CODE_OF_ANOTHER_CLIENT = own "A908307", "the device code was issued to another client";
    /// RFC 8628 §3.5.
    DEVICE_CODE_EXPIRED = own "A908308", "the device code has expired";
    /// CIBA Core 1.0 §10.1.
    AUTH_REQ_ID_MISSING = own "A908309", "auth_req_id is missing";
    /// CIBA Core 1.0 §11: an ID works once.
    AUTH_REQ_ID_UNKNOWN = own "A908310", "the auth_req_id does not exist or was used";
    /// CIBA Core 1.0 §11.
    AUTH_REQ_ID_OF_ANOTHER_CLIENT = own "A908311", "the auth_req_id was issued to another client";
    /// CIBA Core 1.0 §11.
    AUTH_REQ_ID_EXPIRED = own "A908312", "the auth_req_id has expired";
    /// CIBA Core 1.0 §11: the tokens come by themselves.
    PUSH_CLIENT_AT_TOKEN_ENDPOINT = own "A908313", "a client in push mode does not fetch tokens";
}
