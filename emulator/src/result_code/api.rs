//! Result codes of all APIs.

use super::*;

/// The codes for invalid `start` and `end` of a list.
#[derive(Debug)]
pub struct RangeCodes {
    pub start_no_number: ResultCode,
    pub start_negative: ResultCode,
    pub end_no_number: ResultCode,
    pub end_negative: ResultCode,
}

pub fn range_codes(operation: &str) -> RangeCodes {
    match operation {
        "get_service_list" => RangeCodes {
            start_no_number: SERVICES_START_NO_NUMBER,
            start_negative: SERVICES_START_NEGATIVE,
            end_no_number: SERVICES_END_NO_NUMBER,
            end_negative: SERVICES_END_NEGATIVE,
        },
        "get_token_list" => RangeCodes {
            start_no_number: TOKENS_START_NO_NUMBER,
            start_negative: TOKENS_START_NEGATIVE,
            end_no_number: TOKENS_END_NO_NUMBER,
            end_negative: TOKENS_END_NEGATIVE,
        },
        "get_client_authorization_list" => RangeCodes {
            start_no_number: AUTHORIZATIONS_START_NO_NUMBER,
            start_negative: AUTHORIZATIONS_START_NEGATIVE,
            end_no_number: AUTHORIZATIONS_END_NO_NUMBER,
            end_negative: AUTHORIZATIONS_END_NEGATIVE,
        },
        _ => RangeCodes {
            start_no_number: CLIENTS_START_NO_NUMBER,
            start_negative: CLIENTS_START_NEGATIVE,
            end_no_number: CLIENTS_END_NO_NUMBER,
            end_negative: CLIENTS_END_NEGATIVE,
        },
    }
}

/// Why no client was found for an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No client has the identifier.
    Unknown,
    /// The client belongs to another service.
    OfAnotherService,
    /// The client was deleted.
    Deleted,
    /// A client has the alias, but its alias is disabled.
    AliasDisabled,
}

/// The code for a service that does not exist or was deleted.
pub fn service_missing(operation: &str, was_deleted: bool) -> ResultCode {
    match (operation, was_deleted) {
        ("get_service", true) => GET_SERVICE_DELETED,
        ("get_service", false) => GET_SERVICE_UNKNOWN,
        ("update_service", true) => UPDATE_SERVICE_DELETED,
        ("update_service", false) => UPDATE_SERVICE_UNKNOWN,
        ("delete_service", true) => DELETE_SERVICE_DELETED,
        ("delete_service", false) => DELETE_SERVICE_UNKNOWN,
        _ => SERVICE_UNKNOWN,
    }
}

/// The code for a missing client that a call refers to, by its ID or by an identifier, which is the ID or an alias.
pub fn managed_client_missing(operation: &str, by_id: bool, missing: Missing) -> ResultCode {
    use Missing::{AliasDisabled, Deleted, OfAnotherService, Unknown};
    match (operation, missing) {
        ("get_client", Unknown) => GET_CLIENT_UNKNOWN,
        ("get_client", OfAnotherService) => GET_CLIENT_OF_ANOTHER_SERVICE,
        ("get_client", Deleted) => GET_CLIENT_DELETED,
        ("update_client", Unknown) => UPDATE_CLIENT_UNKNOWN,
        ("update_client", OfAnotherService) => UPDATE_CLIENT_OF_ANOTHER_SERVICE,
        ("update_client", Deleted) => UPDATE_CLIENT_DELETED,
        ("delete_client", Unknown) => DELETE_CLIENT_UNKNOWN,
        ("delete_client", OfAnotherService) => DELETE_CLIENT_OF_ANOTHER_SERVICE,
        ("delete_client", Deleted) => DELETE_CLIENT_DELETED,
        ("refresh_client_secret", Unknown) => REFRESH_SECRET_CLIENT_UNKNOWN,
        ("update_client_secret", Unknown) => UPDATE_SECRET_CLIENT_UNKNOWN,
        ("update_client_lock_flag", Deleted) => LOCK_FLAG_CLIENT_DELETED,
        (_, Unknown) if by_id => CLIENT_BY_ID_UNKNOWN,
        (_, OfAnotherService) if by_id => CLIENT_BY_ID_OF_ANOTHER_SERVICE,
        (_, Deleted) if by_id => CLIENT_BY_ID_DELETED,
        (_, Unknown) => CLIENT_UNKNOWN,
        (_, OfAnotherService) => CLIENT_OF_ANOTHER_SERVICE,
        (_, Deleted) => CLIENT_DELETED,
        (_, AliasDisabled) => CLIENT_ALIAS_DISABLED,
    }
}

/// The code for an empty body.
pub fn empty_body(operation: &str) -> ResultCode {
    match operation {
        "create_client" | "update_client" => CLIENT_BODY_EMPTY,
        "create_service" | "update_service" => SERVICE_BODY_EMPTY,
        "token_create_batch" => MALFORMED_LIST,
        _ => malformed_body(operation),
    }
}

