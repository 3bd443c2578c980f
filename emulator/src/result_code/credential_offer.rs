//! Credential offers.

result_codes! {
    /// The offer is there, with its codes.
    OFFER_CREATED = "A366001", "the credential offer was created";
    /// Published.
    OFFER_CREATE_DISABLED = "A366201", "the service has verifiableCredentialsEnabled off";
    /// Settings of the service.
    OFFER_ISSUER_MISSING = "A366202", "the service has no credentialIssuer in credentialIssuerMetadata";
    /// The caller's fault.
    OFFER_CREDENTIALS_MISSING = "A366203", "credentialConfigurationIds is missing or empty";
    /// The caller's fault.
    OFFER_CREDENTIALS_UNKNOWN = "A366204", "credentialConfigurationIds has an identifier that credentialsSupported lacks, or one twice";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_GRANT_MISSING = "A366205", "the credential offer must include a grant";
    /// Whose credentials?
    OFFER_SUBJECT = "A366206", "subject is missing, is not ASCII, or has more than 100 characters";
    /// The caller's fault.
    OFFER_AUTH_TIME = "A366207", "authTime is negative";
    /// The caller adds claims to JWTs.
    OFFER_CLAIMS_MALFORMED = "A366208", "jwtAtClaims is no JSON object";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_TX_CODE_MODE = "A366209", "txCodeInputMode is neither numeric nor text, or is numeric although txCode has other characters than digits";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_TX_CODE_DESCRIPTION = "A366210", "txCodeDescription has more than 300 characters";
    /// The offer is there, with its codes.
    OFFER_FOUND = "A367001", "the credential offer was looked up";
    /// A setting of the service.
    OFFER_INFO_DISABLED = "A367201", "the service has verifiableCredentialsEnabled off";
    /// The caller's fault.
    OFFER_IDENTIFIER_MISSING = "A367202", "identifier is missing";
    /// Made up, or too old.
    OFFER_UNKNOWN = "A367203", "the credential offer does not exist or has expired";
}
