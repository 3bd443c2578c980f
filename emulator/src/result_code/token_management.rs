//! The creation, update, deletion and revocation of tokens.

result_codes! {
    /// The token is there.
    CREATE_OK = "A109001", "the tokens were created";
    /// The caller's fault.
    CREATE_GRANT_TYPE = "A109201", "grantType is missing, unknown, or REFRESH_TOKEN";
    /// The caller's fault.
    CREATE_CLIENT_MISSING = "A109202", "clientId and clientIdentifier are missing";
    /// Not among those of the service.
    CREATE_CLIENT_UNKNOWN = "A109203", "the service has no such client";
    /// The caller's fault.
    CREATE_SUBJECT = "A109204", "subject is missing, or is not of at most 100 ASCII characters";
    /// The caller's fault.
    CREATE_SCOPE_UNKNOWN = "A109205", "the service does not know one of the scopes";
    /// The caller's fault.
    CREATE_AUTH_TIME = "A109206", "authTime is negative";
    /// The batch has been worked on; its status tells how it ended.
    BATCH_ACCEPTED = "A470001", "the batch was accepted";
    /// A dry run.
    BATCH_CHECKED = "A470002", "the requests can be carried out, and nothing was done";
    /// None, or more than other calls should wait for.
    BATCH_SIZE = "A470201", "a batch must have from 1 to 1000 requests";
    /// The status is there.
    BATCH_FOUND = "A471001", "the status of the batch was looked up";
    /// Never was, or was so long ago that it is forgotten.
    BATCH_UNKNOWN = "A471201", "the service has no such batch";
    /// The token is as it was told.
    UPDATE_OK = "A135001", "the token was updated";
    /// The caller's fault.
    UPDATE_TOKEN_MISSING = "A135201", "the request names no token";
    /// Another service has it.
    UPDATE_TOKEN_OF_ANOTHER_SERVICE = "A135202", "the token belongs to another service";
    /// Nobody has it.
    TOKEN_UNKNOWN = "A135203", "the service has no such token";
    /// Published; Authlete has the same for an update.
    REVOKE_OK = "A135001", "the tokens were revoked";
    /// The caller's fault.
    REVOKE_NOTHING_NAMED = "A135204", "the request names neither a token nor a client nor a subject";
}
