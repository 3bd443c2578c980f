//! Any API.

use super::*;

/// The code for a number that a list begins or ends with.
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

/// Why there is no client of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No client has it.
    Unknown,
    /// The client belongs to another service.
    Elsewhere,
    /// The client was deleted.
    Deleted,
    /// A client has it as its alias, and aliases are off.
    AliasDisabled,
}

/// The code for a service that does not exist, or no longer.
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

/// The code for a client that does not exist, where a call is about that client: named by its ID, or by an identifier,
/// which is the ID or an alias.
pub fn managed_client_missing(operation: &str, by_id: bool, missing: Missing) -> ResultCode {
    use Missing::{AliasDisabled, Deleted, Elsewhere, Unknown};
    match (operation, missing) {
        ("get_client", Unknown) => GET_CLIENT_UNKNOWN,
        ("get_client", Elsewhere) => GET_CLIENT_ELSEWHERE,
        ("get_client", Deleted) => GET_CLIENT_DELETED,
        ("update_client", Unknown) => UPDATE_CLIENT_UNKNOWN,
        ("update_client", Elsewhere) => UPDATE_CLIENT_ELSEWHERE,
        ("update_client", Deleted) => UPDATE_CLIENT_DELETED,
        ("delete_client", Unknown) => DELETE_CLIENT_UNKNOWN,
        ("delete_client", Elsewhere) => DELETE_CLIENT_ELSEWHERE,
        ("delete_client", Deleted) => DELETE_CLIENT_DELETED,
        ("refresh_client_secret", Unknown) => REFRESH_SECRET_CLIENT_UNKNOWN,
        ("update_client_secret", Unknown) => UPDATE_SECRET_CLIENT_UNKNOWN,
        ("update_client_lock_flag", Deleted) => LOCK_FLAG_CLIENT_DELETED,
        (_, Unknown) if by_id => CLIENT_BY_ID_UNKNOWN,
        (_, Elsewhere) if by_id => CLIENT_BY_ID_ELSEWHERE,
        (_, Deleted) if by_id => CLIENT_BY_ID_DELETED,
        (_, Unknown) => CLIENT_UNKNOWN,
        (_, Elsewhere) => CLIENT_ELSEWHERE,
        (_, Deleted) => CLIENT_DELETED,
        (_, AliasDisabled) => CLIENT_ALIAS_DISABLED,
    }
}

/// The code for a body that is empty.
pub fn empty_body(operation: &str) -> ResultCode {
    match operation {
        "create_client" | "update_client" => CLIENT_BODY_EMPTY,
        "create_service" | "update_service" => SERVICE_BODY_EMPTY,
        "token_create_batch" => MALFORMED_LIST,
        _ => malformed_body(operation),
    }
}

