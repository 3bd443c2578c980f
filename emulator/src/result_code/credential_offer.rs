//! Credential offers.

result_codes! {
    /// The offer is there, with its codes.
    OFFER_CREATED = own "A928001", "the credential offer was created";
    /// Published.
    OFFER_CREATE_DISABLED = published "A366201", "the service has verifiableCredentialsEnabled off";
    /// Settings of the service.
    OFFER_ISSUER_MISSING = own "A928201", "the service has no credentialIssuer in credentialIssuerMetadata";
    /// The caller's fault.
    OFFER_CREDENTIALS_MISSING = own "A928202", "credentialConfigurationIds is missing or empty";
    /// The caller's fault.
    OFFER_CREDENTIALS_UNKNOWN = own "A928203", "credentialConfigurationIds has an identifier that credentialsSupported lacks, or one twice";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_GRANT_MISSING = own "A928204", "the credential offer must include a grant";
    /// Whose credentials?
    OFFER_SUBJECT = own "A928205", "subject is missing, is not ASCII, or has more than 100 characters";
    /// The caller's fault.
    OFFER_AUTH_TIME = own "A928206", "authTime is negative";
    /// The caller adds claims to JWTs.
    OFFER_CLAIMS_MALFORMED = own "A928207", "jwtAtClaims is no JSON object";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_TX_CODE_MODE = own "A928208", "txCodeInputMode is neither numeric nor text, or is numeric although txCode has other characters than digits";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_TX_CODE_DESCRIPTION = own "A928209", "txCodeDescription has more than 300 characters";
    /// The offer is there, with its codes.
    OFFER_FOUND = own "A928002", "the credential offer was looked up";
    /// A setting of the service.
    OFFER_INFO_DISABLED = own "A928210", "the service has verifiableCredentialsEnabled off";
    /// The caller's fault.
    OFFER_IDENTIFIER_MISSING = own "A928211", "identifier is missing";
    /// Made up, or too old.
    OFFER_UNKNOWN = own "A928212", "the credential offer does not exist or has expired";
}
