//! The device flow.

result_codes! {
    /// The codes were issued.
    DEVICE_AUTHORIZATION_OK = published "A220001", "the device authorization request was accepted";
    /// RFC 8628 §3.2 wants a verification_uri.
    DEVICE_VERIFICATION_URI_MISSING = published "A222101", "the service has no deviceVerificationUri";
    USER_CODES_EXHAUSTED = own "A919201", "all user codes of userCodeLength are in use";
    /// The service requires a scope.
    DEVICE_AUTHORIZATION_SCOPE_MISSING = published "A219305", "scope is missing, or names no scope of the service";
    /// The user code belongs to a pending request.
    DEVICE_VERIFICATION_OK = published "A224001", "the user code is valid";
    DEVICE_VERIFICATION_USER_CODE_MISSING = published "A225201", "userCode is missing";
    /// The code was mistyped or already used.
    DEVICE_VERIFICATION_USER_CODE_UNKNOWN = published "A225301", "the user code does not exist";
    DEVICE_VERIFICATION_USER_CODE_OF_ANOTHER_SERVICE = published "A225302", "the user code belongs to another service";
    /// RFC 8628 §3.2.
    DEVICE_VERIFICATION_USER_CODE_EXPIRED = published "A225303", "the user code has expired";
    DEVICE_COMPLETE_OK = published "A241001", "the result was recorded";
    DEVICE_COMPLETE_USER_CODE_MISSING = published "A227201", "userCode is missing";
    DEVICE_COMPLETE_RESULT_MISSING = published "A228201", "result is missing";
    DEVICE_COMPLETE_RESULT_UNKNOWN = own "A919202", "there is no such result";
    /// Tokens need a subject.
    DEVICE_COMPLETE_SUBJECT_MISSING = published "A230201", "subject is missing although the user has authorized the client";
    DEVICE_COMPLETE_AUTH_TIME = published "A232201", "authTime is negative";
    DEVICE_COMPLETE_CLAIMS_MALFORMED = published "A234201", "claims is not a JSON object";
    DEVICE_COMPLETE_HEADER_MALFORMED = published "A257201", "idtHeaderParams is not a JSON object";
    DEVICE_COMPLETE_ACCESS_TOKEN_CLAIMS = own "A919203", "jwtAtClaims is not a JSON object";
    /// The code was mistyped or already used.
    DEVICE_COMPLETE_USER_CODE_UNKNOWN = published "A227301", "the user code does not exist";
    DEVICE_COMPLETE_USER_CODE_OF_ANOTHER_SERVICE = published "A227302", "the user code belongs to another service";
    /// RFC 8628 §3.2.
    DEVICE_COMPLETE_USER_CODE_EXPIRED = published "A227303", "the user code has expired";
}