/// The code for a body that is no JSON object.
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
    /// The emulator itself failed, for example because the system has no random numbers.
    INTERNAL_ERROR = published "A001101" with path, "the emulator had an error";
    /// Published.
    AUTHORIZATION_HEADER_MISSING = published "A001202" with path, "the Authorization header is missing";
    /// No credentials can be read from the header: another scheme, no base64, no colon.
    CREDENTIALS_MALFORMED = published "A001203" with path, "the Authorization header has no credentials that this API can read";
    /// 2.x: the API is for the service owner.
    OWNER_UNKNOWN = published "A002201" with path, "no service owner has this API key";
    /// 2.x.
    OWNER_SECRET_WRONG = published "A002205" with path, "the API secret is not that of the service owner";
    /// 2.x: the API is for services.
    SERVICE_KEY_UNKNOWN = published "A003201" with path, "no service has this API key";
    /// 2.x.
    SERVICE_KEY_DELETED = published "A003202" with path, "the service with this API key was deleted";
    /// 2.x.
    SERVICE_SECRET_WRONG = published "A003204" with path, "the API secret is not that of the service";
    /// 3.0.
    ACCESS_TOKEN_INVALID = published "A458101", "the access token is not valid";
    /// 3.0: the access token of a service is not enough.
    ACCESS_RIGHT_MISSING = published "A457101" with path, "the access token has no right to call this API";
    /// Published.
    CALLER_PROOF_MISSING = published "A001301" with path, "the access token is bound to a DPoP key, and there is no DPoP proof";
    /// Published.
    CALLER_KEY = published "A001302" with path, "the access token is bound to another DPoP key";
    /// Published.
    CALLER_PROOF_INVALID = published "A001303" with path, "the DPoP proof is not in order";
    /// Published.
    CALLER_PROOF_SYMMETRIC = published "A001304" with path, "alg of the DPoP proof is symmetric or none";
    /// Published.
    CALLER_PROOF_KEY_MISSING = published "A001305" with path, "the DPoP proof has no public key in jwk";
    /// Published.
    CALLER_PROOF_ALGORITHM_MISSING = published "A001306", "the DPoP proof has no alg";
    /// Published.
    CALLER_CERTIFICATE_MISSING = published "A001307" with path, "the access token is bound to a certificate, and the connection has none";
    /// Published.
    CALLER_CERTIFICATE = published "A001308" with path, "the access token is bound to another certificate";
    /// Published.
    CALLER_CERTIFICATE_MALFORMED = published "A001309" with path, "the certificate of the connection cannot be read";
    /// RFC 9449 §7.1: the scheme is for tokens that are bound.
    CALLER_TOKEN_NOT_BOUND = own "A900210" with path, "the access token comes in the scheme DPoP, and is not bound to a key";
    /// The call or the request names the client by its ID.
    CLIENT_BY_ID_LOCKED = published "A001215" with path, "the client is locked";
    /// The call or the request names the client by another identifier.
    CLIENT_LOCKED = published "A001221" with path, "the client is locked";
    /// The credentials are good, for another service.
    WRONG_SERVICE = own "A900201" with path, "the credentials are those of another service";
    /// A path outside of the API.
    NOT_AN_API = own "A900203" with path, "the API has no such path";
    /// The path is right.
    METHOD_NOT_ALLOWED = own "A900204" with path, "the API is not called with this HTTP method";
    /// The body is no JSON, or not an object.
    MALFORMED_BODY = own "A900205" with path, "the body of the request is not a JSON object";
    /// More than a request can sensibly hold.
    BODY_TOO_LARGE = own "A900206" with path, "the body of the request is larger than 1 MiB";
    /// What Authlete can do and the emulator cannot yet.
    NOT_IMPLEMENTED = own "A900207" with path, "authlete-emulator does not implement this API yet";
    /// No service has the number.
    SERVICE_UNKNOWN = published "A458203", "there is no such service";
    /// No client has the ID.
    CLIENT_BY_ID_UNKNOWN = published "A001212" with path, "no client has this ID";
    /// The client exists.
    CLIENT_BY_ID_ELSEWHERE = published "A001213" with path, "the client belongs to another service";
    /// The client existed.
    CLIENT_BY_ID_DELETED = published "A001214" with path, "the client was deleted";
    /// No client has the ID or the alias.
    CLIENT_UNKNOWN = published "A001218" with path, "the service has no such client";
    /// The client exists.
    CLIENT_ELSEWHERE = published "A001219" with path, "the client belongs to another service";
    /// The client existed.
    CLIENT_DELETED = published "A001220" with path, "the client was deleted";
    /// The client exists.
    CLIENT_ALIAS_DISABLED = published "A001222" with path, "the client has this alias, and its clientIdAliasEnabled is off";
    /// The emulator was told to allow no more.
    TOO_MANY_CALLS = published "A001311" with path, "there were more calls in this second than the limit allows";
    /// The body is no JSON, or not an array, or something in it is not an object.
    MALFORMED_LIST = own "A900209" with path, "the body of the request is not a JSON array of objects";
    /// The body is no JSON, or a form where the API takes none.
    UNSUPPORTED_MEDIA_TYPE = own "A900213" with path, "the API does not take a body of this media type";
    /// A parameter in the query is of another type.
    MALFORMED_QUERY = own "A900211" with path, "a parameter in the query is not valid";
    /// A member of the body is of another type.
    MEMBER_INVALID = own "A900212" with path, "a member of the request is not valid";
    /// The caller's fault.
    PARAMETERS_MISSING = published "A166201", "the API request lacks parameters";
    /// RFC 6749 §3.2.
    PARAMETERS_NONE = published "A166301", "the request of the client has no parameters";
    /// RFC 6749 §3.2.
    PARAMETER_REPEATED = published "A166304", "a request parameter is there more than once";
    /// The settings of the service decide.
    GRANT_NOT_SUPPORTED = published "A166305", "the service does not support the grant type";
    /// The registration of the client decides.
    GRANT_NOT_DECLARED = published "A166306", "the client may not use the grant type";
    /// The caller's fault.
    CLIENTS_START_NO_NUMBER = published "A028201", "start is not a number";
    /// The caller's fault.
    CLIENTS_START_NEGATIVE = published "A028202", "start is negative";
    /// The caller's fault.
    CLIENTS_END_NO_NUMBER = published "A028203", "end is not a number";
    /// The caller's fault.
    CLIENTS_END_NEGATIVE = published "A028204", "end is negative";
    /// The caller's fault.
    SERVICES_START_NO_NUMBER = published "A036201", "start is not a number";
    /// The caller's fault.
    SERVICES_START_NEGATIVE = published "A036202", "start is negative";
    /// The caller's fault.
    SERVICES_END_NO_NUMBER = published "A036203", "end is not a number";
    /// The caller's fault.
    SERVICES_END_NEGATIVE = published "A036204", "end is negative";
    /// The caller's fault.
    AUTHORIZATIONS_START_NO_NUMBER = published "A136201", "start is not a number";
    /// The caller's fault.
    AUTHORIZATIONS_START_NEGATIVE = published "A136202", "start is negative";
    /// The caller's fault.
    AUTHORIZATIONS_END_NO_NUMBER = published "A136203", "end is not a number";
    /// The caller's fault.
    AUTHORIZATIONS_END_NEGATIVE = published "A136204", "end is negative";
    /// The caller's fault.
    TOKENS_START_NO_NUMBER = published "A159201", "start is not a number";
    /// The caller's fault.
    TOKENS_START_NEGATIVE = published "A159202", "start is negative";
    /// The caller's fault.
    TOKENS_END_NO_NUMBER = published "A159203", "end is not a number";
    /// The caller's fault.
    TOKENS_END_NEGATIVE = published "A159204", "end is negative";
    /// No service has the number.
    GET_SERVICE_UNKNOWN = published "A035201", "there is no such service";
    /// The service existed.
    GET_SERVICE_DELETED = published "A035203", "the service was deleted";
    /// No service has the number.
    UPDATE_SERVICE_UNKNOWN = published "A037201", "there is no such service";
    /// The service existed.
    UPDATE_SERVICE_DELETED = published "A037203", "the service was deleted";
    /// No service has the number.
    DELETE_SERVICE_UNKNOWN = published "A034201", "there is no such service";
    /// The service existed.
    DELETE_SERVICE_DELETED = published "A034203", "the service was deleted";
    /// No client has the number or the alias.
    GET_CLIENT_UNKNOWN = published "A027201", "the service has no such client";
    /// The client exists.
    GET_CLIENT_ELSEWHERE = published "A027202", "the client belongs to another service";
    /// The client existed.
    GET_CLIENT_DELETED = published "A027203", "the client was deleted";
    /// No client has the number or the alias.
    UPDATE_CLIENT_UNKNOWN = published "A029201", "the service has no such client";
    /// The client exists.
    UPDATE_CLIENT_ELSEWHERE = published "A029202", "the client belongs to another service";
    /// The client existed.
    UPDATE_CLIENT_DELETED = published "A029203", "the client was deleted";
    /// No client has the number or the alias.
    DELETE_CLIENT_UNKNOWN = published "A026201", "the service has no such client";
    /// The client exists.
    DELETE_CLIENT_ELSEWHERE = published "A026202", "the client belongs to another service";
    /// The client existed.
    DELETE_CLIENT_DELETED = published "A026203", "the client was deleted";
    /// No client has the number or the alias.
    REFRESH_SECRET_CLIENT_UNKNOWN = published "A148201", "the service has no such client";
    /// No client has the number or the alias.
    UPDATE_SECRET_CLIENT_UNKNOWN = published "A149201", "the service has no such client";
    /// The body is empty.
    CLIENT_BODY_EMPTY = published "A032209" with path, "the request has no body";
    /// The body is empty.
    SERVICE_BODY_EMPTY = published "A039201" with path, "the request has no body";
    /// The body is no JSON, or not an object.
    AUTHORIZATION_LIST_BODY = published "A136205", "the body of the request is not a JSON object";
    /// The body is no JSON, or not an object.
    AUTHORIZATION_DELETE_BODY = published "A137201", "the body of the request is not a JSON object";
    /// The body is no JSON, or not an object.
    GRANTED_SCOPES_BODY = published "A139201", "the body of the request is not a JSON object";
    /// The body is no JSON, or not an object.
    GRANTED_SCOPES_DELETE_BODY = published "A140201", "the body of the request is not a JSON object";
    /// The body is no JSON, or not an object.
    REQUESTABLE_SCOPES_BODY = published "A128201", "the body of the request is not a JSON object";
}
