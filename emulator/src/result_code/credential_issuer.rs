//! Metadata, keys and nonces of credential issuers.

result_codes! {
    /// OpenID for Verifiable Credential Issuance 1.0 §12.2.
    CREDENTIAL_METADATA_MADE = own "A926001", "the metadata of the credential issuer were created";
    /// A setting of the service.
    CREDENTIAL_METADATA_DISABLED = own "A926201", "the service has verifiableCredentialsEnabled off";
    /// Settings of the service.
    CREDENTIAL_METADATA_INCOMPLETE = own "A926202", "credentialIssuerMetadata lacks credentialIssuer, credentialEndpoint or credentialsSupported";
    /// SD-JWT VC, JWT VC Issuer Metadata.
    JWT_ISSUER_METADATA_MADE = own "A926002", "the metadata of the JWT VC issuer were created";
    /// A setting of the service.
    JWT_ISSUER_METADATA_DISABLED = own "A926203", "the service has verifiableCredentialsEnabled off";
    /// Settings of the service.
    JWT_ISSUER_METADATA_INCOMPLETE = own "A926204", "the service lacks credentialIssuer in credentialIssuerMetadata, or credentialJwksUri";
    /// RFC 7517 §5.
    CREDENTIAL_JWKS_MADE = own "A926003", "the public keys of the credential issuer were looked up";
    /// A setting of the service.
    CREDENTIAL_JWKS_DISABLED = own "A926205", "the service has verifiableCredentialsEnabled off";
    /// A setting of the service.
    CREDENTIAL_JWKS_MISSING = own "A926206", "the service has no credentialJwks";
    /// The response contains the current nonce.
    CREDENTIAL_NONCE_MADE = own "A926004", "the nonce for key proofs was created";
    /// A setting of the service.
    CREDENTIAL_NONCE_DISABLED = own "A926207", "the service has verifiableCredentialsEnabled off";
}
