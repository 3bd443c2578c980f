//! Client attestations.

result_codes! {
    ATTESTATION_CHALLENGE_OK = own "A905001", "the challenge was created";
    /// The attestation and the proof of possession must come together.
    ATTESTATION_INCOMPLETE = own "A905301", "a client attestation and a proof of possession must be used together";
    /// RFC 7519 §5.1.
    ATTESTATION_MALFORMED = own "A905302", "the client attestation is not a JWT of the type oauth-client-attestation+jwt";
    /// RFC 7519 §5.1.
    ATTESTATION_POP_MALFORMED = own "A905303", "the proof of possession is not a JWT of the type oauth-client-attestation-pop+jwt";
    /// Depends on the settings of the service.
    ATTESTER_UNTRUSTED = own "A905304", "x5c of the client attestation does not chain to one of clientAttesterRoots, or the service has clientAttesterRootsEnabled off";
    /// RFC 7515 §5.2.
    ATTESTATION_SIGNATURE = own "A905305", "the client attestation is not signed with the key of its certificate";
    /// The attestation and the proof must identify the same client.
    ATTESTATION_CLIENT = own "A905306", "the client attestation has no sub, or it differs from iss of the proof of possession";
    /// RFC 7519 §4.1.4 to §4.1.6.
    ATTESTATION_TIME = own "A905307", "the client attestation has no exp, or is not valid yet";
    /// RFC 7519 §4.1.4.
    ATTESTATION_EXPIRED = own "A905308", "the client attestation has expired";
    /// RFC 7800 §3.2.
    ATTESTATION_KEY = own "A905309", "the client attestation has no public key in cnf.jwk";
    /// RFC 7515 §5.2.
    ATTESTATION_POP_SIGNATURE = own "A905310", "the proof of possession is not signed with the key in the client attestation";
    /// RFC 7519 §4.1.3.
    ATTESTATION_AUDIENCE = own "A905311", "aud of the proof of possession is not the issuer of this service";
    /// RFC 7519 §4.1.6.
    ATTESTATION_POP_TIME = own "A905312", "iat of the proof of possession is missing or outside the accepted time window";
    /// RFC 7519 §4.1.7.
    ATTESTATION_POP_ID_MISSING = own "A905313", "the proof of possession has no jti";
    /// The response contains a new challenge.
    ATTESTATION_CHALLENGE = own "A905314", "the proof of possession does not contain a valid challenge of this service";
    /// A proof can be used once.
    ATTESTATION_POP_REPLAYED = own "A905315", "the proof of possession was used before";
    /// Refresh tokens are bound to a client instance.
    INSTANCE_OF_REFRESH_TOKEN = own "A905316", "the refresh token is bound to another instance of the client";
}
