//! Federation: the entity configuration of the service, and the registration of clients by a trust chain.

result_codes! {
    FEDERATION_CONFIGURED = own "A921001", "the entity configuration was created";
    /// `federationEnabled` of the service.
    FEDERATION_DISABLED = own "A921201", "the service does not support federation";
    /// The issuer is used as the entity ID.
    FEDERATION_ISSUER_MISSING = own "A921202", "the service has no issuer to use as its entity ID";
    /// `federationJwks` and `federationSignatureKeyId` of the service.
    FEDERATION_KEY_MISSING = own "A921203", "federationJwks has no private signing key with a kid, or not the key of federationSignatureKeyId";
    /// `authorityHints` of the service.
    FEDERATION_HINTS_MISSING = own "A921204", "the service has no authorityHints";
    /// `credentialIssuerMetadata` of the service.
    FEDERATION_CREDENTIAL_ISSUER_INCOMPLETE = own "A921205", "entityTypes has OPENID_CREDENTIAL_ISSUER, but credentialIssuerMetadata of the service is incomplete";
    FEDERATION_REGISTERED = own "A921002", "the relying party was registered";
    /// The caller passes on the request of the relying party.
    FEDERATION_REQUEST_MISSING = own "A921206", "exactly one of entityConfiguration and trustChain must be present";
    /// `supportedClientRegistrationTypes` of the service.
    EXPLICIT_REGISTRATION_UNSUPPORTED = own "A921207", "the service does not support explicit registration";
    /// OpenID Federation 1.0 §12.2.1.
    FEDERATION_REQUEST_MALFORMED = own "A921301", "the request is neither an entity configuration nor a JSON array of entity statements";
    /// The emulator does not fetch entity statements.
    TRUST_CHAIN_MISSING = own "A921302", "the trust chain is missing in the request and in the header of the JWT, and authlete-emulator does not fetch it";
    /// OpenID Federation 1.0 §3.5, §4.
    TRUST_CHAIN_INVALID = own "A921303", "the trust chain is invalid";
    /// `trustAnchors` of the service.
    TRUST_ANCHOR_UNKNOWN = own "A921304", "the trust chain does not end at a trust anchor of the service";
    /// OpenID Federation 1.0 §6.1.
    FEDERATION_METADATA_INVALID = own "A921305", "the metadata does not satisfy the metadata policies of the federation";
    /// OpenID Federation 1.0 §12.2.2.
    FEDERATION_AUDIENCE = own "A921306", "aud of the entity configuration is not the entity identifier of the service alone";
    /// OpenID Federation 1.0 §12.2.1.
    RELYING_PARTY_MISSING = own "A921307", "the entity is not an openid_relying_party, or not allowed to be one";
    /// Automatic registrations are renewed, explicit ones are not.
    ENTITY_ID_TAKEN = own "A921308", "a client with this entity identifier exists already";
    /// OpenID Federation 1.0 §12.3.
    TRUST_CHAIN_EXPIRED = own "A921309", "the trust chain of the client has expired";
}
