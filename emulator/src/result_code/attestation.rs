//! Client attestations.

result_codes! {
    /// The challenge is there.
    ATTESTATION_CHALLENGE_OK = own "A905001", "the challenge was made";
    /// Both or none.
    ATTESTATION_INCOMPLETE = own "A905301", "a client attestation needs a proof of possession, and the other way round";
    /// RFC 7519 §5.1.
    ATTESTATION_MALFORMED = own "A905302", "the client attestation is not a JWT of the type oauth-client-attestation+jwt";
    /// RFC 7519 §5.1.
    ATTESTATION_POP_MALFORMED = own "A905303", "the proof of possession is not a JWT of the type oauth-client-attestation-pop+jwt";
    /// The settings of the service decide.
    ATTESTER_UNTRUSTED = own "A905304", "no chain leads from the x5c of the client attestation to one of clientAttesterRoots, or the service has clientAttesterRootsEnabled off";
    /// RFC 7515 §5.2.
    ATTESTATION_SIGNATURE = own "A905305", "the client attestation is not signed with the key of its certificate";
    /// It is about one client.
    ATTESTATION_CLIENT = own "A905306", "the client attestation has no sub, or iss of the proof of possession is another";
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
    ATTESTATION_POP_TIME = own "A905312", "iat of the proof of possession is missing, too long ago or too far ahead";
    /// RFC 7519 §4.1.7.
    ATTESTATION_POP_ID_MISSING = own "A905313", "the proof of possession has no jti";
    /// A new one comes with the answer.
    ATTESTATION_CHALLENGE = own "A905314", "the proof of possession does not contain a challenge of this service that is still good";
    /// It works once.
    ATTESTATION_POP_REPLAYED = own "A905315", "the proof of possession was used before";
    /// Another instance of the same client is another.
    INSTANCE_OF_REFRESH_TOKEN = own "A905316", "the refresh token is bound to another instance of the client";
}
