//! CIBA.

result_codes! {
    /// Published: the delivery mode of the client.
    BACKCHANNEL_DELIVERY_MODE = published "A169301", "the client has no backchannel token delivery mode, or one that the service does not support";
    /// CIBA Core 1.0 §4.
    BACKCHANNEL_NOTIFICATION_ENDPOINT_MISSING = own "A917301", "the client has no notification endpoint although its delivery mode needs one";
    /// The request is valid.
    BACKCHANNEL_AUTHENTICATION_OK = published "A179001", "the backchannel authentication request is valid";
    /// The caller's fault.
    BACKCHANNEL_PARAMETERS_MISSING = own "A917201", "the API request lacks parameters";
    /// CIBA Core 1.0 §7.2.
    BACKCHANNEL_PARAMETER_REPEATED = own "A917302", "a request parameter is included more than once";
    /// CIBA Core 1.0 §7.1: clients have to authenticate.
    BACKCHANNEL_CLIENT_PUBLIC = own "A917303", "a public client may not make backchannel authentication requests";
    /// The settings of the service decide.
    CIBA_UNSUPPORTED = own "A917304", "the service does not support CIBA";
    /// The registration of the client decides.
    CIBA_NOT_ALLOWED = own "A917305", "the client may not use CIBA";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_SCOPE_MISSING = own "A917306", "scope is missing";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_OPENID_MISSING = own "A917307", "scope does not have openid";
    /// CIBA Core 1.0 §7.1.
    HINT_COUNT = own "A917308", "the request has to have exactly one of login_hint, login_hint_token and id_token_hint";
    /// CIBA Core 1.0 §7.1.
    CLIENT_NOTIFICATION_TOKEN_MISSING = own "A917309", "client_notification_token is missing";
    /// CIBA Core 1.0 §7.1.
    CLIENT_NOTIFICATION_TOKEN_MALFORMED = own "A917310", "client_notification_token is not a bearer token of 1024 characters or less";
    /// CIBA Core 1.0 §13.
    BACKCHANNEL_USER_CODE_MISSING = own "A917311", "user_code is missing";
    /// CIBA Core 1.0 §7.1.
    REQUESTED_EXPIRY_INVALID = own "A917312", "requested_expiry is not a positive number";
    /// FAPI: CIBA Profile §5.2.2.
    REQUEST_CONTEXT_MALFORMED = own "A917313", "request_context is not a JSON object";
    /// The client has registered an algorithm.
    BACKCHANNEL_REQUEST_UNSIGNED = own "A917314", "the request is not signed although the client has registered an algorithm for that";
    /// CIBA Core 1.0 §4: the algorithm has to be registered, and asymmetric.
    BACKCHANNEL_REQUEST_ALGORITHM = own "A917315", "the client has not registered an asymmetric algorithm for signed requests";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_REQUEST_CLAIMS = own "A917316", "the signed request lacks one of iss, aud, exp, iat, nbf and jti";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_REQUEST_AUDIENCE = own "A917317", "the signed request is for another server";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_PARAMETER_OUTSIDE = own "A917318", "a request parameter is outside of the signed request";
    /// FAPI: CIBA Profile §5.2.2, when the service keeps to it.
    BACKCHANNEL_BINDING_MESSAGE_MISSING = own "A917319", "binding_message is missing";
    /// The auth_req_id is issued.
    BACKCHANNEL_ISSUE_OK = published "A183001", "the auth_req_id was issued";
    /// The caller's fault.
    BACKCHANNEL_ISSUE_TICKET_MISSING = own "A917202", "ticket is missing";
    /// One auth_req_id a ticket, for a time.
    BACKCHANNEL_ISSUE_TICKET_UNUSABLE = own "A917203", "the ticket is unknown, used or expired";
    /// The error response is made, whatever it says.
    BACKCHANNEL_FAIL_OK = published "A185001", "the error response was generated";
    /// The caller's fault.
    BACKCHANNEL_FAIL_REASON_INVALID = own "A917204", "reason is unknown";
    /// The decision is noted.
    BACKCHANNEL_COMPLETE_OK = published "A198001", "the result was recorded";
    /// The caller's fault.
    BACKCHANNEL_COMPLETE_TICKET_MISSING = own "A917205", "ticket is missing";
    /// The caller's fault.
    BACKCHANNEL_COMPLETE_RESULT_INVALID = own "A917206", "result is missing or unknown";
    /// Tokens are somebody's.
    BACKCHANNEL_COMPLETE_SUBJECT_MISSING = own "A917207", "subject is missing although the user has authorized the client";
    /// The caller's fault.
    BACKCHANNEL_COMPLETE_NO_OBJECT = own "A917208", "claims, idtHeaderParams or jwtAtClaims is not a JSON object in text form";
    /// A decision is made once, after the auth_req_id was issued.
    BACKCHANNEL_COMPLETE_TICKET_UNUSABLE = own "A917209", "the ticket is unknown, used, expired or without an auth_req_id";
    /// The user took too long.
    BACKCHANNEL_COMPLETE_EXPIRED = own "A917320", "the auth_req_id has expired";
}
