//! The creation, update, deletion and revocation of tokens.

result_codes! {
    /// The token is there.
    CREATE_OK = published "A109001", "the tokens were created";
    /// The caller's fault.
    CREATE_GRANT_TYPE_MISSING = published "A104201", "grantType is missing";
    /// The caller's fault.
    CREATE_GRANT_TYPE_REFRESH = published "A104202", "grantType is REFRESH_TOKEN";
    /// The caller's fault.
    CREATE_GRANT_TYPE_UNKNOWN = published "A104203", "there is no such grantType";
    /// The caller's fault.
    CREATE_CLIENT_MISSING = own "A911201", "clientId and clientIdentifier are missing";
    /// Not among those of the service.
    CREATE_CLIENT_UNKNOWN = published "A107201", "the service has no such client";
    /// The client exists.
    CREATE_CLIENT_ELSEWHERE = published "A107202", "the client belongs to another service";
    /// Locked clients get no tokens.
    CREATE_CLIENT_LOCKED = published "A107203", "the client is locked";
    /// The caller's fault.
    CREATE_SUBJECT_MISSING = published "A105201", "subject is missing";
    /// The caller's fault.
    CREATE_SUBJECT_TOO_LONG = published "A105202", "subject has more than 100 characters";
    /// The caller's fault.
    CREATE_SUBJECT_NOT_ASCII = published "A105203", "subject is not ASCII";
    /// The caller's fault.
    CREATE_SCOPE_UNKNOWN = published "A106201", "the service does not know one of the scopes";
    /// The caller's fault.
    CREATE_AUTH_TIME = own "A911202", "authTime is negative";
    /// The batch has been worked on; its status tells how it ended.
    BATCH_ACCEPTED = own "A911001", "the batch was accepted";
    /// A dry run.
    BATCH_CHECKED = own "A911002", "the requests can be carried out, and nothing was done";
    /// None, or more than other calls should wait for.
    BATCH_SIZE = own "A911203", "a batch must have from 1 to 1000 requests";
    /// The status is there.
    BATCH_FOUND = own "A911003", "the status of the batch was looked up";
    /// Never was, or was so long ago that it is forgotten.
    BATCH_UNKNOWN = own "A911204", "the service has no such batch";
    /// The token is as it was told.
    UPDATE_OK = published "A135001", "the token was updated";
    /// The caller's fault.
    UPDATE_TOKEN_MISSING = published "A134201", "the request names no token";
    /// Another service has it.
    UPDATE_TOKEN_OF_ANOTHER_SERVICE = published "A134203", "the token belongs to another service";
    /// Nobody has it.
    UPDATE_TOKEN_UNKNOWN = published "A134202", "the service has no such token";
    /// Nobody has it.
    DELETE_TOKEN_UNKNOWN = published "A161202", "the service has no such token";
    /// The token exists.
    DELETE_TOKEN_ELSEWHERE = published "A161203", "the token belongs to another service";
    /// Published; Authlete has the same for an update.
    REVOKE_OK = published "A312001", "the tokens were revoked";
    /// The caller's fault.
    REVOKE_NOTHING_NAMED = own "A911205", "the request names neither a token nor a client nor a subject";
}
