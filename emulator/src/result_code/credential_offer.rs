//! Credential offers.

result_codes! {
    /// The offer is there, with its codes.
    OFFER_CREATED = own "A927001", "the credential offer was created";
    /// Published.
    OFFER_CREATE_DISABLED = published "A366201", "the service has verifiableCredentialsEnabled off";
    /// Settings of the service.
    OFFER_ISSUER_MISSING = own "A927201", "the service has no credentialIssuer in credentialIssuerMetadata";
    /// The caller's fault.
    OFFER_CREDENTIALS_MISSING = own "A927202", "credentialConfigurationIds is missing or empty";
    /// The caller's fault.
    OFFER_CREDENTIALS_UNKNOWN = own "A927203", "credentialConfigurationIds has an identifier that credentialsSupported lacks, or one twice";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_GRANT_MISSING = own "A927204", "the credential offer must include a grant";
    /// Whose credentials?
    OFFER_SUBJECT = own "A927205", "subject is missing, is not ASCII, or has more than 100 characters";
    /// The caller's fault.
    OFFER_AUTH_TIME = own "A927206", "authTime is negative";
    /// The caller adds claims to JWTs.
    OFFER_CLAIMS_MALFORMED = own "A927207", "jwtAtClaims is no JSON object";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_TX_CODE_MODE = own "A927208", "txCodeInputMode is numeric although txCode has other characters than digits";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_TX_CODE_DESCRIPTION = own "A927209", "txCodeDescription has more than 300 characters";
    /// The offer is there, with its codes.
    OFFER_FOUND = own "A927002", "the credential offer was looked up";
    /// A setting of the service.
    OFFER_INFO_DISABLED = own "A927210", "the service has verifiableCredentialsEnabled off";
    /// The caller's fault.
    OFFER_IDENTIFIER_MISSING = own "A927211", "identifier is missing";
    /// Made up, or too old.
    OFFER_UNKNOWN = own "A927212", "the credential offer does not exist or has expired";
}
