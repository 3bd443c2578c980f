//! Token.

result_codes! {
    /// The tokens are issued.
    TOKEN_OK = published "A050001", "the token request was granted";
    /// Published.
    CLIENT_CREDENTIALS_OK = published "A052001", "the token request was granted to the client itself";
    /// The server checks the password.
    TOKEN_PASSWORD = own "A907001", "the username and the password of the token request have to be checked";
    /// The server decides.
    TOKEN_EXCHANGE = own "A907002", "the token exchange request is well-formed, and the server has to decide on it";
    /// The server decides.
    TOKEN_JWT_BEARER = own "A907003", "the assertion of the token request is well-formed, and the server has to decide on it";
    /// The caller's fault.
    TOKEN_PARAMETERS_MISSING = own "A907201", "the API request lacks parameters";
    /// The caller chose the value of the token.
    TOKEN_VALUE_TAKEN = own "A907202", "the access token of the API request exists already";
    /// The caller adds claims to JWTs.
    ACCESS_TOKEN_CLAIMS_MALFORMED = own "A907203", "jwtAtClaims is no JSON object";
    /// RFC 6749 §3.2.
    TOKEN_PARAMETER_REPEATED = own "A907301", "a request parameter is included more than once";
    /// RFC 6749 §4.1.3.
    GRANT_TYPE_MISSING = own "A907302", "grant_type is missing";
    /// Authlete knows more grant types than the emulator.
    GRANT_TYPE_UNSUPPORTED = own "A907303", "grant_type is not supported by the service, or not by authlete-emulator yet";
    /// RFC 6749 §4.1.3.
    CODE_MISSING = own "A907304", "code is missing";
    /// Published: also a code that was used.
    CODE_UNKNOWN = published "A050305", "the authorization code does not exist or was used";
    /// RFC 6749 §4.1.2.
    CODE_EXPIRED = own "A907305", "the authorization code has expired";
    /// RFC 6749 §4.1.3.
    CODE_OF_ANOTHER_CLIENT = published "A050307", "the authorization code was issued to another client";
    /// RFC 6749 §4.1.3.
    TOKEN_REDIRECT_URI_MISSING = own "A907306", "redirect_uri is missing although the authorization request had it";
    /// RFC 6749 §4.1.3.
    TOKEN_REDIRECT_URI_DIFFERENT = published "A050310", "redirect_uri is not that of the authorization request";
    /// Published.
    CODE_VERIFIER_MISSING = published "A050312", "code_verifier is missing";
    /// Published.
    CODE_VERIFIER_WRONG = published "A050315", "code_verifier does not match code_challenge";
    /// Published.
    CODE_VERIFIER_UNEXPECTED = published "A050317", "code_verifier is there although there was no code_challenge";
    /// RFC 6749 §6.
    REFRESH_TOKEN_MISSING = own "A907307", "refresh_token is missing";
    /// RFC 6749 §6.
    REFRESH_TOKEN_UNKNOWN = own "A907308", "the refresh token does not exist or was used";
    /// RFC 6749 §6.
    REFRESH_TOKEN_EXPIRED = own "A907309", "the refresh token has expired";
    /// RFC 6749 §6.
    REFRESH_TOKEN_OF_ANOTHER_CLIENT = own "A907310", "the refresh token was issued to another client";
    /// RFC 6749 §6.
    SCOPE_BEYOND_GRANT = own "A907311", "scope goes beyond what was granted";
    /// The registration of the client decides.
    GRANT_TYPE_NOT_ALLOWED = own "A907312", "the client may not use this grant_type";
    /// RFC 6749 §4.4.
    CLIENT_NOT_CONFIDENTIAL = own "A907313", "only a confidential client may use client_credentials";
    /// The service demands a scope.
    TOKEN_SCOPE_MISSING = own "A907314", "scope is missing, or names no scope of the service";
    /// RFC 8707 §2.2.
    RESOURCE_BEYOND_GRANT = own "A907315", "resource goes beyond what was granted";
    /// RFC 9396 §6.
    AUTHORIZATION_DETAILS_BEYOND_GRANT = own "A907316", "authorization_details go beyond what was granted";
    /// RFC 6749 §4.3.2.
    USERNAME_MISSING = own "A907317", "username is missing";
    /// RFC 6749 §4.3.2.
    PASSWORD_MISSING = own "A907318", "password is missing";
    /// RFC 7519 §7.2.
    JWT_MALFORMED = own "A907319", "the JWT cannot be read";
    /// A setting of the service.
    JWT_ENCRYPTED = own "A907320", "the JWT is encrypted, which the service does not accept";
    /// A setting of the service.
    JWT_UNSIGNED = own "A907321", "the JWT is not signed, which the service does not accept";
    /// RFC 7519 §4.1.4 to §4.1.6.
    JWT_UNTIMELY = own "A907322", "the JWT has expired or is not valid yet";
    /// RFC 7521 §4.1.
    ASSERTION_MISSING = own "A907323", "assertion is missing";
    /// RFC 7523 §3.
    ASSERTION_CLAIM_MISSING = own "A907324", "the assertion lacks iss, sub or exp";
    /// RFC 7523 §3.
    ASSERTION_AUDIENCE = own "A907325", "aud of the assertion has neither the issuer nor the token endpoint";
    /// RFC 8693 §2.1.
    SUBJECT_TOKEN_MISSING = own "A907326", "subject_token is missing";
    /// RFC 8693 §2.1.
    TOKEN_TYPE_MISSING = own "A907327", "subject_token_type is missing, or actor_token_type although there is an actor_token";
    /// RFC 8693 §3.
    TOKEN_TYPE_UNKNOWN = own "A907328", "a token type is none of the registered ones";
    /// RFC 8693 §2.1.
    ACTOR_TOKEN_TYPE_UNEXPECTED = own "A907329", "actor_token_type is there although there is no actor_token";
    /// RFC 8693 §2.2.2.
    EXCHANGED_TOKEN_UNKNOWN = own "A907330", "the token to exchange is none of the service's";
    /// RFC 8693 §2.2.2.
    EXCHANGED_TOKEN_EXPIRED = own "A907331", "the token to exchange has expired";
    /// OpenID Connect Core 1.0 §2.
    EXCHANGED_ID_TOKEN_CLAIM = own "A907332", "the ID token to exchange lacks a claim, or has one that cannot be";
    /// OpenID Connect Core 1.0 §3.1.3.7.
    EXCHANGED_ID_TOKEN_SIGNATURE = own "A907333", "the signature of the ID token to exchange is not that of the service";
    /// A setting of the service.
    EXCHANGE_OF_PUBLIC_CLIENT = own "A907334", "only a confidential client may exchange tokens";
    /// A setting of the service, and one of the client.
    EXCHANGE_NOT_PERMITTED = own "A907335", "the client is not permitted to exchange tokens";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_ANONYMOUS = own "A907336", "the token request does not tell its client, and the service has preAuthorizedGrantAnonymousAccessSupported off";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.1.
    PRE_AUTHORIZED_CODE_MISSING = own "A907337", "pre-authorized_code is missing";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_CODE_UNKNOWN = own "A907338", "the pre-authorized code does not exist or was used";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_CODE_EXPIRED = own "A907339", "the pre-authorized code has expired";
    /// Guessing has an end.
    PRE_AUTHORIZED_CODE_BLOCKED = own "A907340", "the pre-authorized code came with a wrong tx_code too often";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_MISSING = own "A907341", "tx_code is missing";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_UNEXPECTED = own "A907342", "tx_code is there although the credential offer has none";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_WRONG = own "A907343", "tx_code is wrong";

    /// The tokens are issued, after the password was checked.
    TOKEN_ISSUE_OK = published "A054001", "the tokens were issued";
    /// Whose tokens?
    TOKEN_ISSUE_SUBJECT_MISSING = own "A907204", "subject is missing";
    /// Made up, used, or too old.
    TOKEN_TICKET_UNKNOWN = own "A907205", "the ticket does not exist, was used or has expired";
    /// No such reason.
    TOKEN_FAIL_REASON_MISSING = published "A067201", "reason is missing or unknown";
    /// The server's reason.
    TOKEN_FAIL_UNKNOWN = own "A907206", "the server failed for a reason that it does not tell";
    /// The server's reason; RFC 6749 §5.2.
    TOKEN_FAIL_PASSWORD = published "A067301", "the username and the password are not valid";
    /// The server's reason; RFC 8707 §2.
    TOKEN_FAIL_TARGET = own "A907344", "the server does not accept the resource";
    /// The server's reason; RFC 6749 §5.2.
    TOKEN_FAIL_CLIENT = own "A907345", "the server does not accept the client";
    /// The server's reason; RFC 6749 §5.2.
    TOKEN_FAIL_CLIENT_UNAUTHORIZED = own "A907346", "the server does not allow the grant type to the client";
    /// The server's reason; RFC 6749 §5.2.
    TOKEN_FAIL_SCOPE = own "A907347", "the server does not accept the scope";

    /// There is an ID token beside the tokens.
    REISSUE_OK = own "A907004", "the ID token was reissued";
    /// The caller's fault.
    REISSUE_TOKEN_MISSING = own "A907207", "accessToken or refreshToken is missing";
    /// Made up, refreshed since, or too old.
    REISSUE_ACCESS_TOKEN_UNUSABLE = own "A907208", "the access token does not exist or has expired";
    /// The two come from one answer.
    REISSUE_REFRESH_TOKEN_DIFFERENT = own "A907209", "the refresh token is not that of the access token";
    /// The action of the token request would have said so.
    REISSUE_NOT_REISSUABLE = own "A907210", "the tokens are not refreshed ones of a user for openid, or the service has idTokenReissuable off";
    /// The caller's fault.
    REISSUE_JSON_MALFORMED = own "A907211", "claims or idtHeaderParams is not a JSON object";
}
