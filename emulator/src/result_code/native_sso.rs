//! Native SSO.

result_codes! {
    /// Seen in a public log: the server continues the flow.
    TOKEN_NATIVE_SSO = own "A909001", "the tokens were issued, and the server has to check the session and the device secret";
    /// Seen in a public log: the server continues the flow.
    NATIVE_SSO_EXCHANGE = own "A909002", "the tokens of the second app were issued, and the server has to check the session and the device secret";
    /// Seen in a public log.
    NATIVE_SSO_AUDIENCE = own "A909301", "audience must be included once and be the issuer";
    /// OpenID Connect Native SSO for Mobile Apps 1.0 §4.2.
    NATIVE_SSO_SUBJECT_TOKEN_TYPE = own "A909302", "subject_token_type must be that of an ID token when actor_token is a device secret";
    /// OpenID Connect Native SSO for Mobile Apps 1.0 §4.3.
    NATIVE_SSO_SUBJECT_TOKEN = own "A909303", "subject_token is not a readable ID token of this service";
    /// OpenID Connect Native SSO for Mobile Apps 1.0 §3.4.
    NATIVE_SSO_SUBJECT_TOKEN_CLAIM = own "A909304", "the ID token lacks sub, sid or ds_hash";
    /// Seen in a public log.
    NATIVE_SSO_SESSION_MISSING = own "A909201", "sessionId is missing although the authorization request uses Native SSO";
    NATIVE_SSO_OK = published "A501001", "the token response was created";
    NATIVE_SSO_OFF = own "A909202", "the service has nativeSsoSupported off";
    NATIVE_SSO_ACCESS_TOKEN_MISSING = own "A909203", "accessToken is missing";
    NATIVE_SSO_DEVICE_SECRET_MISSING = own "A909204", "deviceSecret is missing";
    NATIVE_SSO_ACCESS_TOKEN_UNKNOWN = own "A909205", "the service has no such access token, or it has expired";
    NATIVE_SSO_NO_SESSION = own "A909206", "the access token belongs to no session";
    NATIVE_SSO_REFRESH_TOKEN_OTHER = own "A909207", "the refresh token is not that of the access token";
    NATIVE_SSO_JSON_MALFORMED = own "A909208", "claims or idtHeaderParams is not a JSON object";
    /// The client was deleted after the token was issued.
    NATIVE_SSO_CLIENT_GONE = own "A909209", "the client of the access token no longer exists";
    NATIVE_SSO_LOGOUT_OK = published "A503001", "the tokens of the session were deleted";
    NATIVE_SSO_LOGOUT_SESSION_MISSING = own "A909210", "sessionId is missing";
}
