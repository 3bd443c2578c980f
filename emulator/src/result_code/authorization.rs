//! Authorization, its issue and its failure.

result_codes! {
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
    /// RFC 6749 §4.1.2.1.
    RESPONSE_TYPE_UNSUPPORTED = "A004307", "response_type is unknown, or the service does not support it";
    /// The registration of the client decides.
    RESPONSE_TYPE_NOT_ALLOWED = "A004308", "the client may not use this response_type";
    /// OAuth 2.0 Multiple Response Type Encoding Practices §2.1, JARM §2.3.
    RESPONSE_MODE_UNKNOWN = "A004309", "response_mode is unknown";
    /// OpenID Connect Core 1.0 §3.1.2.6.
    REQUEST_URI_UNSUPPORTED = "A004311", "request_uri names a place elsewhere, and authlete-emulator fetches nothing";
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
    /// OAuth 2.0 Multiple Response Type Encoding Practices §3, §5.
    RESPONSE_MODE_EXPOSES = "A004321", "response_mode must not put tokens into the query";
    /// The registration of the client decides.
    RESPONSE_MODE_NOT_ALLOWED = "A004322", "the client may not use this response_mode";
    /// RFC 6749 §3.1.2.
    REDIRECT_URI_HAS_FRAGMENT = "A004323", "the redirect URI has a fragment";
    /// OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.1.
    NONCE_MISSING = "A004324", "nonce is missing although response_type has id_token";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    OPENID_MISSING = "A004325", "scope lacks openid although response_type has id_token";
    /// RFC 8707 §2.
    RESOURCE_MALFORMED = "A004326", "resource is not an absolute URI without a fragment";
    /// OpenID Connect Core 1.0 §5.5.
    CLAIMS_MALFORMED = "A004327", "claims is not a JSON object whose members are objects";
    /// OpenID Connect Core 1.0 §5.5.1.1.
    ACR_UNSUPPORTED = "A004328", "the service supports none of the essential acr values";
    /// Initiating User Registration via OpenID Connect 1.0 §4.1.
    PROMPT_UNSUPPORTED = "A004329", "the service does not support this prompt";
    /// OpenID Connect for Identity Assurance 1.0.
    PURPOSE_LENGTH = "A004330", "purpose is not of 3 to 300 characters";
    /// RFC 9449 §10.
    DPOP_KEY_MALFORMED = "A004331", "dpop_jkt is not a thumbprint";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_MALFORMED = "A004332", "authorization_details is not an array of objects that have a type";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_TYPE_UNSUPPORTED = "A004333", "the service does not support this type of authorization_details";
    /// RFC 9396 §5.
    AUTHORIZATION_DETAILS_TYPE_NOT_ALLOWED = "A004334", "the client may not use this type of authorization_details";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.1.
    CREDENTIAL_DETAILS_CONFIGURATION = "A004361", "authorization_details of the type openid_credential must have a credential_configuration_id of the service";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.1.
    CREDENTIAL_DETAILS_LOCATION = "A004362", "authorization_details of the type openid_credential must have the credential issuer in locations";
    /// OpenID for Verifiable Credential Issuance 1.0 §5.1.3.
    ISSUER_STATE_UNKNOWN = "A004363", "issuer_state is of no credential offer, or of one that has expired";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    ID_TOKEN_HINT_WRONG = "A004337", "id_token_hint is not an ID token of this service";
    /// OpenID Connect Core 1.0 §3.1.2.1.
    ID_TOKEN_HINT_DIFFERENT = "A004338", "id_token_hint and claims ask for different users";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_REDIRECT_URI = "A004340", "FAPI: the request must name an https redirect URI";
    /// FAPI 1.0 Baseline §5.2.2.2.
    FAPI_NONCE_MISSING = "A004341", "FAPI: nonce is missing";
    /// FAPI 1.0 Baseline §5.2.2.3.
    FAPI_STATE_MISSING = "A004342", "FAPI: state is missing";
    /// FAPI 1.0 Baseline §5.2.2, FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_CHALLENGE = "A004343", "FAPI: PKCE with S256 is required";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.2.
    FAPI_RESPONSE_TYPE = "A004344", "FAPI: the profile does not have this response_type in this response_mode";
    /// FAPI 2.0 Security Profile §5.3.2.1.
    FAPI_CLIENT_PUBLIC = "A004345", "FAPI: the client must be confidential";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT = "A004346", "FAPI: the request must come as a signed request object";
    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1.
    FAPI_REQUEST_OBJECT_TIMES = "A004347", "FAPI: nbf and exp of the request object must be there and within an hour";
    /// FAPI 2.0 Message Signing §5.4.
    FAPI_RESPONSE_MODE = "A004348", "FAPI: the response must be in a JWT";
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
    ISSUE_JSON_MALFORMED = "A040205", "claims, idtHeaderParams or jwtAtClaims is not a JSON object";
    /// The caller's fault.
    FAIL_TICKET_MISSING = "A060201", "ticket is missing";
    /// The caller's fault.
    FAIL_REASON_INVALID = "A060202", "reason is missing or unknown";
    /// The ticket works once, for a time.
    FAIL_TICKET_UNUSABLE = "A060203", "the ticket is unknown, used or expired";
    /// Deleted since the ticket was issued.
    FAIL_CLIENT_GONE = "A060204", "the client of the ticket no longer exists";
    /// The server operator's word, not an error of the call.
    FAIL_REFUSED = "A060301", "the authorization server refused the request";
    /// The ticket is good.
    TICKET_INFO_OK = "A353001", "what is attached to the ticket was looked up";
    /// The caller's fault.
    TICKET_INFO_MISSING = "A353201", "ticket is missing";
    /// The ticket works once, for a time.
    TICKET_INFO_UNKNOWN = "A353202", "the ticket is unknown, used or expired";
    /// The ticket is good.
    TICKET_UPDATE_OK = "A354001", "what is attached to the ticket was replaced";
    /// The caller's fault.
    TICKET_UPDATE_MISSING = "A354201", "ticket is missing, or info is no object";
    /// The ticket works once, for a time.
    TICKET_UPDATE_UNKNOWN = "A354202", "the ticket is unknown, used or expired";
}
