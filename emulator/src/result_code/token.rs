//! The token endpoint.

use authlete::types::GrantType;

use super::*;

/// The code for a repeated parameter of a token request.
pub fn repeated_at_token(name: &str, grant_type: Option<&str>) -> ResultCode {
    match name {
        "grant_type" => GRANT_TYPE_REPEATED,
        "client_id" => TOKEN_CLIENT_ID_REPEATED,
        "client_secret" => CLIENT_SECRET_REPEATED,
        "client_assertion" => TOKEN_CLIENT_ASSERTION_REPEATED,
        "client_assertion_type" => CLIENT_ASSERTION_TYPE_REPEATED,
        "code" => CODE_REPEATED,
        "redirect_uri" => TOKEN_REDIRECT_URI_REPEATED,
        "code_verifier" => CODE_VERIFIER_REPEATED,
        "refresh_token" => REFRESH_TOKEN_REPEATED,
        "username" => USERNAME_REPEATED,
        "password" => PASSWORD_REPEATED,
        "auth_req_id" => AUTH_REQ_ID_REPEATED,
        "device_code" => DEVICE_CODE_REPEATED,
        "scope" => match grant_type {
            Some("refresh_token") => SCOPE_REPEATED_AT_REFRESH,
            Some("client_credentials") => SCOPE_REPEATED_BY_CLIENT,
            Some("password") => SCOPE_REPEATED_WITH_PASSWORD,
            _ => REQUEST_PARAMETER_REPEATED,
        },
        _ => REQUEST_PARAMETER_REPEATED,
    }
}

/// The code for a token request without a scope if the service requires one.
pub fn scope_missing_at_token(grant_type: &GrantType) -> ResultCode {
    match grant_type {
        GrantType::ClientCredentials => SCOPE_MISSING_BY_CLIENT,
        GrantType::Password => SCOPE_MISSING_WITH_PASSWORD,
        _ => TOKEN_SCOPE_MISSING,
    }
}

/// The code for an access token that cannot be created as a JWT.
pub fn jwt_access_token_failure(operation: &str, grant_type: &GrantType) -> ResultCode {
    match (operation, grant_type) {
        ("authorization_issue", _) => ISSUE_JWT,
        ("token_issue", _) => TOKEN_ISSUE_JWT,
        ("token_create" | "token_create_batch", _) => CREATE_JWT,
        ("backchannel_authentication_complete", _) => BACKCHANNEL_COMPLETE_JWT,
        (_, GrantType::AuthorizationCode) => CODE_JWT,
        (_, GrantType::RefreshToken) => REFRESH_JWT,
        (_, GrantType::ClientCredentials) => CLIENT_CREDENTIALS_JWT,
        (_, GrantType::Ciba) => CIBA_JWT,
        (_, GrantType::DeviceCode) => DEVICE_JWT,
        _ => OTHER_GRANT_JWT,
    }
}

