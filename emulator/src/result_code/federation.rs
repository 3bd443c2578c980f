//! Federation: the entity configuration of the service, and clients that register by a trust chain.

result_codes! {
    /// The entity configuration is there.
    FEDERATION_CONFIGURED = own "A921001", "the entity configuration was made";
    /// `federationEnabled` of the service.
    FEDERATION_DISABLED = own "A921201", "the service does not take part in federations";
    /// The issuer is the entity identifier.
    FEDERATION_ISSUER_MISSING = own "A921202", "the service has no issuer, and so no entity identifier";
    /// `federationJwks` and `federationSignatureKeyId` of the service.
    FEDERATION_KEY_MISSING = own "A921203", "federationJwks has no private key with a kid that can sign, or not the one of federationSignatureKeyId";
    /// `authorityHints` of the service.
    FEDERATION_HINTS_MISSING = own "A921204", "the service has no authorityHints";
    /// `credentialIssuerMetadata` of the service.
    FEDERATION_CREDENTIAL_ISSUER_INCOMPLETE = own "A921205", "entityTypes has OPENID_CREDENTIAL_ISSUER, and credentialIssuerMetadata of the service is not complete";
    /// The client is registered.
    FEDERATION_REGISTERED = own "A921002", "the relying party was registered";
    /// The caller has to hand on what the relying party sent.
    FEDERATION_REQUEST_MISSING = own "A921206", "either entityConfiguration or trustChain must be there";
    /// `supportedClientRegistrationTypes` of the service.
    EXPLICIT_REGISTRATION_UNSUPPORTED = own "A921207", "the service does not support explicit registration";
    /// OpenID Federation 1.0 §12.2.1.
    FEDERATION_REQUEST_MALFORMED = own "A921301", "the request is neither an entity configuration nor a JSON array of entity statements";
    /// Nobody fetches the statements of the superiors.
    TRUST_CHAIN_MISSING = own "A921302", "there is no trust chain, neither as the request nor in the header of the JWT, and authlete-emulator fetches nothing";
    /// OpenID Federation 1.0 §3.5, §4.
    TRUST_CHAIN_INVALID = own "A921303", "the trust chain does not hold";
    /// `trustAnchors` of the service.
    TRUST_ANCHOR_UNKNOWN = own "A921304", "the trust chain ends at no trust anchor of the service";
    /// OpenID Federation 1.0 §6.1.
    FEDERATION_METADATA_INVALID = own "A921305", "the metadata and the policies of the federation do not go together";
    /// OpenID Federation 1.0 §12.2.2.
    FEDERATION_AUDIENCE = own "A921306", "aud of the entity configuration is not the entity identifier of the service alone";
    /// OpenID Federation 1.0 §12.2.1.
    RELYING_PARTY_MISSING = own "A921307", "the entity is no openid_relying_party, or may not be one";
    /// An automatic registration is renewed by the next request; nobody registers twice explicitly.
    ENTITY_ID_TAKEN = own "A921308", "a client with this entity identifier exists already";
    /// OpenID Federation 1.0 §12.3.
    TRUST_CHAIN_EXPIRED = own "A921309", "the trust chain of the client has expired";
}
