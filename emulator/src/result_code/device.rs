//! The device flow.

result_codes! {
    /// The codes are issued.
    DEVICE_AUTHORIZATION_OK = "A220001", "the device authorization request was accepted";
    /// The caller's fault.
    DEVICE_AUTHORIZATION_PARAMETERS_MISSING = "A220201", "the API request lacks parameters";
    /// RFC 8628 §3.2 wants a verification_uri.
    DEVICE_VERIFICATION_URI_MISSING = "A220202", "the service has no deviceVerificationUri";
    /// The codes are too short for so many of them.
    USER_CODES_EXHAUSTED = "A220203", "userCodeLength leaves no user code that is free";
    /// RFC 8628 §3.1.
    DEVICE_AUTHORIZATION_PARAMETER_REPEATED = "A220301", "a request parameter is included more than once";
    /// The settings of the service decide.
    DEVICE_FLOW_UNSUPPORTED = "A220302", "the service does not support the device flow";
    /// The registration of the client decides.
    DEVICE_FLOW_NOT_ALLOWED = "A220303", "the client may not use the device flow";
    /// The service demands a scope.
    DEVICE_AUTHORIZATION_SCOPE_MISSING = "A220304", "scope is missing, or names no scope of the service";
    /// There is such a request.
    DEVICE_VERIFICATION_OK = "A224001", "the user code is valid";
    /// The caller's fault.
    DEVICE_VERIFICATION_USER_CODE_MISSING = "A224201", "userCode is missing";
    /// Mistyped, or the user has decided already.
    DEVICE_VERIFICATION_USER_CODE_UNKNOWN = "A224301", "the user code does not exist";
    /// RFC 8628 §3.2.
    DEVICE_VERIFICATION_USER_CODE_EXPIRED = "A224302", "the user code has expired";
    /// The decision is noted.
    DEVICE_COMPLETE_OK = "A241001", "the result was recorded";
    /// The caller's fault.
    DEVICE_COMPLETE_USER_CODE_MISSING = "A241201", "userCode is missing";
    /// The caller's fault.
    DEVICE_COMPLETE_RESULT_INVALID = "A241202", "result is missing or unknown";
    /// Tokens are somebody's.
    DEVICE_COMPLETE_SUBJECT_MISSING = "A241203", "subject is missing although the user has authorized the client";
    /// The caller's fault.
    DEVICE_COMPLETE_NO_OBJECT = "A241204", "claims, idtHeaderParams or jwtAtClaims is not a JSON object in text form";
    /// Mistyped, or the user has decided already.
    DEVICE_COMPLETE_USER_CODE_UNKNOWN = "A241301", "the user code does not exist";
    /// RFC 8628 §3.2.
    DEVICE_COMPLETE_USER_CODE_EXPIRED = "A241302", "the user code has expired";
}