/// The code for a body that is not a JSON object.
pub fn malformed_body(operation: &str) -> ResultCode {
    match operation {
        "get_client_authorization_list" => AUTHORIZATION_LIST_BODY,
        "delete_client_authorization" => AUTHORIZATION_DELETE_BODY,
        "get_granted_scopes" => GRANTED_SCOPES_BODY,
        "delete_granted_scopes" => GRANTED_SCOPES_DELETE_BODY,
        "set_requestable_scopes" => REQUESTABLE_SCOPES_BODY,
        _ => MALFORMED_BODY,
    }
}

result_codes! {
    /// The emulator failed, for example because the system random number generator failed.
    INTERNAL_ERROR = published "A001101" with path, "the emulator failed";
    AUTHORIZATION_HEADER_MISSING = published "A001202" with path, "the Authorization header is missing";
    /// The header is unreadable: another scheme, invalid Base64 or a missing colon.
    CREDENTIALS_MALFORMED = published "A001203" with path, "the Authorization header has no credentials that this API can read";
    /// Authlete 2.x: this API requires service owner credentials.
    OWNER_UNKNOWN = published "A002201" with path, "no service owner has this API key";
    /// Authlete 2.x.
    OWNER_SECRET_WRONG = published "A002205" with path, "the API secret is not that of the service owner";
    /// Authlete 2.x: this API requires service credentials.
    SERVICE_KEY_UNKNOWN = published "A003201" with path, "no service has this API key";
    /// Authlete 2.x.
    SERVICE_KEY_DELETED = published "A003202" with path, "the service with this API key was deleted";
    /// Authlete 2.x.
    SERVICE_SECRET_WRONG = published "A003204" with path, "the API secret is not that of the service";
    /// Authlete 3.0.
    ACCESS_TOKEN_INVALID = published "A458101", "the access token is not valid";
    /// Authlete 3.0: the access token of a service is not sufficient.
    ACCESS_RIGHT_MISSING = published "A457101" with path, "the access token is not allowed to call this API";
    CALLER_PROOF_MISSING = published "A001301" with path, "the access token is bound to a DPoP key, and there is no DPoP proof";
    CALLER_KEY = published "A001302" with path, "the access token is bound to another DPoP key";
    CALLER_PROOF_INVALID = published "A001303" with path, "the DPoP proof is invalid";
    CALLER_PROOF_SYMMETRIC = published "A001304" with path, "alg of the DPoP proof is symmetric or none";
    CALLER_PROOF_KEY_MISSING = published "A001305" with path, "the DPoP proof has no public key in jwk";
    CALLER_PROOF_ALGORITHM_MISSING = published "A001306", "the DPoP proof has no alg";
    CALLER_CERTIFICATE_MISSING = published "A001307" with path, "the access token is bound to a certificate, and the connection has none";
    CALLER_CERTIFICATE = published "A001308" with path, "the access token is bound to another certificate";
    CALLER_CERTIFICATE_MALFORMED = published "A001309" with path, "the certificate of the connection cannot be read";
    /// RFC 9449 §7.1: the scheme is for tokens that are bound.
    CALLER_TOKEN_NOT_BOUND = own "A900210" with path, "the access token is used with the DPoP scheme, but is not bound to a key";
    /// The call or the request identifies the client by its ID.
    CLIENT_BY_ID_LOCKED = published "A001215" with path, "the client is locked";
    /// The call or the request identifies the client by an identifier other than its ID.
    CLIENT_LOCKED = published "A001221" with path, "the client is locked";
    WRONG_SERVICE = own "A900201" with path, "the credentials belong to another service";
    /// A path outside of the API.
    NOT_AN_API = own "A900203" with path, "the API has no such path";
    /// The path exists for another method.
    METHOD_NOT_ALLOWED = own "A900204" with path, "the API does not support this HTTP method";
    MALFORMED_BODY = own "A900205" with path, "the body of the request is not a JSON object";
    /// The size limit of requests.
    BODY_TOO_LARGE = own "A900206" with path, "the body of the request is larger than 1 MiB";
    NOT_IMPLEMENTED = own "A900207" with path, "authlete-emulator does not implement this API yet";
    SERVICE_UNKNOWN = published "A458203", "there is no such service";
    CLIENT_BY_ID_UNKNOWN = published "A001212" with path, "no client has this ID";
    CLIENT_BY_ID_OF_ANOTHER_SERVICE = published "A001213" with path, "the client belongs to another service";
    CLIENT_BY_ID_DELETED = published "A001214" with path, "the client was deleted";
    /// No client has this ID or alias.
    CLIENT_UNKNOWN = published "A001218" with path, "the service has no such client";
    CLIENT_OF_ANOTHER_SERVICE = published "A001219" with path, "the client belongs to another service";
    CLIENT_DELETED = published "A001220" with path, "the client was deleted";
    CLIENT_ALIAS_DISABLED = published "A001222" with path, "the client has this alias, but its clientIdAliasEnabled is off";
    /// The configured rate limit of the emulator.
    TOO_MANY_CALLS = published "A001311" with path, "the rate limit for calls per second was exceeded";
    MALFORMED_LIST = own "A900209" with path, "the body of the request is not a JSON array of objects";
    /// The body is neither JSON nor, where the API accepts one, a form.
    UNSUPPORTED_MEDIA_TYPE = own "A900213" with path, "the API does not accept a body of this media type";
    MALFORMED_QUERY = own "A900211" with path, "a parameter in the query is not valid";
    MEMBER_INVALID = own "A900212" with path, "a member of the request is not valid";
    PARAMETERS_MISSING = published "A166201", "the API request lacks parameters";
    /// RFC 6749 §3.2.
    PARAMETERS_NONE = published "A166301", "the request of the client has no parameters";
    /// RFC 6749 §3.2.
    PARAMETER_REPEATED = published "A166304", "a request parameter is included more than once";
    /// Depends on the settings of the service.
    GRANT_NOT_SUPPORTED = published "A166305", "the service does not support the grant type";
    /// Depends on the registration of the client.
    GRANT_NOT_DECLARED = published "A166306", "the client may not use the grant type";
    CLIENTS_START_NO_NUMBER = published "A028201", "start is not a number";
    CLIENTS_START_NEGATIVE = published "A028202", "start is negative";
    CLIENTS_END_NO_NUMBER = published "A028203", "end is not a number";
    CLIENTS_END_NEGATIVE = published "A028204", "end is negative";
    SERVICES_START_NO_NUMBER = published "A036201", "start is not a number";
    SERVICES_START_NEGATIVE = published "A036202", "start is negative";
    SERVICES_END_NO_NUMBER = published "A036203", "end is not a number";
    SERVICES_END_NEGATIVE = published "A036204", "end is negative";
    AUTHORIZATIONS_START_NO_NUMBER = published "A136201", "start is not a number";
    AUTHORIZATIONS_START_NEGATIVE = published "A136202", "start is negative";
    AUTHORIZATIONS_END_NO_NUMBER = published "A136203", "end is not a number";
    AUTHORIZATIONS_END_NEGATIVE = published "A136204", "end is negative";
    TOKENS_START_NO_NUMBER = published "A159201", "start is not a number";
    TOKENS_START_NEGATIVE = published "A159202", "start is negative";
    TOKENS_END_NO_NUMBER = published "A159203", "end is not a number";
    TOKENS_END_NEGATIVE = published "A159204", "end is negative";
    GET_SERVICE_UNKNOWN = published "A035201", "there is no such service";
    GET_SERVICE_DELETED = published "A035203", "the service was deleted";
    UPDATE_SERVICE_UNKNOWN = published "A037201", "there is no such service";
    UPDATE_SERVICE_DELETED = published "A037203", "the service was deleted";
    DELETE_SERVICE_UNKNOWN = published "A034201", "there is no such service";
    DELETE_SERVICE_DELETED = published "A034203", "the service was deleted";
    /// No client has this ID or alias.
    GET_CLIENT_UNKNOWN = published "A027201", "the service has no such client";
    GET_CLIENT_OF_ANOTHER_SERVICE = published "A027202", "the client belongs to another service";
    GET_CLIENT_DELETED = published "A027203", "the client was deleted";
    /// No client has this ID or alias.
    UPDATE_CLIENT_UNKNOWN = published "A029201", "the service has no such client";
    UPDATE_CLIENT_OF_ANOTHER_SERVICE = published "A029202", "the client belongs to another service";
    UPDATE_CLIENT_DELETED = published "A029203", "the client was deleted";
    /// No client has this ID or alias.
    DELETE_CLIENT_UNKNOWN = published "A026201", "the service has no such client";
    DELETE_CLIENT_OF_ANOTHER_SERVICE = published "A026202", "the client belongs to another service";
    DELETE_CLIENT_DELETED = published "A026203", "the client was deleted";
    /// No client has this ID or alias.
    REFRESH_SECRET_CLIENT_UNKNOWN = published "A148201", "the service has no such client";
    /// No client has this ID or alias.
    UPDATE_SECRET_CLIENT_UNKNOWN = published "A149201", "the service has no such client";
    CLIENT_BODY_EMPTY = published "A032209" with path, "the request has no body";
    SERVICE_BODY_EMPTY = published "A039201" with path, "the request has no body";
    AUTHORIZATION_LIST_BODY = published "A136205", "the body of the request is not a JSON object";
    AUTHORIZATION_DELETE_BODY = published "A137201", "the body of the request is not a JSON object";
    GRANTED_SCOPES_BODY = published "A139201", "the body of the request is not a JSON object";
    GRANTED_SCOPES_DELETE_BODY = published "A140201", "the body of the request is not a JSON object";
    REQUESTABLE_SCOPES_BODY = published "A128201", "the body of the request is not a JSON object";
}
