//! The device flow.

result_codes! {
    /// The codes are issued.
    DEVICE_AUTHORIZATION_OK = published "A220001", "the device authorization request was accepted";
    /// The caller's fault.
    DEVICE_AUTHORIZATION_PARAMETERS_MISSING = own "A919201", "the API request lacks parameters";
    /// RFC 8628 §3.2 wants a verification_uri.
    DEVICE_VERIFICATION_URI_MISSING = own "A919202", "the service has no deviceVerificationUri";
    /// The codes are too short for so many of them.
    USER_CODES_EXHAUSTED = own "A919203", "userCodeLength leaves no user code that is free";
    /// RFC 8628 §3.1.
    DEVICE_AUTHORIZATION_PARAMETER_REPEATED = own "A919301", "a request parameter is included more than once";
    /// The settings of the service decide.
    DEVICE_FLOW_UNSUPPORTED = own "A919302", "the service does not support the device flow";
    /// The registration of the client decides.
    DEVICE_FLOW_NOT_ALLOWED = own "A919303", "the client may not use the device flow";
    /// The service demands a scope.
    DEVICE_AUTHORIZATION_SCOPE_MISSING = own "A919304", "scope is missing, or names no scope of the service";
    /// There is such a request.
    DEVICE_VERIFICATION_OK = published "A224001", "the user code is valid";
    /// The caller's fault.
    DEVICE_VERIFICATION_USER_CODE_MISSING = own "A919204", "userCode is missing";
    /// Mistyped, or the user has decided already.
    DEVICE_VERIFICATION_USER_CODE_UNKNOWN = own "A919305", "the user code does not exist";
    /// RFC 8628 §3.2.
    DEVICE_VERIFICATION_USER_CODE_EXPIRED = own "A919306", "the user code has expired";
    /// The decision is noted.
    DEVICE_COMPLETE_OK = published "A241001", "the result was recorded";
    /// The caller's fault.
    DEVICE_COMPLETE_USER_CODE_MISSING = own "A919205", "userCode is missing";
    /// The caller's fault.
    DEVICE_COMPLETE_RESULT_INVALID = own "A919206", "result is missing or unknown";
    /// Tokens are somebody's.
    DEVICE_COMPLETE_SUBJECT_MISSING = own "A919207", "subject is missing although the user has authorized the client";
    /// The caller's fault.
    DEVICE_COMPLETE_NO_OBJECT = own "A919208", "claims, idtHeaderParams or jwtAtClaims is not a JSON object in text form";
    /// Mistyped, or the user has decided already.
    DEVICE_COMPLETE_USER_CODE_UNKNOWN = own "A919307", "the user code does not exist";
    /// RFC 8628 §3.2.
    DEVICE_COMPLETE_USER_CODE_EXPIRED = own "A919308", "the user code has expired";
}
