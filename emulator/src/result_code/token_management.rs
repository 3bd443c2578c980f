//! The creation, update, deletion and revocation of tokens.

result_codes! {
    CREATE_OK = published "A109001", "the tokens were created";
    CREATE_GRANT_TYPE_MISSING = published "A104201", "grantType is missing";
    CREATE_GRANT_TYPE_REFRESH = published "A104202", "grantType is REFRESH_TOKEN";
    CREATE_GRANT_TYPE_UNKNOWN = published "A104203", "there is no such grantType";
    CREATE_CLIENT_MISSING = own "A911201", "clientId and clientIdentifier are missing";
    CREATE_CLIENT_UNKNOWN = published "A107201", "the service has no such client";
    CREATE_CLIENT_OF_ANOTHER_SERVICE = published "A107202", "the client belongs to another service";
    /// Locked clients get no tokens.
    CREATE_CLIENT_LOCKED = published "A107203", "the client is locked";
    CREATE_SUBJECT_MISSING = published "A105201", "subject is missing";
    CREATE_SUBJECT_TOO_LONG = published "A105202", "subject has more than 100 characters";
    CREATE_SUBJECT_NOT_ASCII = published "A105203", "subject is not ASCII";
    CREATE_SCOPE_UNKNOWN = published "A106201", "the service does not know one of the scopes";
    CREATE_AUTH_TIME = own "A911202", "authTime is negative";
    /// RFC 6749 §4.4.3.
    CREATE_REFRESH_TOKEN_CLIENT_CREDENTIALS = published "A108204", "CLIENT_CREDENTIALS has no refreshToken";
    /// RFC 6749 §4.2.2.
    CREATE_REFRESH_TOKEN_IMPLICIT = published "A108203", "IMPLICIT has no refreshToken";
    /// `supportedGrantTypes` of the service.
    CREATE_REFRESH_TOKEN_UNSUPPORTED = published "A108202", "refreshToken needs a service that supports refresh tokens";
    CREATE_DURATION = own "A911206", "accessTokenDuration or refreshTokenDuration is negative";
    /// The batch was processed; its status has the result.
    BATCH_ACCEPTED = own "A911001", "the batch was accepted";
    /// A dry run.
    BATCH_CHECKED = own "A911002", "the requests can be carried out, and nothing was done";
    /// The batch is empty, or so large that it would block other calls.
    BATCH_SIZE = own "A911203", "a batch must have from 1 to 1000 requests";
    BATCH_FOUND = own "A911003", "the status of the batch was looked up";
    /// The batch never existed, or its status has expired.
    BATCH_UNKNOWN = own "A911204", "the service has no such batch";
    UPDATE_OK = published "A135001", "the token was updated";
    UPDATE_TOKEN_MISSING = published "A134201", "the request names no token";
    UPDATE_TOKEN_OF_ANOTHER_SERVICE = published "A134203", "the token belongs to another service";
    UPDATE_TOKEN_UNKNOWN = published "A134202", "the service has no such token";
    DELETE_TOKEN_UNKNOWN = published "A161202", "the service has no such token";
    DELETE_TOKEN_OF_ANOTHER_SERVICE = published "A161203", "the token belongs to another service";
    /// Authlete uses it for an update as well.
    REVOKE_OK = published "A312001", "the tokens were revoked";
    REVOKE_NOTHING_NAMED = own "A911205", "the request names neither a token nor a client nor a subject";
}
