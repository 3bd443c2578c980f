//! Client authentication at all endpoints.

use super::*;

/// The codes for a signature of the client.
#[derive(Debug)]
pub struct SignatureCodes {
    pub wrong: ResultCode,
    pub keys_missing: ResultCode,
    /// The client has keys, but none for the algorithm and the `kid`.
    pub key_unknown: ResultCode,
}

pub const CLIENT_ASSERTION_SIGNATURE: SignatureCodes = SignatureCodes {
    wrong: CLIENT_SIGNATURE_WRONG,
    keys_missing: CLIENT_KEYS_MISSING,
    key_unknown: CLIENT_KEY_UNKNOWN,
};

/// The ways to identify the client of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientName {
    /// In the `Authorization` header, which the API call passes as `clientId`.
    Header,
    /// As `client_id`.
    Parameter,
    /// In `client_assertion`.
    Assertion,
    /// In the client attestation.
    Attestation,
}

/// The code for a request that does not identify a client. `is_empty` is true if it has an empty `client_id`.
pub fn client_id_missing(operation: &str, is_empty: bool) -> ResultCode {
    match operation {
        "revocation" if is_empty => REVOCATION_CLIENT_ID_EMPTY,
        "token" => TOKEN_CLIENT_ID_MISSING,
        "revocation" => REVOCATION_CLIENT_ID_MISSING,
        "backchannel_authentication" => CIBA_CLIENT_ID_MISSING,
        "push_authorization_request" => PUSHED_CLIENT_ID_MISSING,
        _ => CLIENT_ID_MISSING,
    }
}

/// The code for a request that identifies two clients.
pub fn client_id_ambiguous(operation: &str, one: ClientName, other: ClientName) -> ResultCode {
    use ClientName::{Assertion, Header, Parameter};
    match (operation, one, other) {
        ("token", ..) => TOKEN_CLIENT_ID_AMBIGUOUS,
        ("revocation", ..) => REVOCATION_CLIENT_ID_AMBIGUOUS,
        ("backchannel_authentication", Header, Parameter) => CIBA_HEADER_AND_CLIENT_ID,
        ("backchannel_authentication", Parameter, Assertion) => CIBA_ASSERTION_AND_CLIENT_ID,
        ("backchannel_authentication", Header, Assertion) => CIBA_HEADER_AND_ASSERTION,
        ("device_authorization", Header, Parameter) => DEVICE_HEADER_AND_CLIENT_ID,
        ("device_authorization", Parameter, Assertion) => DEVICE_ASSERTION_AND_CLIENT_ID,
        ("push_authorization_request", Header, Parameter) => PUSHED_HEADER_AND_CLIENT_ID,
        ("push_authorization_request", Parameter, Assertion) => PUSHED_ASSERTION_AND_CLIENT_ID,
        ("push_authorization_request", Header, Assertion) => PUSHED_HEADER_AND_ASSERTION,
        _ => CLIENT_ID_AMBIGUOUS,
    }
}

/// The code for a request of an unknown client.
pub fn client_missing(operation: &str, missing: Missing) -> ResultCode {
    use Missing::{AliasDisabled, Deleted, OfAnotherService};
    match (operation, missing) {
        ("token", AliasDisabled) => TOKEN_CLIENT_ALIAS_DISABLED,
        ("token", OfAnotherService) => TOKEN_CLIENT_OF_ANOTHER_SERVICE,
        ("token", Deleted) => TOKEN_CLIENT_DELETED,
        ("revocation", AliasDisabled) => REVOCATION_CLIENT_ALIAS_DISABLED,
        ("revocation", OfAnotherService) => REVOCATION_CLIENT_OF_ANOTHER_SERVICE,
        ("revocation", Deleted) => REVOCATION_CLIENT_DELETED,
        ("revocation", _) => REVOCATION_CLIENT_UNKNOWN,
        ("backchannel_authentication", _) => CIBA_CLIENT_UNKNOWN,
        ("device_authorization", _) => DEVICE_CLIENT_UNKNOWN,
        ("push_authorization_request", _) => PUSHED_CLIENT_UNKNOWN,
        _ => TOKEN_CLIENT_UNKNOWN,
    }
}

