//! The endpoints of a credential issuer that need no access token.

result_codes! {
    /// The nonce is the one of now.
    CREDENTIAL_NONCE_MADE = "A364001", "the nonce for key proofs was made";
    /// A setting of the service.
    CREDENTIAL_NONCE_DISABLED = "A364201", "the service has verifiableCredentialsEnabled off";
}
