//! Token.

result_codes! {
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
}
