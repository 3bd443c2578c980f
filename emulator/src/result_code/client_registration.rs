//! Dynamic client registration.

result_codes! {
    REGISTERED = published "A202001", "the client was registered";
    REGISTRATION_UPDATED = published "A213001", "the registration was updated";
    REGISTRATION_DELETED = published "A216001", "the registration was deleted";
    REGISTRATION_READ = published "A217001", "the registration was read";
    /// The caller passes on the request of the client.
    REGISTRATION_JSON_MISSING = published "A203302", "json is missing";
    /// The caller passes on the request of the client.
    REGISTRATION_JSON_MALFORMED = published "A203303", "json is not a JSON object";
    /// `dynamicRegistrationSupported` of the service.
    REGISTRATION_UNSUPPORTED = published "A206201", "the service does not support dynamic client registration";
    /// The caller passes on the client ID of the configuration endpoint.
    REGISTRATION_CLIENT_ID_MISSING = own "A920201", "clientId is missing";
    /// RFC 7591 §3.2.2.
    METADATA_INVALID = own "A920301", "the client metadata is not valid";
    /// RFC 7591 §3.2.2.
    METADATA_TWO_KEY_SETS = published "A204301", "jwks and jwks_uri exclude each other";
    /// RFC 7591 §2.1.
    METADATA_CODE_RESPONSE = published "A204302", "the grant type authorization_code needs a response type with code";
    /// RFC 7591 §2.1.
    METADATA_IMPLICIT_RESPONSE = published "A204303", "the grant type implicit needs a response type with token or id_token";
    /// RFC 7591 §3.2.2.
    METADATA_CODE_GRANT = published "A204304", "a response type with code needs the grant type authorization_code";
    /// RFC 7591 §3.2.2.
    METADATA_IMPLICIT_GRANT = published "A204305", "a response type with token or id_token needs the grant type implicit";
    /// RFC 7591 §3.2.2.
    METADATA_NO_STRINGS = published "A204306", "a member of the metadata must be a list of strings";
    /// RFC 7591 §3.2.2.
    METADATA_NO_URI = published "A204307", "a member of the metadata must be a URI";
    /// RFC 7591 §3.2.2.
    METADATA_NO_STRING = published "A204308", "a member of the metadata must be a string";
    /// RFC 7591 §3.2.2.
    METADATA_NO_INTEGER = published "A204309", "a member of the metadata must be an integer";
    /// RFC 7591 §3.2.2.
    METADATA_NO_BOOLEAN = published "A204310", "a member of the metadata must be a boolean";
    /// RFC 7591 §3.2.2.
    METADATA_NO_KEYS = published "A204311", "jwks must be a JSON object";
    /// RFC 7591 §3.2.2.
    METADATA_SECTOR = published "A204312", "subject_type pairwise needs sector_identifier_uri unless all redirect URIs have one host";
    /// RFC 7591 §3.2.2.
    METADATA_NOT_HTTPS = published "A204313", "a member of the metadata must be an https URI";
    /// RFC 7591 §3.2.2.
    UPDATE_CLIENT_ID_MISSING = published "A214301", "client_id is missing";
    /// RFC 7591 §3.2.2.
    UPDATE_CLIENT_ID_OTHER = published "A214302", "client_id is not that of the client";
    /// RFC 7591 §3.2.2.
    UPDATE_CLIENT_SECRET_OTHER = published "A215304", "client_secret is not the current one";
    /// RFC 7591 §3.2.2.
    REDIRECT_URIS_INVALID = own "A920302", "the redirect URIs are not valid";
    /// RFC 7591 §3.2.2.
    STATEMENT_MALFORMED = published "A205301", "the software statement is not a JOSE object";
    /// RFC 7591 §3.2.2.
    STATEMENT_UNSIGNED = published "A205302", "the software statement is not signed";
    /// RFC 7591 §3.2.2.
    STATEMENT_ENCRYPTED = published "A205303", "the software statement is encrypted";
    /// RFC 7591 §3.2.2.
    STATEMENT_PAYLOAD = published "A205304", "the claims of the software statement are not a JSON object";
    /// RFC 7591 §3.2.2.
    STATEMENT_REFUSED = published "A205305", "the software statement names no issuer, or is not valid at this time";
    /// RFC 7591 §3.2.2.
    STATEMENT_NOT_APPROVED = published "A205306", "the software statement is not signed with a key of the service";
    /// `dcrDuplicateSoftwareIdBlocked` of the service.
    SOFTWARE_ID_TAKEN = own "A920303", "another client has this software_id";
    /// RFC 7592 §2: missing, wrong, or of another client.
    REGISTRATION_TOKEN_INVALID = published "A215307", "the registration access token is not that of the client";
    /// RFC 7592 §2: missing, wrong, or of another client.
    REGISTRATION_TOKEN_MISSING = published "A215305", "the registration access token is missing";
    /// RFC 7592 §2: missing, wrong, or of another client.
    REGISTRATION_CLIENT_UNKNOWN = published "A215302", "the service has no such client";
    /// RFC 7592 §2: missing, wrong, or of another client.
    REGISTRATION_NOT_DYNAMIC = published "A215303", "the client did not register itself";
    /// RFC 7592 §2: missing, wrong, or of another client.
    REGISTRATION_WITHOUT_TOKEN = published "A215306", "the client has no registration access token";
}