result_codes! {
    /// The tokens were issued.
    CODE_OK = published "A050001", "the token request was granted for an authorization code";
    /// The tokens were issued.
    REFRESH_OK = published "A053001", "the token request was granted for a refresh token";
    /// The tokens were issued.
    CIBA_OK = published "A200002", "the token request was granted for an auth_req_id";
    /// The tokens were issued.
    DEVICE_OK = published "A242002", "the token request was granted for a device code";
    /// The tokens were issued.
    PRE_AUTHORIZED_OK = own "A907001", "the token request was granted for a pre-authorized code";
    CLIENT_CREDENTIALS_OK = published "A052001", "the token request was granted to the client itself";
    /// The authorization server checks the password.
    TOKEN_PASSWORD = published "A051001", "the username and the password of the token request have to be checked";
    /// The authorization server decides.
    TOKEN_EXCHANGE = own "A907002", "the token exchange request is well-formed, and the server has to decide on it";
    /// The authorization server decides.
    TOKEN_JWT_BEARER = own "A907003", "the assertion of the token request is well-formed, and the server has to decide on it";
    TOKEN_PARAMETERS_MISSING = published "A047201", "the API request lacks parameters";
    TOKEN_PARAMETERS_NONE = published "A047301", "the token request has no parameters";
    /// The caller specified the token value.
    ACCESS_TOKEN_VALUE_TAKEN = published "A144201", "the access token of the API request exists already";
    /// The caller specified the token value.
    REFRESH_TOKEN_VALUE_TAKEN = published "A144202", "the refresh token of the API request exists already";
    /// RFC 6749 §3.2.
    REQUEST_PARAMETER_REPEATED = published "A250301", "a request parameter is included more than once";
    /// RFC 6749 §4.1.3.
    GRANT_TYPE_MISSING = published "A049301", "grant_type is missing";
    /// RFC 6749 §4.1.3.
    GRANT_TYPE_EMPTY = published "A049302", "grant_type is empty";
    /// RFC 6749 §4.1.3.
    GRANT_TYPE_REPEATED = published "A049303", "grant_type is included more than once";
    /// RFC 6749 §4.1.3.
    GRANT_TYPE_UNKNOWN = published "A049304", "there is no such grant_type";
    /// RFC 6749 §4.1.3.
    GRANT_TYPE_IMPLICIT = published "A049306", "grant_type is implicit, which is not for the token endpoint";
    /// Authlete supports more grant types than the emulator.
    GRANT_TYPE_UNSUPPORTED = published "A049305", "grant_type is not supported by the service, or not by authlete-emulator yet";
    /// RFC 6749 §4.1.3.
    CODE_MISSING = published "A050301", "code is missing";
    /// RFC 6749 §4.1.3.
    CODE_EMPTY = published "A050302", "code is empty";
    /// RFC 6749 §4.1.3.
    CODE_REPEATED = published "A050303", "code is included more than once";
    /// Includes used codes.
    CODE_UNKNOWN = published "A050305", "the authorization code does not exist or was used";
    CODE_OF_ANOTHER_SERVICE = published "A050306", "the authorization code belongs to another service";
    /// RFC 6749 §4.1.2.
    CODE_EXPIRED = published "A050311", "the authorization code has expired";
    /// RFC 6749 §4.1.3.
    CODE_OF_ANOTHER_CLIENT = published "A050307", "the authorization code was issued to another client";
    /// RFC 6749 §4.1.3.
    TOKEN_REDIRECT_URI_MISSING = published "A050308", "redirect_uri is missing although the authorization request had it";
    /// RFC 6749 §4.1.3.
    TOKEN_REDIRECT_URI_DIFFERENT = published "A050309", "redirect_uri is not that of the authorization request";
    /// RFC 6749 §4.1.3.
    TOKEN_REDIRECT_URI_UNEXPECTED = published "A050310", "redirect_uri is present although the authorization request had none";
    /// RFC 6749 §4.1.3.
    TOKEN_REDIRECT_URI_REPEATED = published "A050304", "redirect_uri is included more than once";
    CODE_VERIFIER_MISSING = published "A050312", "code_verifier is missing";
    CODE_VERIFIER_EMPTY = published "A050313", "code_verifier is empty";
    CODE_VERIFIER_REPEATED = published "A050314", "code_verifier is included more than once";
    CODE_VERIFIER_MALFORMED = published "A050316", "code_verifier is not of 43 to 128 unreserved characters";
    CODE_VERIFIER_WRONG = published "A050315", "code_verifier does not match code_challenge";
    CODE_VERIFIER_UNEXPECTED = published "A050317", "code_verifier is present although there was no code_challenge";
    /// RFC 6749 §6.
    REFRESH_TOKEN_MISSING = published "A053301", "refresh_token is missing";
    /// RFC 6749 §6.
    REFRESH_TOKEN_EMPTY = published "A053302", "refresh_token is empty";
    /// RFC 6749 §6.
    REFRESH_TOKEN_REPEATED = published "A053303", "refresh_token is included more than once";
    /// RFC 6749 §6.
    REFRESH_TOKEN_UNKNOWN = published "A053305", "the refresh token does not exist or was used";
    REFRESH_TOKEN_OF_ANOTHER_SERVICE = published "A053306", "the refresh token belongs to another service";
    /// RFC 6749 §6.
    REFRESH_TOKEN_EXPIRED = published "A053308", "the refresh token has expired";
    /// RFC 6749 §6.
    REFRESH_TOKEN_OF_ANOTHER_CLIENT = published "A053307", "the refresh token was issued to another client";
    /// RFC 6749 §6.
    SCOPE_BEYOND_GRANT = published "A053309", "scope goes beyond what was granted";
    /// RFC 6749 §6.
    SCOPE_REPEATED_AT_REFRESH = published "A053304", "scope is included more than once";
    /// Depends on the registration of the client.
    GRANT_TYPE_NOT_ALLOWED = published "A047302", "the client may not use this grant_type";
    /// RFC 6749 §4.4.
    CLIENT_NOT_CONFIDENTIAL = published "A052301", "only a confidential client may use client_credentials";
    /// RFC 6749 §4.4.
    SCOPE_REPEATED_BY_CLIENT = published "A052302", "scope is included more than once";
    /// RFC 6749 §4.4.
    SCOPE_MISSING_BY_CLIENT = published "A052303", "scope is missing, or names no scope of the service";
    /// The service requires a scope.
    TOKEN_SCOPE_MISSING = own "A907301", "scope is missing, or names no scope of the service";
    /// RFC 8707 §2.2.
    RESOURCE_BEYOND_GRANT = own "A907302", "resource goes beyond what was granted";
    /// RFC 9396 §6.
    AUTHORIZATION_DETAILS_BEYOND_GRANT = own "A907303", "authorization_details go beyond what was granted";
    /// RFC 6749 §4.3.2.
    USERNAME_MISSING = published "A051301", "username is missing";
    /// RFC 6749 §4.3.2.
    USERNAME_EMPTY = published "A051302", "username is empty";
    /// RFC 6749 §4.3.2.
    USERNAME_REPEATED = published "A051303", "username is included more than once";
    /// RFC 6749 §4.3.2.
    PASSWORD_MISSING = published "A051304", "password is missing";
    /// RFC 6749 §4.3.2.
    PASSWORD_EMPTY = published "A051305", "password is empty";
    /// RFC 6749 §4.3.2.
    PASSWORD_REPEATED = published "A051306", "password is included more than once";
    /// RFC 6749 §4.3.2.
    SCOPE_REPEATED_WITH_PASSWORD = published "A051307", "scope is included more than once";
    /// RFC 6749 §4.3.2.
    SCOPE_MISSING_WITH_PASSWORD = published "A051308", "scope is missing, or names no scope of the service";
    /// RFC 7519 §7.2.
    JWT_MALFORMED = own "A907304", "the JWT cannot be read";
    /// A setting of the service.
    JWT_ENCRYPTED = own "A907305", "the JWT is encrypted, which the service does not accept";
    /// A setting of the service.
    JWT_UNSIGNED = own "A907306", "the JWT is not signed, which the service does not accept";
    /// RFC 7519 §4.1.4 to §4.1.6.
    JWT_UNTIMELY = own "A907307", "the JWT has expired or is not valid yet";
    /// RFC 7521 §4.1.
    ASSERTION_MISSING = own "A907308", "assertion is missing";
    /// RFC 7523 §3.
    ASSERTION_CLAIM_MISSING = own "A907309", "the assertion lacks iss, sub or exp";
    /// RFC 7523 §3.
    ASSERTION_AUDIENCE = own "A907310", "aud of the assertion has neither the issuer nor the token endpoint";
    /// RFC 8693 §2.1.
    SUBJECT_TOKEN_MISSING = own "A907311", "subject_token is missing";
    /// RFC 8693 §2.1.
    TOKEN_TYPE_MISSING = own "A907312", "subject_token_type is missing, or actor_token_type although there is an actor_token";
    /// RFC 8693 §3.
    TOKEN_TYPE_UNKNOWN = own "A907313", "a token type is not one of the registered types";
    /// RFC 8693 §2.1.
    ACTOR_TOKEN_TYPE_UNEXPECTED = own "A907314", "actor_token_type is present although there is no actor_token";
    /// RFC 8693 §2.2.2.
    EXCHANGED_TOKEN_UNKNOWN = own "A907315", "the token to exchange was not issued by the service";
    /// RFC 8693 §2.2.2.
    EXCHANGED_TOKEN_EXPIRED = own "A907316", "the token to exchange has expired";
    /// OpenID Connect Core 1.0 §2.
    EXCHANGED_ID_TOKEN_CLAIM = own "A907317", "the ID token to exchange lacks a claim, or has an invalid one";
    /// OpenID Connect Core 1.0 §3.1.3.7.
    EXCHANGED_ID_TOKEN_SIGNATURE = own "A907318", "the signature of the ID token to exchange is not that of the service";
    /// A setting of the service.
    EXCHANGE_OF_PUBLIC_CLIENT = own "A907319", "only a confidential client may exchange tokens";
    /// A setting of the service and a setting of the client.
    EXCHANGE_NOT_PERMITTED = own "A907320", "the client is not permitted to exchange tokens";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_ANONYMOUS = own "A907321", "the token request does not identify its client, and the service has preAuthorizedGrantAnonymousAccessSupported off";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.1.
    PRE_AUTHORIZED_CODE_MISSING = own "A907322", "pre-authorized_code is missing";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_CODE_UNKNOWN = own "A907323", "the pre-authorized code does not exist or was used";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    PRE_AUTHORIZED_CODE_EXPIRED = own "A907324", "the pre-authorized code has expired";
    /// The number of attempts is limited.
    PRE_AUTHORIZED_CODE_BLOCKED = own "A907325", "the pre-authorized code was used with a wrong tx_code too often";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_MISSING = own "A907326", "tx_code is missing";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_UNEXPECTED = own "A907327", "tx_code is present although the credential offer has none";
    /// OpenID for Verifiable Credential Issuance 1.0 §6.3.
    TX_CODE_WRONG = own "A907328", "tx_code is wrong";

    /// The tokens were issued after the password check.
    TOKEN_ISSUE_OK = published "A054001", "the tokens were issued";
    TOKEN_ISSUE_SUBJECT_MISSING = published "A111201", "subject is missing";
    TOKEN_ISSUE_TICKET_MISSING = published "A055201", "ticket is missing";
    /// A ticket is valid once, for a limited time.
    TOKEN_ISSUE_TICKET_UNKNOWN = published "A055202", "the ticket does not exist or was used";
    TOKEN_ISSUE_TICKET_OF_ANOTHER_SERVICE = published "A055203", "the ticket belongs to another service";
    /// A ticket is valid once, for a limited time.
    TOKEN_ISSUE_TICKET_EXPIRED = published "A055301", "the ticket has expired";
    /// The client was deleted after the ticket was issued.
    TOKEN_ISSUE_CLIENT_GONE = own "A907201", "the client of the ticket no longer exists";
    TOKEN_FAIL_TICKET_MISSING = published "A063201", "ticket is missing";
    /// A ticket is valid once, for a limited time.
    TOKEN_FAIL_TICKET_UNKNOWN = published "A063202", "the ticket does not exist or was used";
    TOKEN_FAIL_TICKET_OF_ANOTHER_SERVICE = published "A063203", "the ticket belongs to another service";
    /// A ticket is valid once, for a limited time.
    TOKEN_FAIL_TICKET_EXPIRED = published "A063301", "the ticket has expired";
    TOKEN_FAIL_REASON_MISSING = published "A067201", "reason is missing";
    TOKEN_FAIL_REASON_UNKNOWN = own "A907202", "there is no such reason";
    /// A reason reported by the authorization server.
    TOKEN_FAIL_UNKNOWN = published "A067302", "the server failed for an unspecified reason";
    /// A reason reported by the authorization server; RFC 6749 §5.2.
    TOKEN_FAIL_PASSWORD = published "A067301", "the username and the password are not valid";
    /// A reason reported by the authorization server; RFC 8707 §2.
    TOKEN_FAIL_TARGET = published "A067303", "the server does not accept the resource";
    /// A reason reported by the authorization server; RFC 6749 §5.2.
    TOKEN_FAIL_CLIENT = own "A907329", "the server does not accept the client";
    /// A reason reported by the authorization server; RFC 6749 §5.2.
    TOKEN_FAIL_CLIENT_UNAUTHORIZED = own "A907330", "the server does not allow the client to use the grant type";
    /// A reason reported by the authorization server; RFC 6749 §5.2.
    TOKEN_FAIL_SCOPE = own "A907331", "the server does not accept the scope";

    REISSUE_OK = own "A907004", "the ID token was reissued";
    REISSUE_TOKEN_MISSING = own "A907203", "accessToken or refreshToken is missing";
    /// The token is unknown, was refreshed, or has expired.
    REISSUE_ACCESS_TOKEN_UNUSABLE = own "A907204", "the access token does not exist or has expired";
    /// Both tokens must be of the same token response.
    REISSUE_REFRESH_TOKEN_DIFFERENT = own "A907205", "the refresh token is not that of the access token";
    /// Token responses with reissuable tokens have the action ID_TOKEN_REISSUABLE.
    REISSUE_NOT_REISSUABLE = own "A907206", "the tokens were not refreshed or have no user or no openid scope, or the service has idTokenReissuable off";
    REISSUE_JSON_MALFORMED = own "A907207", "claims or idtHeaderParams is not a JSON object";
    /// RFC 6749 §5.2.
    CODE_DOES_NOT_IDENTIFY = published "A244310", "the token request does not identify its client, and the authorization code does not exist";
    /// RFC 6749 §5.2.
    REFRESH_TOKEN_DOES_NOT_IDENTIFY = published "A244314", "the token request does not identify its client, and the refresh token does not exist";
    /// Caller error, or a setting of the service.
    CODE_JWT = published "A050202", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    REFRESH_JWT = published "A053202", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    CLIENT_CREDENTIALS_JWT = published "A052202", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    CIBA_JWT = published "A200202", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    DEVICE_JWT = published "A242202", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    TOKEN_ISSUE_JWT = published "A061202", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    ISSUE_JWT = published "A045202", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    CREATE_JWT = published "A108205", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    BACKCHANNEL_COMPLETE_JWT = published "A196205", "the access token cannot be created as a JWT";
    /// Caller error, or a setting of the service.
    OTHER_GRANT_JWT = own "A907208", "the access token cannot be created as a JWT";
}
