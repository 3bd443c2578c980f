//! Authorization, its issue and its failure.

use super::*;

/// The code for a repeated parameter of an authorization request.
pub fn repeated_at_authorization(name: &str) -> ResultCode {
    match name {
        "client_id" => AUTHORIZATION_CLIENT_ID_REPEATED,
        "response_type" => RESPONSE_TYPE_REPEATED,
        "redirect_uri" => REDIRECT_URI_REPEATED,
        "scope" => AUTHORIZATION_SCOPE_REPEATED,
        "state" => STATE_REPEATED,
        "response_mode" => RESPONSE_MODE_REPEATED,
        "nonce" => NONCE_REPEATED,
        "display" => DISPLAY_REPEATED,
        "prompt" => PROMPT_REPEATED,
        "max_age" => MAX_AGE_REPEATED,
        "ui_locales" => UI_LOCALES_REPEATED,
        "claims_locales" => CLAIMS_LOCALES_REPEATED,
        "acr_values" => ACR_VALUES_REPEATED,
        "claims" => CLAIMS_REPEATED,
        "request" => REQUEST_REPEATED,
        "request_uri" => REQUEST_URI_REPEATED,
        "code_challenge" => CODE_CHALLENGE_REPEATED,
        "code_challenge_method" => CODE_CHALLENGE_METHOD_REPEATED,
        "purpose" => PURPOSE_REPEATED,
        "login_hint" => LOGIN_HINT_REPEATED,
        _ => AUTHORIZATION_PARAMETER_REPEATED,
    }
}