/// The code for a request of a locked client, for the operations that have their own.
pub fn client_locked(operation: &str) -> Option<ResultCode> {
    match operation {
        "token" => Some(TOKEN_CLIENT_LOCKED),
        "revocation" => Some(REVOCATION_CLIENT_LOCKED),
        _ => None,
    }
}

/// The code for a missing client secret. `is_empty` is true if the request has an empty `client_secret`.
pub fn client_secret_missing(operation: &str, is_empty: bool) -> ResultCode {
    match operation {
        "revocation" if is_empty => REVOCATION_CLIENT_SECRET_EMPTY,
        "revocation" => REVOCATION_CLIENT_SECRET_MISSING,
        _ => CLIENT_SECRET_MISSING,
    }
}

/// The code for two client secrets that differ, for the operations that refuse them.
pub fn client_secrets_differ(operation: &str) -> Option<ResultCode> {
    (operation == "revocation").then_some(REVOCATION_CLIENT_SECRETS_DIFFER)
}

/// The code for a wrong client secret.
pub fn client_secret_wrong(operation: &str) -> ResultCode {
    match operation {
        "revocation" => REVOCATION_CLIENT_SECRET_WRONG,
        _ => CLIENT_SECRET_WRONG,
    }
}

/// The code for a client assertion that is not a JWS.
pub fn client_assertion_malformed(operation: &str) -> ResultCode {
    match operation {
        "token" => TOKEN_CLIENT_ASSERTION_MALFORMED,
        "backchannel_authentication" => CIBA_CLIENT_ASSERTION_MALFORMED,
        "device_authorization" => DEVICE_CLIENT_ASSERTION_MALFORMED,
        "push_authorization_request" => PUSHED_CLIENT_ASSERTION_MALFORMED,
        _ => CLIENT_ASSERTION_MALFORMED,
    }
}

/// The code for a client assertion without an issuer.
pub fn client_assertion_issuer_missing(operation: &str) -> ResultCode {
    match operation {
        "token" => TOKEN_CLIENT_ASSERTION_ISSUER_MISSING,
        "backchannel_authentication" => CIBA_CLIENT_ASSERTION_ISSUER_MISSING,
        "device_authorization" => DEVICE_CLIENT_ASSERTION_ISSUER_MISSING,
        "push_authorization_request" => PUSHED_CLIENT_ASSERTION_ISSUER_MISSING,
        _ => CLIENT_ASSERTION_ISSUER,
    }
}

/// The code for an unreadable client certificate.
pub fn client_certificate_malformed(operation: &str) -> ResultCode {
    match operation {
        "token" => TOKEN_CLIENT_CERTIFICATE_MALFORMED,
        "backchannel_authentication" => CIBA_CLIENT_CERTIFICATE_MALFORMED,
        "introspection" => CERTIFICATE_AT_INTROSPECTION_MALFORMED,
        "userinfo" => CERTIFICATE_AT_USERINFO_MALFORMED,
        "grant_management" => CERTIFICATE_AT_GRANTS_MALFORMED,
        _ => CLIENT_CERTIFICATE_MALFORMED,
    }
}

