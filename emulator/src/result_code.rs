//! The result codes, each in this one place.
//!
//! The first three digits name the API or its stage, the third from the right whose fault it is: 0 nobody's, 1
//! Authlete's, 2 the caller's of the API, 3 the client application's. Codes that Authlete has published are as
//! published; the others follow the pattern and are the emulator's own.

/// A code and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultCode {
    pub code: &'static str,
    pub reason: &'static str,
}

macro_rules! result_codes {
    ($( $(#[$doc:meta])* $name:ident = $code:literal, $reason:literal; )*) => {
        $( $(#[$doc])* pub const $name: ResultCode = ResultCode { code: $code, reason: $reason }; )*
    };
}

result_codes! {
    // Any API.

    /// The emulator itself failed, for example because the system has no random numbers.
    INTERNAL_ERROR = "A001101", "the emulator had an error";
    /// Published.
    AUTHORIZATION_HEADER_MISSING = "A001202", "the Authorization header is missing";
    /// Published.
    CREDENTIALS_INVALID = "A001203", "the credentials are not valid";
    /// The credentials are good, for another service.
    WRONG_SERVICE = "A001251", "the credentials are those of another service";
    /// The credentials are good, for calls of another kind.
    WRONG_KIND_OF_CREDENTIALS = "A001252", "the API does not accept credentials of this kind";
    /// A path outside of the API.
    NOT_AN_API = "A001253", "the API has no such path";
    /// The path is right.
    METHOD_NOT_ALLOWED = "A001254", "the API is not called with this HTTP method";
    /// The body is no JSON, or not an object.
    MALFORMED_BODY = "A001255", "the body of the request is not a JSON object";
    /// More than a request can sensibly hold.
    BODY_TOO_LARGE = "A001256", "the body of the request is larger than 1 MiB";
    /// What Authlete can do and the emulator cannot yet.
    NOT_IMPLEMENTED = "A001257", "authlete-emulator does not implement this API yet";
    /// `start` and `end` do not make a range.
    RANGE_INVALID = "A001258", "start and end must be numbers from 0, and end not before start";
    /// No service has the number.
    SERVICE_UNKNOWN = "A001259", "there is no such service";
    /// No client has the number or the alias.
    CLIENT_UNKNOWN = "A001260", "the service has no such client";

    // Authorization.

    /// The request is good.
    AUTHORIZATION_OK = "A004001", "the authorization request is valid";
    /// Published.
    AUTHORIZATION_PARAMETERS_MISSING = "A004201", "the API request lacks parameters";
    /// RFC 6749 §3.1.
    AUTHORIZATION_PARAMETER_REPEATED = "A004301", "a request parameter is included more than once";
    /// RFC 6749 §4.1.1.
    AUTHORIZATION_CLIENT_ID_MISSING = "A004302", "client_id is missing";
    /// No redirection: there is nobody to redirect to.
    AUTHORIZATION_CLIENT_UNKNOWN = "A004303", "client_id names no client of the service";
    /// RFC 6749 §3.1.2.3, OpenID Connect Core 1.0 §3.1.2.1.
    REDIRECT_URI_MISSING = "A004304", "redirect_uri is missing";
    /// RFC 6749 §3.1.2.4.
    REDIRECT_URI_NOT_REGISTERED = "A004305", "redirect_uri is not registered for the client";
    /// RFC 6749 §4.1.1.
    RESPONSE_TYPE_MISSING = "A004306", "response_type is missing";
    /// Authlete knows more response types than the emulator.
    RESPONSE_TYPE_UNSUPPORTED = "A004307", "response_type is not supported: authlete-emulator knows only code yet";
    /// The registration of the client decides.
    RESPONSE_TYPE_NOT_ALLOWED = "A004308", "the client may not use this response_type";
    /// Authlete knows more response modes than the emulator.
    RESPONSE_MODE_UNSUPPORTED = "A004309", "response_mode is not supported: authlete-emulator knows only query yet";
    /// OpenID Connect Core 1.0 §3.1.2.6.
    REQUEST_OBJECT_UNSUPPORTED = "A004310", "authlete-emulator does not support request objects yet";
    /// OpenID Connect Core 1.0 §3.1.2.6.
    REQUEST_URI_UNSUPPORTED = "A004311", "authlete-emulator does not support request_uri yet";
    /// The service or the client demands PKCE.
    CODE_CHALLENGE_MISSING = "A004312", "code_challenge is missing";
    /// RFC 7636 §4.2.
    CODE_CHALLENGE_MALFORMED = "A004313", "code_challenge is not of 43 to 128 unreserved characters";
    /// RFC 7636 §4.3.
    CODE_CHALLENGE_METHOD_UNSUPPORTED = "A004314", "code_challenge_method is neither plain nor S256";
    /// The service or the client demands S256.
    CODE_CHALLENGE_METHOD_NOT_S256 = "A004315", "code_challenge_method must be S256";
    /// A method for nothing.
    CODE_CHALLENGE_METHOD_ALONE = "A004316", "code_challenge_method is there without code_challenge";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    PROMPT_INVALID = "A004317", "prompt has an unknown value, or none beside another";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    MAX_AGE_INVALID = "A004318", "max_age is not a number from 0";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    DISPLAY_INVALID = "A004319", "display has an unknown value";
    /// The service demands a scope.
    AUTHORIZATION_SCOPE_MISSING = "A004320", "scope is missing, or names no scope of the service";

    // Authorization, issue and fail.

    /// The code is issued.
    ISSUE_OK = "A040001", "the authorization request was granted";
    /// The caller's fault.
    ISSUE_TICKET_MISSING = "A040201", "ticket is missing";
    /// The caller's fault.
    ISSUE_SUBJECT_MISSING = "A040202", "subject is missing";
    /// The ticket works once, for a time.
    ISSUE_TICKET_UNUSABLE = "A040203", "the ticket is unknown, used or expired";
    /// Deleted since the ticket was issued.
    ISSUE_CLIENT_GONE = "A040204", "the client of the ticket no longer exists";
    /// The caller's fault.
    FAIL_TICKET_MISSING = "A060201", "ticket is missing";
    /// The caller's fault.
    FAIL_REASON_INVALID = "A060202", "reason is missing or unknown";
    /// The ticket works once, for a time.
    FAIL_TICKET_UNUSABLE = "A060203", "the ticket is unknown, used or expired";
    /// The server operator's word, not an error of the call.
    FAIL_REFUSED = "A060301", "the authorization server refused the request";

    // Token.

    /// The tokens are issued.
    TOKEN_OK = "A050001", "the token request was granted";
    /// The caller's fault.
    TOKEN_PARAMETERS_MISSING = "A050201", "the API request lacks parameters";
    /// The caller chose the value of the token.
    TOKEN_VALUE_TAKEN = "A050202", "the access token of the API request exists already";
    /// RFC 6749 §3.2.
    TOKEN_PARAMETER_REPEATED = "A050301", "a request parameter is included more than once";
    /// RFC 6749 §4.1.3.
    GRANT_TYPE_MISSING = "A050302", "grant_type is missing";
    /// Authlete knows more grant types than the emulator.
    GRANT_TYPE_UNSUPPORTED = "A050303", "grant_type is not supported by the service, or not by authlete-emulator yet";
    /// RFC 6749 §4.1.3.
    CODE_MISSING = "A050304", "code is missing";
    /// Published: also a code that was used.
    CODE_UNKNOWN = "A050305", "the authorization code does not exist or was used";
    /// RFC 6749 §4.1.2.
    CODE_EXPIRED = "A050306", "the authorization code has expired";
    /// RFC 6749 §4.1.3.
    CODE_OF_ANOTHER_CLIENT = "A050307", "the authorization code was issued to another client";
    /// RFC 6749 §4.1.3.
    TOKEN_REDIRECT_URI_MISSING = "A050309", "redirect_uri is missing although the authorization request had it";
    /// RFC 6749 §4.1.3.
    TOKEN_REDIRECT_URI_DIFFERENT = "A050310", "redirect_uri is not that of the authorization request";
    /// Published.
    CODE_VERIFIER_MISSING = "A050312", "code_verifier is missing";
    /// Published.
    CODE_VERIFIER_WRONG = "A050315", "code_verifier does not match code_challenge";
    /// Published.
    CODE_VERIFIER_UNEXPECTED = "A050317", "code_verifier is there although there was no code_challenge";
    /// RFC 6749 §6.
    REFRESH_TOKEN_MISSING = "A050318", "refresh_token is missing";
    /// RFC 6749 §6.
    REFRESH_TOKEN_UNKNOWN = "A050319", "the refresh token does not exist or was used";
    /// RFC 6749 §6.
    REFRESH_TOKEN_EXPIRED = "A050320", "the refresh token has expired";
    /// RFC 6749 §6.
    REFRESH_TOKEN_OF_ANOTHER_CLIENT = "A050321", "the refresh token was issued to another client";
    /// RFC 6749 §6.
    SCOPE_BEYOND_GRANT = "A050322", "scope goes beyond what was granted";
    /// The registration of the client decides.
    GRANT_TYPE_NOT_ALLOWED = "A050323", "the client may not use this grant_type";
    /// RFC 6749 §4.4.
    CLIENT_NOT_CONFIDENTIAL = "A050324", "only a confidential client may use client_credentials";
    /// The service demands a scope.
    TOKEN_SCOPE_MISSING = "A050325", "scope is missing, or names no scope of the service";

    // Client authentication, at every endpoint that needs it.

    /// RFC 6749 §2.3: one method a request.
    CLIENT_AUTHENTICATION_TWICE = "A047301", "the client used more than one authentication method";
    /// Two clients in one request.
    CLIENT_ID_AMBIGUOUS = "A047302", "the Authorization header and client_id name different clients";
    /// RFC 6749 §5.2.
    CLIENT_ID_MISSING = "A047303", "the request does not say which client it is of";
    /// The same for an unknown client and a wrong secret: who asks must not learn which clients there are.
    CLIENT_AUTHENTICATION_FAILED = "A047304", "the client is unknown, or its secret is wrong";
    /// RFC 6749 §3.2.1.
    CLIENT_SECRET_MISSING = "A047305", "the client did not authenticate";
    /// The registration of the client or the settings of the service decide.
    CLIENT_AUTHENTICATION_METHOD = "A047306", "the client may not authenticate in this way";

    // Introspection.

    /// The token passes.
    INTROSPECTION_OK = "A056001", "the access token is valid";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_MISSING = "A056301", "the access token is missing";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_UNKNOWN = "A056302", "the access token does not exist";
    /// RFC 6750 §3.1.
    INTROSPECTION_TOKEN_EXPIRED = "A056303", "the access token has expired";
    /// RFC 6750 §3.1.
    INTROSPECTION_SCOPE = "A056304", "the access token does not cover the required scopes";
    /// The resource belongs to somebody else.
    INTROSPECTION_SUBJECT = "A056305", "the access token does not belong to the required subject";

    // Revocation.

    /// Also when there was nothing to revoke: RFC 7009 §2.2.
    REVOCATION_OK = "A113001", "the revocation request was processed";
    /// The caller's fault.
    REVOCATION_PARAMETERS_MISSING = "A113201", "the API request lacks parameters";
    /// RFC 6749 §3.2.
    REVOCATION_PARAMETER_REPEATED = "A113301", "a request parameter is included more than once";
    /// RFC 7009 §2.1.
    REVOCATION_TOKEN_MISSING = "A113302", "token is missing";

    // Clients and tokens.

    /// An alias names one client.
    ALIAS_TAKEN = "A117201", "another client has this clientIdAlias";
    /// Whose authorizations?
    AUTHORIZATION_LIST_SUBJECT_MISSING = "A136201", "subject is missing";
    /// The user's tokens for the client are gone.
    AUTHORIZATION_DELETED = "A137001", "the authorization was deleted";
    /// Whose authorization?
    AUTHORIZATION_DELETE_SUBJECT_MISSING = "A137201", "subject is missing";
    /// The secret is new.
    SECRET_REFRESHED = "A148001", "the client secret was replaced by a new one";
    /// The secret is the caller's.
    SECRET_UPDATED = "A149001", "the client secret was replaced by the given one";
    /// Letters, digits, `-`, `_`; not more than 86.
    SECRET_INVALID = "A149201", "clientSecret must have 1 to 86 characters out of A-Z, a-z, 0-9, - and _";
    /// No such status.
    TOKEN_STATUS_INVALID = "A139201", "tokenStatus is none of VALID, INVALID and ALL";
}
