//! What a credential issuer publishes, and its nonces.

result_codes! {
    /// OpenID for Verifiable Credential Issuance 1.0 §12.2.
    CREDENTIAL_METADATA_MADE = "A361001", "the metadata of the credential issuer were made";
    /// A setting of the service.
    CREDENTIAL_METADATA_DISABLED = "A361201", "the service has verifiableCredentialsEnabled off";
    /// Settings of the service.
    CREDENTIAL_METADATA_INCOMPLETE = "A361202", "credentialIssuerMetadata lacks credentialIssuer, credentialEndpoint or credentialsSupported";
    /// SD-JWT VC, JWT VC Issuer Metadata.
    JWT_ISSUER_METADATA_MADE = "A362001", "the metadata of the JWT VC issuer were made";
    /// A setting of the service.
    JWT_ISSUER_METADATA_DISABLED = "A362201", "the service has verifiableCredentialsEnabled off";
    /// Settings of the service.
    JWT_ISSUER_METADATA_INCOMPLETE = "A362202", "the service lacks credentialIssuer in credentialIssuerMetadata, or both credentialJwksUri and credentialJwks";
    /// RFC 7517 §5.
    CREDENTIAL_JWKS_MADE = "A363001", "the public keys of the credential issuer were looked up";
    /// A setting of the service.
    CREDENTIAL_JWKS_DISABLED = "A363201", "the service has verifiableCredentialsEnabled off";
    /// A setting of the service.
    CREDENTIAL_JWKS_MISSING = "A363202", "the service has no credentialJwks";
    /// The nonce is the one of now.
    CREDENTIAL_NONCE_MADE = "A364001", "the nonce for key proofs was made";
    /// A setting of the service.
    CREDENTIAL_NONCE_DISABLED = "A364201", "the service has verifiableCredentialsEnabled off";
}
