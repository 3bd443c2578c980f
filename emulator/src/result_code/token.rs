//! Token.

result_codes! {
    /// The tokens are issued.
    TOKEN_OK = "A050001", "the token request was granted";
    /// Published.
    CLIENT_CREDENTIALS_OK = "A052001", "the token request was granted to the client itself";
    /// The server checks the password.
    TOKEN_PASSWORD = "A050006", "the username and the password of the token request have to be checked";
    /// The server decides.
    TOKEN_EXCHANGE = "A050003", "the token exchange request is well-formed, and the server has to decide on it";
    /// The server decides.
    TOKEN_JWT_BEARER = "A050004", "the assertion of the token request is well-formed, and the server has to decide on it";
    /// The caller's fault.
    TOKEN_PARAMETERS_MISSING = "A050201", "the API request lacks parameters";
    /// The caller chose the value of the token.
    TOKEN_VALUE_TAKEN = "A050202", "the access token of the API request exists already";
    /// The caller adds claims to JWTs.
    ACCESS_TOKEN_CLAIMS_MALFORMED = "A050203", "jwtAtClaims is no JSON object";
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
    /// RFC 8707 §2.2.
    RESOURCE_BEYOND_GRANT = "A050326", "resource goes beyond what was granted";
    /// RFC 9396 §6.
    AUTHORIZATION_DETAILS_BEYOND_GRANT = "A050327", "authorization_details go beyond what was granted";
    /// RFC 6749 §4.3.2.
    USERNAME_MISSING = "A050328", "username is missing";
    /// RFC 6749 §4.3.2.
    PASSWORD_MISSING = "A050329", "password is missing";
    /// RFC 7519 §7.2.
    JWT_MALFORMED = "A050330", "the JWT cannot be read";
    /// A setting of the service.
    JWT_ENCRYPTED = "A050331", "the JWT is encrypted, which the service does not accept";
    /// A setting of the service.
    JWT_UNSIGNED = "A050332", "the JWT is not signed, which the service does not accept";
    /// RFC 7519 §4.1.4 to §4.1.6.
    JWT_UNTIMELY = "A050333", "the JWT has expired or is not valid yet";
    /// RFC 7521 §4.1.
    ASSERTION_MISSING = "A050334", "assertion is missing";
    /// RFC 7523 §3.
    ASSERTION_CLAIM_MISSING = "A050335", "the assertion lacks iss, sub or exp";
    /// RFC 7523 §3.
    ASSERTION_AUDIENCE = "A050336", "aud of the assertion has neither the issuer nor the token endpoint";
    /// RFC 8693 §2.1.
    SUBJECT_TOKEN_MISSING = "A050337", "subject_token is missing";
    /// RFC 8693 §2.1.
    TOKEN_TYPE_MISSING = "A050338", "subject_token_type is missing, or actor_token_type although there is an actor_token";
    /// RFC 8693 §3.
    TOKEN_TYPE_UNKNOWN = "A050339", "a token type is none of the registered ones";
    /// RFC 8693 §2.1.
    ACTOR_TOKEN_TYPE_UNEXPECTED = "A050340", "actor_token_type is there although there is no actor_token";
    /// RFC 8693 §2.2.2.
    EXCHANGED_TOKEN_UNKNOWN = "A050341", "the token to exchange is none of the service's";
    /// RFC 8693 §2.2.2.
    EXCHANGED_TOKEN_EXPIRED = "A050342", "the token to exchange has expired";
    /// OpenID Connect Core 1.0 §2.
    EXCHANGED_ID_TOKEN_CLAIM = "A050343", "the ID token to exchange lacks a claim, or has one that cannot be";
    /// OpenID Connect Core 1.0 §3.1.3.7.
    EXCHANGED_ID_TOKEN_SIGNATURE = "A050344", "the signature of the ID token to exchange is not that of the service";
    /// A setting of the service.
    EXCHANGE_OF_PUBLIC_CLIENT = "A050345", "only a confidential client may exchange tokens";
    /// A setting of the service, and one of the client.
    EXCHANGE_NOT_PERMITTED = "A050346", "the client is not permitted to exchange tokens";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_ANONYMOUS = "A050361", "the token request does not tell its client, and the service has preAuthorizedGrantAnonymousAccessSupported off";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.1.
    PRE_AUTHORIZED_CODE_MISSING = "A050362", "pre-authorized_code is missing";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_CODE_UNKNOWN = "A050363", "the pre-authorized code does not exist or was used";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_CODE_EXPIRED = "A050364", "the pre-authorized code has expired";
    /// Guessing has an end.
    PRE_AUTHORIZED_CODE_BLOCKED = "A050365", "the pre-authorized code came with a wrong tx_code too often";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_MISSING = "A050366", "tx_code is missing";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_UNEXPECTED = "A050367", "tx_code is there although the credential offer has none";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_WRONG = "A050368", "tx_code is wrong";

    /// The tokens are issued, after the password was checked.
    TOKEN_ISSUE_OK = "A054001", "the tokens were issued";
    /// Whose tokens?
    TOKEN_ISSUE_SUBJECT_MISSING = "A054201", "subject is missing";
    /// Made up, used, or too old.
    TOKEN_TICKET_UNKNOWN = "A054202", "the ticket does not exist, was used or has expired";
    /// No such reason.
    TOKEN_FAIL_REASON_MISSING = "A067201", "reason is missing or unknown";
    /// The server's reason.
    TOKEN_FAIL_UNKNOWN = "A067202", "the server failed for a reason that it does not tell";
    /// The server's reason; RFC 6749 §5.2.
    TOKEN_FAIL_PASSWORD = "A067301", "the username and the password are not valid";
    /// The server's reason; RFC 8707 §2.
    TOKEN_FAIL_TARGET = "A067302", "the server does not accept the resource";
    /// The server's reason; RFC 6749 §5.2.
    TOKEN_FAIL_CLIENT = "A067303", "the server does not accept the client";
    /// The server's reason; RFC 6749 §5.2.
    TOKEN_FAIL_CLIENT_UNAUTHORIZED = "A067304", "the server does not allow the grant type to the client";
    /// The server's reason; RFC 6749 §5.2.
    TOKEN_FAIL_SCOPE = "A067305", "the server does not accept the scope";

    /// There is an ID token beside the tokens.
    REISSUE_OK = "A357001", "the ID token was reissued";
    /// The caller's fault.
    REISSUE_TOKEN_MISSING = "A357201", "accessToken or refreshToken is missing";
    /// Made up, refreshed since, or too old.
    REISSUE_ACCESS_TOKEN_UNUSABLE = "A357202", "the access token does not exist or has expired";
    /// The two come from one answer.
    REISSUE_REFRESH_TOKEN_DIFFERENT = "A357203", "the refresh token is not that of the access token";
    /// The action of the token request would have said so.
    REISSUE_NOT_REISSUABLE = "A357204", "the tokens are not refreshed ones of a user for openid, or the service has idTokenReissuable off";
    /// The caller's fault.
    REISSUE_JSON_MALFORMED = "A357205", "claims or idtHeaderParams is not a JSON object";
}
