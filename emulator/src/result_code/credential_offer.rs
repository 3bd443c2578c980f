//! Credential offers.

result_codes! {
    /// The response contains the offer with its codes.
    OFFER_CREATED = own "A927001", "the credential offer was created";
    OFFER_CREATE_DISABLED = published "A366201", "the service has verifiableCredentialsEnabled off";
    /// Settings of the service.
    OFFER_ISSUER_MISSING = own "A927201", "the service has no credentialIssuer in credentialIssuerMetadata";
    OFFER_CREDENTIALS_MISSING = own "A927202", "credentialConfigurationIds is missing or empty";
    OFFER_CREDENTIALS_UNKNOWN = own "A927203", "credentialConfigurationIds has an unknown or duplicate identifier";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_GRANT_MISSING = own "A927204", "the credential offer must include a grant";
    OFFER_SUBJECT = own "A927205", "subject is missing, is not ASCII, or has more than 100 characters";
    OFFER_AUTH_TIME = own "A927206", "authTime is negative";
    OFFER_CLAIMS_MALFORMED = own "A927207", "jwtAtClaims is not a JSON object";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_TX_CODE_MODE = own "A927208", "txCodeInputMode is numeric although txCode has other characters than digits";
    /// OpenID for Verifiable Credential Issuance 1.0 §4.1.1.
    OFFER_TX_CODE_DESCRIPTION = own "A927209", "txCodeDescription has more than 300 characters";
    /// The response contains the offer with its codes.
    OFFER_FOUND = own "A927002", "the credential offer was looked up";
    /// A setting of the service.
    OFFER_INFO_DISABLED = own "A927210", "the service has verifiableCredentialsEnabled off";
    OFFER_IDENTIFIER_MISSING = own "A927211", "identifier is missing";
    OFFER_UNKNOWN = own "A927212", "the credential offer does not exist or has expired";
}
