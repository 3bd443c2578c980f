//! Dynamic client registration.

result_codes! {
    /// Published.
    REGISTERED = published "A202001", "the client was registered";
    /// Published.
    REGISTRATION_UPDATED = published "A213001", "the registration was updated";
    /// Published.
    REGISTRATION_DELETED = published "A216001", "the registration was deleted";
    /// Published.
    REGISTRATION_READ = published "A217001", "the registration was read";
    /// The caller has to hand on what the client sent.
    REGISTRATION_JSON_MISSING = own "A920201", "json is missing";
    /// `dynamicRegistrationSupported` of the service.
    REGISTRATION_UNSUPPORTED = own "A920202", "the service does not support dynamic client registration";
    /// The caller has to say which client the configuration endpoint was called for.
    REGISTRATION_CLIENT_ID_MISSING = own "A920203", "clientId is missing";
    /// RFC 7591 §3.2.2.
    METADATA_INVALID = own "A920301", "the client metadata are not valid";
    /// RFC 7591 §3.2.2.
    REDIRECT_URIS_INVALID = own "A920302", "the redirect URIs are not valid";
    /// RFC 7591 §3.2.2.
    STATEMENT_INVALID = own "A920303", "the software statement is not a JWT, names no issuer, or has expired";
    /// RFC 7591 §3.2.2.
    STATEMENT_NOT_APPROVED = own "A920304", "the software statement is not signed with a key of the service";
    /// `dcrDuplicateSoftwareIdBlocked` of the service.
    SOFTWARE_ID_TAKEN = own "A920305", "another client has this software_id";
    /// RFC 7592 §2: missing, wrong, or of another client.
    REGISTRATION_TOKEN_INVALID = own "A920306", "the registration access token is not that of the client";
}
