//! Dynamic client registration.

result_codes! {
    /// Published.
    REGISTERED = "A202001", "the client was registered";
    /// Published.
    REGISTRATION_UPDATED = "A213001", "the registration was updated";
    /// Published.
    REGISTRATION_DELETED = "A216001", "the registration was deleted";
    /// Published.
    REGISTRATION_READ = "A217001", "the registration was read";
    /// The caller has to hand on what the client sent.
    REGISTRATION_JSON_MISSING = "A202201", "json is missing";
    /// `dynamicRegistrationSupported` of the service.
    REGISTRATION_UNSUPPORTED = "A202202", "the service does not support dynamic client registration";
    /// The caller has to say which client the configuration endpoint was called for.
    REGISTRATION_CLIENT_ID_MISSING = "A202203", "clientId is missing";
    /// RFC 7591 §3.2.2.
    METADATA_INVALID = "A202301", "the client metadata are not valid";
    /// RFC 7591 §3.2.2.
    REDIRECT_URIS_INVALID = "A202302", "the redirect URIs are not valid";
    /// RFC 7591 §3.2.2.
    STATEMENT_INVALID = "A202303", "the software statement is not a JWT, names no issuer, or has expired";
    /// RFC 7591 §3.2.2.
    STATEMENT_NOT_APPROVED = "A202304", "the software statement is not signed with a key of the service";
    /// `dcrDuplicateSoftwareIdBlocked` of the service.
    SOFTWARE_ID_TAKEN = "A202305", "another client has this software_id";
    /// RFC 7592 §2: missing, wrong, or of another client.
    REGISTRATION_TOKEN_INVALID = "A202306", "the registration access token is not that of the client";
}