result_codes! {
    /// RFC 6749 §2.3: one method a request.
    CLIENT_AUTHENTICATION_TWICE = own "A904301", "the client used more than one authentication method";
    TOKEN_CLIENT_ID_AMBIGUOUS = published "A048312", "the token request names two clients";
    REVOCATION_CLIENT_ID_AMBIGUOUS = published "A114312", "the revocation request names two clients";
    CIBA_HEADER_AND_CLIENT_ID = published "A168303", "the Authorization header and client_id name different clients";
    CIBA_ASSERTION_AND_CLIENT_ID = published "A168305", "client_assertion and client_id name different clients";
    CIBA_HEADER_AND_ASSERTION = published "A168307", "the Authorization header and client_assertion name different clients";
    DEVICE_HEADER_AND_CLIENT_ID = published "A218303", "the Authorization header and client_id name different clients";
    DEVICE_ASSERTION_AND_CLIENT_ID = published "A218304", "client_assertion and client_id name different clients";
    PUSHED_HEADER_AND_CLIENT_ID = published "A247303", "the Authorization header and client_id name different clients";
    PUSHED_ASSERTION_AND_CLIENT_ID = published "A247304", "client_assertion and client_id name different clients";
    PUSHED_HEADER_AND_ASSERTION = published "A247305", "the Authorization header and client_assertion name different clients";
    CLIENT_ID_AMBIGUOUS = own "A904302", "the Authorization header, client_id and the client assertion or attestation name different clients";
    /// RFC 6749 §5.2.
    REVOCATION_CLIENT_ID_MISSING = published "A114301", "the request does not identify its client";
    /// RFC 6749 §5.2.
    REVOCATION_CLIENT_ID_EMPTY = published "A114302", "client_id is empty";
    /// RFC 6749 §5.2.
    CIBA_CLIENT_ID_MISSING = published "A168309", "the request does not identify its client";
    /// RFC 6749 §5.2.
    PUSHED_CLIENT_ID_MISSING = published "A247306", "the request does not identify its client";
    /// RFC 6749 §5.2.
    CLIENT_ID_MISSING = own "A904303", "the request does not identify its client";
    /// Unknown clients and wrong secrets must be indistinguishable, to prevent client enumeration.
    CLIENT_SECRET_WRONG = published "A157305", "the client secret is wrong";
    /// Unknown clients and wrong secrets must be indistinguishable, to prevent client enumeration.
    REVOCATION_CLIENT_SECRET_WRONG = published "A114311", "the client secret is wrong";
    /// Unknown clients and wrong secrets must be indistinguishable, to prevent client enumeration.
    TOKEN_CLIENT_UNKNOWN = published "A244306", "the service has no such client";
    TOKEN_CLIENT_OF_ANOTHER_SERVICE = published "A048305", "the client belongs to another service";
    TOKEN_CLIENT_DELETED = published "A048306", "the client was deleted";
    /// Until it is unlocked.
    TOKEN_CLIENT_LOCKED = published "A048307", "the client is locked";
    /// Unknown clients and wrong secrets must be indistinguishable, to prevent client enumeration.
    REVOCATION_CLIENT_UNKNOWN = published "A114304", "the service has no such client";
    REVOCATION_CLIENT_OF_ANOTHER_SERVICE = published "A114305", "the client belongs to another service";
    REVOCATION_CLIENT_DELETED = published "A114306", "the client was deleted";
    /// Until it is unlocked.
    REVOCATION_CLIENT_LOCKED = published "A114307", "the client is locked";
    /// Unknown clients and wrong secrets must be indistinguishable, to prevent client enumeration.
    CIBA_CLIENT_UNKNOWN = published "A168310", "the service has no such client";
    /// Unknown clients and wrong secrets must be indistinguishable, to prevent client enumeration.
    DEVICE_CLIENT_UNKNOWN = published "A218305", "the service has no such client";
    /// Unknown clients and wrong secrets must be indistinguishable, to prevent client enumeration.
    PUSHED_CLIENT_UNKNOWN = published "A247307", "the service has no such client";
    /// RFC 6749 §3.2.1.
    CLIENT_SECRET_MISSING = published "A157304", "the client did not authenticate";
    /// RFC 6749 §3.2.1.
    REVOCATION_CLIENT_SECRET_MISSING = published "A114308", "the client did not authenticate";
    /// RFC 6749 §3.2.1.
    REVOCATION_CLIENT_SECRET_EMPTY = published "A114309", "client_secret is empty";
    /// RFC 6749 §3.2.1.
    CONFIDENTIAL_WITHOUT_METHOD = published "A157301", "the client is confidential, and its authentication method is none";
    /// RFC 6749 §2.3.1.
    CLIENT_ID_NOT_IN_HEADER = published "A157357", "the client identifier is in the body, but must be in the Authorization header";
    /// RFC 6749 §2.1.
    PUBLIC_WITH_METHOD = published "A157302", "the client is public, and its authentication method is not none";
    /// RFC 6749 §3.2.1.
    CLIENT_ASSERTION_MISSING = published "A157311", "client_assertion is missing";
    /// Depends on the settings of the service.
    CLIENT_AUTHENTICATION_METHOD = published "A157344", "the service does not support this client authentication method";
    /// RFC 7523 §2.2.
    CLIENT_ASSERTION_TYPE_MISSING = published "A157309", "client_assertion_type is missing";
    /// RFC 7523 §2.2.
    CLIENT_ASSERTION_TYPE_EMPTY = published "A158303", "client_assertion_type is empty";
    /// RFC 7523 §2.2.
    CLIENT_ASSERTION_TYPE = published "A157310", "client_assertion_type is not that of a JWT";
    /// RFC 7523 §2.2.
    CLIENT_ASSERTION_TYPE_REPEATED = published "A158304", "client_assertion_type is included more than once";
    /// RFC 7523 §2.2.
    CLIENT_ASSERTION_REPEATED = published "A158305", "client_assertion is included more than once";
    /// RFC 7523 §2.2.
    CLIENT_SECRET_REPEATED = published "A158301", "client_secret is included more than once";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_MALFORMED = published "A157312", "client_assertion is not a signed JWT";
    /// RFC 7523 §3.
    TOKEN_CLIENT_ASSERTION_MALFORMED = published "A244303", "client_assertion is not a signed JWT";
    /// RFC 7523 §3.
    CIBA_CLIENT_ASSERTION_MALFORMED = published "A168301", "client_assertion is not a signed JWT";
    /// RFC 7523 §3.
    DEVICE_CLIENT_ASSERTION_MALFORMED = published "A218301", "client_assertion is not a signed JWT";
    /// RFC 7523 §3.
    PUSHED_CLIENT_ASSERTION_MALFORMED = published "A247301", "client_assertion is not a signed JWT";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_PAYLOAD = published "A157314", "the payload of client_assertion is not a JSON object";
    /// Depends on the registration of the client.
    CLIENT_ASSERTION_ALGORITHM = published "A157313", "the client assertion is not signed with the registered algorithm";
    /// RFC 7523 §3, OpenID Connect Core 1.0 §9.
    TOKEN_CLIENT_ASSERTION_ISSUER_MISSING = published "A244304", "the client assertion has no iss";
    /// RFC 7523 §3, OpenID Connect Core 1.0 §9.
    CIBA_CLIENT_ASSERTION_ISSUER_MISSING = published "A168302", "the client assertion has no iss";
    /// RFC 7523 §3, OpenID Connect Core 1.0 §9.
    DEVICE_CLIENT_ASSERTION_ISSUER_MISSING = published "A218302", "the client assertion has no iss";
    /// RFC 7523 §3, OpenID Connect Core 1.0 §9.
    PUSHED_CLIENT_ASSERTION_ISSUER_MISSING = published "A247302", "the client assertion has no iss";
    /// RFC 7523 §3, OpenID Connect Core 1.0 §9.
    CLIENT_ASSERTION_ISSUER = published "A157315", "iss of the client assertion is not the client";
    /// RFC 7523 §3, OpenID Connect Core 1.0 §9.
    CLIENT_ASSERTION_SUBJECT = published "A157316", "sub of the client assertion is not the client";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_WITHOUT_END = published "A157319", "the client assertion has no exp";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_EXPIRED = published "A157320", "exp of the client assertion is in the past or not a number";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_EARLY = published "A157322", "nbf of the client assertion is in the future or not a number";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_ISSUED_LATER = published "A157323", "iat of the client assertion is in the future or not a number";
    /// RFC 7523 §3.
    CLIENT_ASSERTION_REPLAYED = own "A904304", "the client assertion was used before";
    /// RFC 7515 §5.2.
    CLIENT_SIGNATURE_WRONG = published "A157326", "the signature is not the client's";
    /// The emulator does not fetch keys.
    CLIENT_KEYS_REMOTE = own "A904305", "the keys of the client are at its jwksUri, which authlete-emulator does not fetch: register them as jwks";
    /// The client certificate of the TLS connection.
    CLIENT_CERTIFICATE_MALFORMED = published "A157328", "clientCertificate or clientCertificatePath is not an X.509 certificate";
    /// The client certificate of the TLS connection.
    TOKEN_CLIENT_CERTIFICATE_MALFORMED = published "A244309", "clientCertificate is not an X.509 certificate";
    /// The client certificate of the TLS connection.
    CIBA_CLIENT_CERTIFICATE_MALFORMED = published "A180302", "clientCertificate is not an X.509 certificate";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_MISSING = published "A157327", "the client did not present its certificate";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_NAME_NOT_REGISTERED = published "A157340", "the client has not registered a subject for its certificate";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_SUBJECT_DN = published "A157343", "the subject DN of the certificate is not the registered one";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_SAN_DNS = published "A157346", "no DNS name of the certificate is the registered one";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_SAN_URI = published "A157347", "no URI of the certificate is the registered one";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_SAN_IP = published "A157348", "no IP address of the certificate is the registered one";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_SAN_EMAIL = published "A157349", "no email address of the certificate is the registered one";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_NOT_REGISTERED = published "A157333", "the certificate is not the one that the client has registered";
    /// RFC 8705 §2.
    CLIENT_CERTIFICATE_KEY_MISSING = published "A157329", "the client has registered no key for its certificate";
    /// RFC 8705 §2.1, when the service has chains validated.
    CLIENT_CERTIFICATE_UNTRUSTED = published "A157339", "the certificate does not chain to a trusted root, or is not valid at this time";
    /// RFC 8705 §2.1, when the service has chains validated.
    TRUSTED_ROOTS_MISSING = published "A157335", "the service has no trusted root certificates";
    CLIENT_KEY_UNKNOWN = published "A156304", "the client has no key that fits the algorithm and the kid";
    CLIENT_KEYS_MISSING = published "A156301", "the client has registered neither jwks nor jwksUri";
    CLIENT_IS_PUBLIC = published "A157303", "the request has data for client authentication although the client is public";
    CLIENT_ASSERTION_AUDIENCE = published "A157318", "aud of the client assertion is not this service";
    CLIENT_ASSERTION_AUDIENCE_NOT_ISSUER = published "A157356", "aud of the client assertion is not the issuer alone";
    /// Depends on the registration of the client.
    CLIENT_AUTHENTICATION_METHOD_DIFFERENT = own "A904306", "the client did not use its registered authentication method";
    TOKEN_CLIENT_ID_MISSING = published "A244305", "the token request does not identify its client";
    /// RFC 6749 §3.2.
    REVOCATION_CLIENT_ID_REPEATED = published "A114303", "client_id is included more than once";
    /// RFC 6749 §3.2.
    REVOCATION_CLIENT_SECRET_REPEATED = published "A114310", "client_secret is included more than once";
    /// RFC 6749 §3.2.
    TOKEN_CLIENT_ID_REPEATED = published "A244301", "client_id is included more than once";
    /// RFC 6749 §3.2.
    TOKEN_CLIENT_ASSERTION_REPEATED = published "A244302", "client_assertion is included more than once";
    /// RFC 6749 §5.2.
    TOKEN_CLIENT_ALIAS_DISABLED = published "A244307", "the request identifies the client by its alias, which is not enabled";
    /// RFC 6749 §5.2.
    REVOCATION_CLIENT_ALIAS_DISABLED = published "A114315", "the request identifies the client by its alias, which is not enabled";
    /// RFC 6749 §2.3.
    REVOCATION_CLIENT_SECRETS_DIFFER = published "A114313", "the Authorization header and client_secret have different secrets";
}