result_codes! {
    AUTHORIZATION_OK = published "A004001", "the authorization request is valid";
    AUTHORIZATION_PARAMETERS_MISSING = published "A004201", "the API request lacks parameters";
    AUTHORIZATION_PARAMETERS_NONE = published "A004301", "the authorization request has no parameters";
    /// RFC 6749 §3.1.
    AUTHORIZATION_PARAMETER_REPEATED = published "A023306", "a request parameter is included more than once";
    /// RFC 6749 §3.1.
    AUTHORIZATION_CLIENT_ID_REPEATED = published "A010303", "client_id is included more than once";
    /// RFC 6749 §3.1.
    RESPONSE_TYPE_REPEATED = published "A009303", "response_type is included more than once";
    /// RFC 6749 §3.1.
    REDIRECT_URI_REPEATED = published "A011302", "redirect_uri is included more than once";
    /// RFC 6749 §3.1.
    AUTHORIZATION_SCOPE_REPEATED = published "A007302", "scope is included more than once";
    /// RFC 6749 §3.1.
    STATE_REPEATED = published "A013302", "state is included more than once";
    /// RFC 6749 §3.1.
    RESPONSE_MODE_REPEATED = published "A012302", "response_mode is included more than once";
    /// RFC 6749 §3.1.
    NONCE_REPEATED = published "A014302", "nonce is included more than once";
    /// RFC 6749 §3.1.
    DISPLAY_REPEATED = published "A015302", "display is included more than once";
    /// RFC 6749 §3.1.
    PROMPT_REPEATED = published "A016302", "prompt is included more than once";
    /// RFC 6749 §3.1.
    MAX_AGE_REPEATED = published "A017302", "max_age is included more than once";
    /// RFC 6749 §3.1.
    UI_LOCALES_REPEATED = published "A018302", "ui_locales is included more than once";
    /// RFC 6749 §3.1.
    CLAIMS_LOCALES_REPEATED = published "A020302", "claims_locales is included more than once";
    /// RFC 6749 §3.1.
    ACR_VALUES_REPEATED = published "A021302", "acr_values is included more than once";
    /// RFC 6749 §3.1.
    CLAIMS_REPEATED = published "A022302", "claims is included more than once";
    /// RFC 6749 §3.1.
    REQUEST_REPEATED = published "A008301", "request is included more than once";
    /// RFC 6749 §3.1.
    REQUEST_URI_REPEATED = published "A008302", "request_uri is included more than once";
    /// RFC 6749 §3.1.
    CODE_CHALLENGE_REPEATED = published "A124303", "code_challenge is included more than once";
    /// RFC 6749 §3.1.
    CODE_CHALLENGE_METHOD_REPEATED = published "A124305", "code_challenge_method is included more than once";
    /// RFC 6749 §3.1.
    PURPOSE_REPEATED = published "A252302", "purpose is included more than once";
    /// RFC 6749 §3.1.
    LOGIN_HINT_REPEATED = published "A069302", "login_hint is included more than once";
    /// RFC 6749 §4.1.1.
    AUTHORIZATION_CLIENT_ID_MISSING = published "A010301", "client_id is missing";
    /// RFC 6749 §4.1.1.
    AUTHORIZATION_CLIENT_ID_EMPTY = published "A010302", "client_id is empty";
    /// No redirect, since the client is unknown.
    AUTHORIZATION_CLIENT_UNKNOWN = published "A010304", "client_id names no client of the service";
    /// No redirect, since the client is unknown.
    AUTHORIZATION_CLIENT_OR_ALIAS_UNKNOWN = published "A010308", "client_id is neither the ID nor the alias of a client of the service";
    AUTHORIZATION_CLIENT_OF_ANOTHER_SERVICE = published "A010305", "client_id names a client of another service";
    AUTHORIZATION_CLIENT_DELETED = published "A010306", "client_id names a client that was deleted";
    /// Until it is unlocked.
    AUTHORIZATION_CLIENT_LOCKED = published "A010307", "client_id names a locked client";
    /// No redirect, since the client is unknown.
    AUTHORIZATION_CLIENT_ALIAS_DISABLED = published "A010309", "client_id is the alias of a client, which is not enabled";
    /// RFC 6749 §3.1.2.3, OpenID Connect Core 1.0 §3.1.2.1.
    SCOPE_MISSING_OUTSIDE = published "A007303", "scope is missing outside of the request object, which has openid";
    /// OpenID Connect Core 1.0 §6.1.
    OPENID_MISSING_OUTSIDE = published "A007304", "scope has no openid outside of the request object, which has it";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    REDIRECT_URI_MISSING_FOR_OPENID = published "A011303", "redirect_uri is missing although scope has openid";
    /// RFC 6749 §3.1.2.3, OpenID Connect Core 1.0 §3.1.2.1.
    REDIRECT_URI_MISSING_AMONG_SEVERAL = published "A011313", "redirect_uri is missing although the client has registered several";
    /// RFC 6749 §3.1.2.3, OpenID Connect Core 1.0 §3.1.2.1.
    NO_REDIRECT_URI_OF_PUBLIC_CLIENT = published "A011310", "the client is public and has registered no redirect URI";
    /// RFC 6749 §3.1.2.3, OpenID Connect Core 1.0 §3.1.2.1.
    NO_REDIRECT_URI_FOR_IMPLICIT = published "A011311", "the client has registered no redirect URI, which response_type needs";
    /// RFC 6749 §3.1.2.3, OpenID Connect Core 1.0 §3.1.2.1.
    NO_REDIRECT_URI = published "A011312", "redirect_uri is missing although the client has registered none";
    /// RFC 6749 §3.1.2.3, OpenID Connect Core 1.0 §3.1.2.1.
    REDIRECT_URI_EMPTY = published "A011319", "redirect_uri is empty";
    /// RFC 6749 §3.1.2.4.
    REDIRECT_URI_NOT_REGISTERED = published "A011317", "redirect_uri is not registered for the client";
    /// RFC 6749 §3.1.2.4.
    REDIRECT_URI_NOT_REGISTERED_FOR_OPENID = published "A011304", "redirect_uri is not registered for the client";
    /// RFC 6749 §3.1.2.4.
    REDIRECT_URI_WEB_NOT_HTTPS = published "A011305", "the redirect URI of a web application is not https, which response_type needs";
    /// OpenID Connect Dynamic Client Registration 1.0 §2.
    REDIRECT_URI_WEB_LOCALHOST = published "A011306", "the redirect URI of a web application is on localhost, which response_type does not allow";
    /// OpenID Connect Dynamic Client Registration 1.0 §2.
    REDIRECT_URI_NATIVE_HTTPS = published "A011307", "the redirect URI of a native application is https";
    /// OpenID Connect Dynamic Client Registration 1.0 §2.
    REDIRECT_URI_NATIVE_HTTP = published "A011308", "the redirect URI of a native application is http and not on localhost";
    /// RFC 6749 §3.1.2.
    REDIRECT_URI_MALFORMED = published "A011314", "redirect_uri is not a URI";
    /// RFC 6749 §3.1.2.4.
    REDIRECT_URI_RELATIVE = published "A011315", "redirect_uri is not absolute";
    /// RFC 6749 §4.1.1.
    RESPONSE_TYPE_MISSING = published "A009301", "response_type is missing";
    /// RFC 6749 §4.1.1.
    RESPONSE_TYPE_EMPTY = published "A009302", "response_type is empty";
    /// RFC 6749 §4.1.1.
    RESPONSE_TYPE_INVALID = published "A009304", "there is no such response_type";
    /// RFC 6749 §4.1.2.1.
    RESPONSE_TYPE_UNSUPPORTED = published "A009305", "the service does not support this response_type";
    /// Depends on the registration of the client.
    RESPONSE_TYPE_NOT_ALLOWED = published "A009306", "the client may not use this response_type";
    /// OAuth 2.0 Multiple Response Type Encoding Practices §2.1, JARM §2.3.
    RESPONSE_MODE_UNKNOWN = published "A012303", "response_mode is unknown";
    /// OpenID Connect Core 1.0 §3.1.2.6.
    REQUEST_URI_UNSUPPORTED = own "A901301", "request_uri refers to a remote request object, which authlete-emulator does not fetch";
    /// The service or the client requires PKCE.
    CODE_CHALLENGE_MISSING = published "A124301", "code_challenge is missing";
    /// The service or the client requires PKCE.
    CODE_CHALLENGE_EMPTY = published "A124302", "code_challenge is empty";
    /// RFC 7636 §4.2.
    CODE_CHALLENGE_MALFORMED = published "A124304", "code_challenge is not of 43 to 128 unreserved characters";
    /// RFC 7636 §4.3.
    CODE_CHALLENGE_METHOD_UNSUPPORTED = published "A124306", "code_challenge_method is neither plain nor S256";
    /// The service or the client requires S256.
    CODE_CHALLENGE_METHOD_MISSING = published "A124307", "code_challenge_method is missing and must be S256";
    /// The service or the client requires S256.
    CODE_CHALLENGE_METHOD_NOT_S256 = published "A124308", "code_challenge_method must be S256";
    /// The method has no effect without a challenge.
    CODE_CHALLENGE_METHOD_ALONE = own "A901302", "code_challenge_method is present without code_challenge";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    PROMPT_INVALID = published "A016303", "prompt has an unknown value";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    PROMPT_NONE_BESIDE_OTHERS = published "A016304", "prompt has none together with another value";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    MAX_AGE_NO_NUMBER = published "A017303", "max_age is not a number";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    MAX_AGE_FRACTION = published "A017304", "max_age is not an integer";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    MAX_AGE_TOO_LARGE = published "A017305", "max_age does not fit into 32 bits";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    MAX_AGE_NEGATIVE = own "A901303", "max_age is negative";
    /// The service has a list of supported values.
    DISPLAY_UNSUPPORTED = published "A015305", "the service does not support this display";
    /// The service has a list of supported values.
    DISPLAY_DEFAULT_UNSUPPORTED = published "A015304", "display is missing, and the service does not support page";
    /// OpenID Connect Core 1.0 §11.
    CONSENT_MISSING = published "A004303", "scope has offline_access, and prompt lacks consent";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    DISPLAY_INVALID = published "A015303", "display has an unknown value";
    /// The service requires a scope.
    AUTHORIZATION_SCOPE_MISSING = published "A007305", "scope is missing, or names no scope of the service";
    /// OAuth 2.0 Multiple Response Type Encoding Practices §3, §5.
    RESPONSE_MODE_QUERY = published "A012304", "response_mode must not put tokens into the query";
    /// OAuth 2.0 Multiple Response Type Encoding Practices §3, §5.
    RESPONSE_MODE_QUERY_JWT = published "A012309", "response_mode must not put tokens into the query unless the response is encrypted";
    /// Depends on the registration of the client.
    RESPONSE_MODE_NOT_ALLOWED = own "A901304", "the client may not use this response_mode";
    /// RFC 6749 §3.1.2.
    REDIRECT_URI_HAS_FRAGMENT = published "A011316", "the redirect URI has a fragment";
    /// OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.1.
    NONCE_MISSING = published "A014303", "nonce is missing although response_type has id_token";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    OPENID_MISSING = published "A004302", "scope lacks openid although response_type has id_token";
    /// RFC 8707 §2.
    RESOURCE_MALFORMED = published "A251306", "resource is not a URI";
    /// RFC 8707 §2.
    RESOURCE_RELATIVE = published "A251307", "resource is not an absolute URI";
    /// RFC 8707 §2.
    RESOURCE_HAS_FRAGMENT = published "A251308", "resource has a fragment";
    /// OpenID Connect Core 1.0 §5.5.
    CLAIMS_MALFORMED = published "A022303", "claims is not a JSON object";
    /// OpenID Connect Core 1.0 §5.5.
    CLAIMS_USERINFO_MALFORMED = published "A022304", "userinfo in claims is not an object";
    /// OpenID Connect Core 1.0 §5.5.
    CLAIMS_ID_TOKEN_MALFORMED = published "A022305", "id_token in claims is not an object";
    /// OpenID Connect Core 1.0 §5.5.
    CLAIMS_TRANSFORMED_MALFORMED = own "A901305", "transformed_claims in claims is not an object";
    /// OpenID Connect Core 1.0 §5.5.1.1.
    ACR_UNSUPPORTED = published "A021304", "the service supports none of the essential acr values";
    /// OpenID Connect Core 1.0 §5.5.1.1.
    NO_ACR_SUPPORTED = published "A021303", "an acr value is essential, and the service supports none at all";
    /// Initiating User Registration via OpenID Connect 1.0 §4.1.
    PROMPT_UNSUPPORTED = own "A901306", "the service does not support this prompt";
    /// OpenID Connect for Identity Assurance 1.0.
    PURPOSE_TOO_SHORT = published "A252303", "purpose has less than 3 characters";
    /// OpenID Connect for Identity Assurance 1.0.
    PURPOSE_TOO_LONG = published "A252304", "purpose has more than 300 characters";
    /// RFC 9449 §10.
    DPOP_KEY_MALFORMED = own "A901307", "dpop_jkt is not a thumbprint";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_MALFORMED = published "A249304", "authorization_details is not JSON";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_NO_ARRAY = published "A249305", "authorization_details is not an array";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_ELEMENT_MALFORMED = published "A249306", "an element of authorization_details is not an object, or has a member of the wrong type";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_TYPE_MISSING = published "A249301", "an element of authorization_details has no type";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_TYPE_UNSUPPORTED = published "A249302", "the service does not support this type of authorization_details";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_TYPE_NOT_ALLOWED = published "A249303", "the client may not use this type of authorization_details";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.1.
    CREDENTIAL_DETAILS_CONFIGURATION = own "A901308", "authorization_details of the type openid_credential must have a credential_configuration_id of the service";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.1.
    CREDENTIAL_DETAILS_LOCATION = own "A901309", "authorization_details of the type openid_credential must have the credential issuer in locations";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.3.
    ISSUER_STATE_UNKNOWN = own "A901310", "issuer_state does not belong to a credential offer, or the offer has expired";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    ID_TOKEN_HINT_WRONG = own "A901311", "id_token_hint is not an ID token of this service";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    ID_TOKEN_HINT_DIFFERENT = own "A901312", "id_token_hint and claims ask for different users";
    /// FAPI 2.0 Message Signing §5.4.
    FAPI_RESPONSE_MODE = own "A901313", "FAPI: the response must be in a JWT";
    /// The code and tokens were issued.
    ISSUE_OK = published "A040001", "the authorization request was granted";
    ISSUE_TICKET_MISSING = published "A041201", "ticket is missing";
    ISSUE_SUBJECT_MISSING = published "A042201", "subject is missing";
    /// A ticket is valid once, for a limited time.
    ISSUE_TICKET_UNKNOWN = published "A041202", "the ticket does not exist or was used";
    ISSUE_TICKET_OF_ANOTHER_SERVICE = published "A041203", "the ticket belongs to another service";
    /// A ticket is valid once, for a limited time.
    ISSUE_TICKET_EXPIRED = published "A041301", "the ticket has expired";
    /// The client was deleted after the ticket was issued.
    ISSUE_CLIENT_GONE = own "A901201", "the client of the ticket no longer exists";
    ISSUE_CLAIMS_MALFORMED = published "A044201", "claims is not a JSON object";
    ISSUE_HEADER_MALFORMED = published "A255201", "idtHeaderParams is not a JSON object";
    FAIL_TICKET_MISSING = published "A059201", "ticket is missing";
    FAIL_REASON_MISSING = published "A060201", "reason is missing";
    FAIL_REASON_UNKNOWN = own "A901202", "there is no such reason";
    /// A ticket is valid once, for a limited time.
    FAIL_TICKET_UNKNOWN = published "A059202", "the ticket does not exist or was used";
    FAIL_TICKET_OF_ANOTHER_SERVICE = published "A059203", "the ticket belongs to another service";
    /// A ticket is valid once, for a limited time.
    FAIL_TICKET_EXPIRED = published "A059301", "the ticket has expired";
    /// The client was deleted after the ticket was issued.
    FAIL_CLIENT_GONE = own "A901203", "the client of the ticket no longer exists";
    /// A reason reported by the authorization server.
    FAILED_NOT_LOGGED_IN = published "A060301", "prompt is none, and the user is not logged in";
    /// A reason reported by the authorization server.
    FAILED_MAX_AGE_NOT_SUPPORTED = published "A060302", "prompt is none, and the server cannot handle max_age";
    /// A reason reported by the authorization server.
    FAILED_EXCEEDS_MAX_AGE = published "A060303", "prompt is none, and the user logged in longer ago than max_age";
    /// A reason reported by the authorization server.
    FAILED_DIFFERENT_SUBJECT = published "A060304", "prompt is none, and another user is logged in than the requested one";
    /// A reason reported by the authorization server.
    FAILED_ACR_NOT_SATISFIED = published "A060305", "prompt is none, and the login does not satisfy an essential acr";
    /// A reason reported by the authorization server.
    FAILED_DENIED = published "A060306", "the user denied the request";
    /// A reason reported by the authorization server.
    FAILED_UNKNOWN = published "A060307", "the authorization server refused the request for an unspecified reason";
    /// A reason reported by the authorization server.
    FAILED_SERVER_ERROR = published "A060308", "the authorization server had an error";
    /// A reason reported by the authorization server.
    FAILED_NOT_AUTHENTICATED = published "A060309", "the user was not authenticated";
    /// A reason reported by the authorization server.
    FAILED_ACCOUNT_SELECTION = published "A060310", "the user has to select an account";
    /// A reason reported by the authorization server.
    FAILED_CONSENT = published "A060311", "the user has to consent";
    /// A reason reported by the authorization server.
    FAILED_INTERACTION = published "A060312", "the authorization server has to interact with the user";
    /// A reason reported by the authorization server.
    FAILED_TARGET = published "A060313", "the authorization server does not accept the resource";
    /// A reason reported by the authorization server.
    FAILED_SCOPE = own "A901314", "the authorization server does not accept the scope";
    /// A reason reported by the authorization server.
    FAILED_CLIENT = own "A901315", "the authorization server does not allow the client to make the request";
    /// A reason reported by the authorization server.
    FAILED_TEMPORARILY_UNAVAILABLE = own "A901316", "the authorization server is temporarily unavailable";
    /// The ticket is valid.
    TICKET_INFO_OK = own "A901001", "the information attached to the ticket was looked up";
    TICKET_INFO_MISSING = own "A901204", "ticket is missing";
    /// A ticket is valid once, for a limited time.
    TICKET_INFO_UNKNOWN = own "A901205", "the ticket is unknown, used or expired";
    /// The ticket is valid.
    TICKET_UPDATE_OK = own "A901002", "the information attached to the ticket was replaced";
    TICKET_UPDATE_MISSING = own "A901206", "ticket is missing, or info is not an object";
    /// A ticket is valid once, for a limited time.
    TICKET_UPDATE_UNKNOWN = own "A901207", "the ticket is unknown, used or expired";
    /// JARM §3.
    RESPONSE_JWT_WITHOUT_ALGORITHM = published "A012305", "response_mode asks for a JWT, and the client has no authorizationSignAlg";
    /// A public client has no secret.
    RESPONSE_JWT_SIGNATURE_SYMMETRIC = published "A012307", "response_mode asks for a JWT, and authorizationSignAlg of the public client is symmetric";
    /// A public client has no secret.
    RESPONSE_JWT_ENCRYPTION_SYMMETRIC = published "A012308", "response_mode asks for a JWT, and authorizationEncryptionAlg of the public client is symmetric";
    /// JARM §3.
    RESPONSE_JWT_UNSIGNED = published "A012306", "response_mode asks for a JWT, and authorizationSignAlg of the client is NONE";
}
