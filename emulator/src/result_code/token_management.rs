//! The creation, update, deletion and revocation of tokens.

result_codes! {
    /// The token is there.
    CREATE_OK = published "A109001", "the tokens were created";
    /// The caller's fault.
    CREATE_GRANT_TYPE = own "A911201", "grantType is missing, unknown, or REFRESH_TOKEN";
    /// The caller's fault.
    CREATE_CLIENT_MISSING = own "A911202", "clientId and clientIdentifier are missing";
    /// Not among those of the service.
    CREATE_CLIENT_UNKNOWN = own "A911203", "the service has no such client";
    /// The caller's fault.
    CREATE_SUBJECT = own "A911204", "subject is missing, or is not of at most 100 ASCII characters";
    /// The caller's fault.
    CREATE_SCOPE_UNKNOWN = own "A911205", "the service does not know one of the scopes";
    /// The caller's fault.
    CREATE_AUTH_TIME = own "A911206", "authTime is negative";
    /// The batch has been worked on; its status tells how it ended.
    BATCH_ACCEPTED = own "A911001", "the batch was accepted";
    /// A dry run.
    BATCH_CHECKED = own "A911002", "the requests can be carried out, and nothing was done";
    /// None, or more than other calls should wait for.
    BATCH_SIZE = own "A911207", "a batch must have from 1 to 1000 requests";
    /// The status is there.
    BATCH_FOUND = own "A911003", "the status of the batch was looked up";
    /// Never was, or was so long ago that it is forgotten.
    BATCH_UNKNOWN = own "A911208", "the service has no such batch";
    /// The token is as it was told.
    UPDATE_OK = published "A135001", "the token was updated";
    /// The caller's fault.
    UPDATE_TOKEN_MISSING = own "A911209", "the request names no token";
    /// Another service has it.
    UPDATE_TOKEN_OF_ANOTHER_SERVICE = own "A911210", "the token belongs to another service";
    /// Nobody has it.
    TOKEN_UNKNOWN = own "A911211", "the service has no such token";
    /// Published; Authlete has the same for an update.
    REVOKE_OK = published "A312001", "the tokens were revoked";
    /// The caller's fault.
    REVOKE_NOTHING_NAMED = own "A911212", "the request names neither a token nor a client nor a subject";
}
