//! Authorization, its issue and its failure.

result_codes! {
    /// The request is good.
    AUTHORIZATION_OK = published "A004001", "the authorization request is valid";
    /// Published.
    AUTHORIZATION_PARAMETERS_MISSING = published "A004201", "the API request lacks parameters";
    /// RFC 6749 §3.1.
    AUTHORIZATION_PARAMETER_REPEATED = own "A901301", "a request parameter is included more than once";
    /// RFC 6749 §4.1.1.
    AUTHORIZATION_CLIENT_ID_MISSING = own "A901302", "client_id is missing";
    /// No redirection: there is nobody to redirect to.
    AUTHORIZATION_CLIENT_UNKNOWN = own "A901303", "client_id names no client of the service";
    /// RFC 6749 §3.1.2.3, OpenID Connect Core 1.0 §3.1.2.1.
    REDIRECT_URI_MISSING = own "A901304", "redirect_uri is missing";
    /// RFC 6749 §3.1.2.4.
    REDIRECT_URI_NOT_REGISTERED = own "A901305", "redirect_uri is not registered for the client";
    /// RFC 6749 §4.1.1.
    RESPONSE_TYPE_MISSING = own "A901306", "response_type is missing";
    /// RFC 6749 §4.1.2.1.
    RESPONSE_TYPE_UNSUPPORTED = own "A901307", "response_type is unknown, or the service does not support it";
    /// The registration of the client decides.
    RESPONSE_TYPE_NOT_ALLOWED = own "A901308", "the client may not use this response_type";
    /// OAuth 2.0 Multiple Response Type Encoding Practices §2.1, JARM §2.3.
    RESPONSE_MODE_UNKNOWN = own "A901309", "response_mode is unknown";
    /// OpenID Connect Core 1.0 §3.1.2.6.
    REQUEST_URI_UNSUPPORTED = own "A901310", "request_uri names a place elsewhere, and authlete-emulator fetches nothing";
    /// The service or the client demands PKCE.
    CODE_CHALLENGE_MISSING = own "A901311", "code_challenge is missing";
    /// RFC 7636 §4.2.
    CODE_CHALLENGE_MALFORMED = own "A901312", "code_challenge is not of 43 to 128 unreserved characters";
    /// RFC 7636 §4.3.
    CODE_CHALLENGE_METHOD_UNSUPPORTED = own "A901313", "code_challenge_method is neither plain nor S256";
    /// The service or the client demands S256.
    CODE_CHALLENGE_METHOD_NOT_S256 = own "A901314", "code_challenge_method must be S256";
    /// A method for nothing.
    CODE_CHALLENGE_METHOD_ALONE = own "A901315", "code_challenge_method is there without code_challenge";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    PROMPT_INVALID = own "A901316", "prompt has an unknown value, or none beside another";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    MAX_AGE_INVALID = own "A901317", "max_age is not a number from 0";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    DISPLAY_INVALID = own "A901318", "display has an unknown value";
    /// The service demands a scope.
    AUTHORIZATION_SCOPE_MISSING = own "A901319", "scope is missing, or names no scope of the service";
    /// OAuth 2.0 Multiple Response Type Encoding Practices §3, §5.
    RESPONSE_MODE_EXPOSES = own "A901320", "response_mode must not put tokens into the query";
    /// The registration of the client decides.
    RESPONSE_MODE_NOT_ALLOWED = own "A901321", "the client may not use this response_mode";
    /// RFC 6749 §3.1.2.
    REDIRECT_URI_HAS_FRAGMENT = own "A901322", "the redirect URI has a fragment";
    /// OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.1.
    NONCE_MISSING = own "A901323", "nonce is missing although response_type has id_token";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    OPENID_MISSING = own "A901324", "scope lacks openid although response_type has id_token";
    /// RFC 8707 §2.
    RESOURCE_MALFORMED = own "A901325", "resource is not an absolute URI without a fragment";
    /// OpenID Connect Core 1.0 §5.5.
    CLAIMS_MALFORMED = own "A901326", "claims is not a JSON object whose members are objects";
    /// OpenID Connect Core 1.0 §5.5.1.1.
    ACR_UNSUPPORTED = own "A901327", "the service supports none of the essential acr values";
    /// Initiating User Registration via OpenID Connect 1.0 §4.1.
    PROMPT_UNSUPPORTED = own "A901328", "the service does not support this prompt";
    /// OpenID Connect for Identity Assurance 1.0.
    PURPOSE_LENGTH = own "A901329", "purpose is not of 3 to 300 characters";
    /// RFC 9449 §10.
    DPOP_KEY_MALFORMED = own "A901330", "dpop_jkt is not a thumbprint";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_MALFORMED = own "A901331", "authorization_details is not an array of objects that have a type";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_TYPE_UNSUPPORTED = own "A901332", "the service does not support this type of authorization_details";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_TYPE_NOT_ALLOWED = own "A901333", "the client may not use this type of authorization_details";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.1.
    CREDENTIAL_DETAILS_CONFIGURATION = own "A901334", "authorization_details of the type openid_credential must have a credential_configuration_id of the service";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.1.
    CREDENTIAL_DETAILS_LOCATION = own "A901335", "authorization_details of the type openid_credential must have the credential issuer in locations";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.3.
    ISSUER_STATE_UNKNOWN = own "A901336", "issuer_state is of no credential offer, or of one that has expired";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    ID_TOKEN_HINT_WRONG = own "A901337", "id_token_hint is not an ID token of this service";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    ID_TOKEN_HINT_DIFFERENT = own "A901338", "id_token_hint and claims ask for different users";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_REDIRECT_URI = own "A901339", "FAPI: the request must name an https redirect URI";
    /// FAPI 1.0 Baseline §5.2.2.2.
    FAPI_NONCE_MISSING = own "A901340", "FAPI: nonce is missing";
    /// FAPI 1.0 Baseline §5.2.2.3.
    FAPI_STATE_MISSING = own "A901341", "FAPI: state is missing";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_CHALLENGE = own "A901342", "FAPI: PKCE with S256 is required";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_RESPONSE_TYPE = own "A901343", "FAPI: the profile does not have this response_type in this response_mode";
    /// FAPI 2.0 Security Profile §5.3.2.1.
    FAPI_CLIENT_PUBLIC = own "A901344", "FAPI: the client must be confidential";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT = own "A901345", "FAPI: the request must come as a signed request object";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_TIMES = own "A901346", "FAPI: nbf and exp of the request object must be there and within an hour";
    /// FAPI 2.0 Message Signing §5.4.
    FAPI_RESPONSE_MODE = own "A901347", "FAPI: the response must be in a JWT";
    /// The code is issued.
    ISSUE_OK = published "A040001", "the authorization request was granted";
    /// The caller's fault.
    ISSUE_TICKET_MISSING = own "A901201", "ticket is missing";
    /// The caller's fault.
    ISSUE_SUBJECT_MISSING = own "A901202", "subject is missing";
    /// The ticket works once, for a time.
    ISSUE_TICKET_UNUSABLE = own "A901203", "the ticket is unknown, used or expired";
    /// Deleted since the ticket was issued.
    ISSUE_CLIENT_GONE = own "A901204", "the client of the ticket no longer exists";
    /// The caller's fault.
    ISSUE_JSON_MALFORMED = own "A901205", "claims, idtHeaderParams or jwtAtClaims is not a JSON object";
    /// The caller's fault.
    FAIL_TICKET_MISSING = own "A901206", "ticket is missing";
    /// The caller's fault.
    FAIL_REASON_INVALID = own "A901207", "reason is missing or unknown";
    /// The ticket works once, for a time.
    FAIL_TICKET_UNUSABLE = own "A901208", "the ticket is unknown, used or expired";
    /// Deleted since the ticket was issued.
    FAIL_CLIENT_GONE = own "A901209", "the client of the ticket no longer exists";
    /// The server operator's word, not an error of the call.
    FAIL_REFUSED = published "A060301", "the authorization server refused the request";
    /// The ticket is good.
    TICKET_INFO_OK = own "A901001", "what is attached to the ticket was looked up";
    /// The caller's fault.
    TICKET_INFO_MISSING = own "A901210", "ticket is missing";
    /// The ticket works once, for a time.
    TICKET_INFO_UNKNOWN = own "A901211", "the ticket is unknown, used or expired";
    /// The ticket is good.
    TICKET_UPDATE_OK = own "A901002", "what is attached to the ticket was replaced";
    /// The caller's fault.
    TICKET_UPDATE_MISSING = own "A901212", "ticket is missing, or info is no object";
    /// The ticket works once, for a time.
    TICKET_UPDATE_UNKNOWN = own "A901213", "the ticket is unknown, used or expired";
}
