//! CIBA.

result_codes! {
    /// The delivery mode of the client.
    BACKCHANNEL_DELIVERY_MODE_MISSING = published "A169301", "the client has no backchannel token delivery mode";
    /// The delivery mode of the client.
    BACKCHANNEL_DELIVERY_MODE = published "A169302", "the service does not support the backchannel token delivery mode of the client";
    /// CIBA Core 1.0 §4.
    BACKCHANNEL_NOTIFICATION_ENDPOINT_MISSING = own "A917301", "the client has no notification endpoint although its delivery mode needs one";
    BACKCHANNEL_AUTHENTICATION_OK = published "A179001", "the backchannel authentication request is valid";
    /// CIBA Core 1.0 §7.1: clients have to authenticate.
    BACKCHANNEL_CLIENT_PUBLIC = published "A168311", "a public client may not make backchannel authentication requests";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_SCOPE_MISSING = published "A176301", "scope is missing";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_OPENID_MISSING = published "A176304", "scope does not have openid";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_OPENID_NOT_REQUESTABLE = published "A176305", "the client may not request openid";
    /// CIBA Core 1.0 §7.1.
    HINT_MISSING = published "A174301", "the request has none of login_hint, login_hint_token and id_token_hint";
    /// CIBA Core 1.0 §7.1.
    HINTS_SEVERAL = published "A174302", "the request has more than one of login_hint, login_hint_token and id_token_hint";
    /// CIBA Core 1.0 §7.1.
    CLIENT_NOTIFICATION_TOKEN_MISSING = published "A155301", "client_notification_token is missing";
    /// CIBA Core 1.0 §7.1.
    CLIENT_NOTIFICATION_TOKEN_TOO_LONG = published "A155302", "client_notification_token has more than 1024 characters";
    /// CIBA Core 1.0 §7.1.
    CLIENT_NOTIFICATION_TOKEN_MALFORMED = published "A155303", "client_notification_token is not a bearer token";
    /// CIBA Core 1.0 §13.
    BACKCHANNEL_USER_CODE_MISSING = published "A177301", "user_code is missing";
    /// CIBA Core 1.0 §7.1.
    REQUESTED_EXPIRY_NO_NUMBER = published "A201301", "requested_expiry is not an integer";
    /// CIBA Core 1.0 §7.1.
    REQUESTED_EXPIRY_NOT_POSITIVE = published "A201302", "requested_expiry is not positive";
    /// FAPI: CIBA Profile §5.2.2.
    REQUEST_CONTEXT_MALFORMED = published "A167326", "request_context is not a JSON object";
    /// The client has registered a signature algorithm.
    BACKCHANNEL_REQUEST_UNSIGNED = own "A917302", "the request is not signed although the client has registered an algorithm for that";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_REQUEST_CLAIM_MISSING = published "A167315", "the signed request lacks one of iss, aud, exp, iat, nbf and jti";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_REQUEST_CLAIM_NULL = published "A167316", "a claim of the signed request is null";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_REQUEST_AUDIENCE = published "A167321", "the signed request is for another server";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_REQUEST_AUDIENCES = published "A167324", "aud of the signed request does not contain this server";
    /// CIBA Core 1.0 §7.1.1.
    BACKCHANNEL_PARAMETER_OUTSIDE = published "A167301", "a request parameter is outside of the signed request";
    /// FAPI: CIBA Profile §5.2.2, when the service keeps to it.
    BACKCHANNEL_BINDING_MESSAGE_MISSING = published "A243301", "binding_message is missing";
    BACKCHANNEL_ISSUE_OK = published "A183001", "the auth_req_id was issued";
    BACKCHANNEL_ISSUE_TICKET_MISSING = published "A182201", "ticket is missing";
    /// A ticket is valid for one auth_req_id, for a limited time.
    BACKCHANNEL_ISSUE_TICKET_UNKNOWN = published "A181201", "the ticket does not exist";
    BACKCHANNEL_ISSUE_TICKET_OF_ANOTHER_SERVICE = published "A181202", "the ticket belongs to another service";
    /// A ticket is valid for one auth_req_id, for a limited time.
    BACKCHANNEL_ISSUE_TICKET_EXPIRED = published "A181203", "the ticket has expired";
    /// A ticket is valid for one auth_req_id, for a limited time.
    BACKCHANNEL_ISSUE_TICKET_COMPLETED = published "A181204", "the decision for the ticket was reported before";
    /// A ticket is valid for one auth_req_id, for a limited time.
    BACKCHANNEL_ISSUE_TICKET_USED = published "A181205", "an auth_req_id was issued for the ticket before";
    BACKCHANNEL_FAIL_OK = published "A185001", "the error response was generated";
    BACKCHANNEL_FAIL_REASON_INVALID = own "A917201", "reason is unknown";
    BACKCHANNEL_COMPLETE_OK = published "A198001", "the result was recorded";
    BACKCHANNEL_COMPLETE_REFUSED = published "A198002", "the result was recorded, and the token endpoint will answer with an error";
    /// The decision was recorded.
    BACKCHANNEL_PUSH_OK = published "A198003", "the tokens for the client notification endpoint were created";
    /// The decision was recorded.
    BACKCHANNEL_PUSH_REFUSED = published "A198004", "the error for the client notification endpoint was created";
    BACKCHANNEL_COMPLETE_TICKET_MISSING = published "A186201", "ticket is missing";
    BACKCHANNEL_COMPLETE_RESULT_MISSING = published "A187201", "result is missing";
    BACKCHANNEL_COMPLETE_RESULT_UNKNOWN = own "A917202", "there is no such result";
    /// Tokens need a subject.
    BACKCHANNEL_COMPLETE_SUBJECT_MISSING = published "A188201", "subject is missing although the user has authorized the client";
    BACKCHANNEL_COMPLETE_AUTH_TIME = published "A195201", "authTime is negative";
    BACKCHANNEL_COMPLETE_CLAIMS_MALFORMED = published "A190201", "claims is not a JSON object";
    BACKCHANNEL_COMPLETE_HEADER_MALFORMED = published "A256201", "idtHeaderParams is not a JSON object";
    /// A decision can be reported once, after the auth_req_id was issued.
    BACKCHANNEL_COMPLETE_TICKET_UNKNOWN = published "A186202", "the ticket does not exist";
    BACKCHANNEL_COMPLETE_TICKET_OF_ANOTHER_SERVICE = published "A186203", "the ticket belongs to another service";
    /// A decision can be reported once, after the auth_req_id was issued.
    BACKCHANNEL_COMPLETE_TICKET_USED = published "A196203", "the decision for the ticket was reported before";
    /// A decision can be reported once, after the auth_req_id was issued.
    BACKCHANNEL_COMPLETE_NOT_ISSUED = published "A196204", "no auth_req_id was issued for the ticket";
    /// A decision can be reported once, after the auth_req_id was issued.
    BACKCHANNEL_COMPLETE_CLIENT_GONE = published "A199301", "the client of the ticket no longer exists";
    /// The user did not decide in time.
    BACKCHANNEL_COMPLETE_EXPIRED = published "A196202", "the auth_req_id has expired";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_MALFORMED = published "A175301", "id_token_hint is not a JWT";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_UNSIGNED = published "A175302", "id_token_hint is not signed";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_ENCRYPTED = published "A175303", "id_token_hint is encrypted";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_PAYLOAD = published "A175304", "id_token_hint has no JSON object for claims";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_ISSUER_MISSING = published "A175305", "id_token_hint has no iss";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_ISSUER = published "A175306", "id_token_hint is of another issuer";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_AUDIENCE_MISSING = published "A175307", "id_token_hint has no aud";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_AUDIENCES = published "A175308", "id_token_hint has several aud, and the client is not among them";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_AUDIENCE = published "A175309", "id_token_hint is of another client";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_SUBJECT_MISSING = published "A175310", "id_token_hint has no sub";
    /// CIBA Core 1.0 §7.1.
    BACKCHANNEL_HINT_WRONG = own "A917303", "id_token_hint is not an ID token of this service";
}
