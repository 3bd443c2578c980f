//! Credential requests, and the credentials that answer them.

result_codes! {
    /// The request is in order.
    CREDENTIAL_SINGLE_PARSE_OK = "A374001", "the credential request was parsed successfully";
    /// The service lacks the setting.
    CREDENTIAL_ISSUER_MISSING = "A374201", "credentialIssuerMetadata of the service has no credentialIssuer";
    /// The caller's fault.
    CREDENTIAL_REQUEST_MISSING = "A374202", "requestContent is missing";
    /// `verifiableCredentialsEnabled`.
    CREDENTIALS_DISABLED = "A374203", "the service does not issue verifiable credentials";
    /// RFC 6750 §3.1.
    CREDENTIAL_TOKEN_MISSING = "A374301", "the access token is missing";
    /// RFC 6750 §3.1.
    CREDENTIAL_TOKEN_UNKNOWN = "A374302", "the access token does not exist";
    /// RFC 6750 §3.1.
    CREDENTIAL_TOKEN_EXPIRED = "A374303", "the access token has expired";
    /// OID4VCI §8.3.1.1.
    CREDENTIAL_TOKEN_FOR_NONE = "A374304", "the access token is not for the issuance of credentials";
    /// OID4VCI §8.3.1.1.
    CREDENTIAL_NOT_GRANTED = "A374305", "the access token is not for the requested credential";
    /// OID4VCI §8.2.
    CREDENTIAL_REQUEST_MALFORMED = "A374306", "the credential request is not a JSON object";
    /// OID4VCI §10.
    CREDENTIAL_REQUEST_NOT_ENCRYPTED = "A374307", "the credential request has to be encrypted";
    /// OID4VCI §10.
    CREDENTIAL_REQUEST_UNDECRYPTABLE = "A374308", "the credential request is not encrypted to a key of the credential issuer, or not as it supports";
    /// OID4VCI §8.2.
    CREDENTIAL_REQUEST_UNIDENTIFIED = "A374309", "the request names not exactly one of credential_configuration_id, credential_identifier and format";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_CONFIGURATION_UNKNOWN = "A374310", "the credential configuration is unknown";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_IDENTIFIER_UNKNOWN = "A374311", "the credential identifier is unknown";
    /// OID4VCI §8.2.
    CREDENTIAL_IDENTIFIER_EXPECTED = "A374312", "the token response offered credential identifiers, one of which has to be used";
    /// OID4VCI, up to draft 14.
    CREDENTIAL_TYPE_UNSUPPORTED = "A374313", "no credential configuration has the requested format and type";
    /// OID4VCI §8.2.
    RESPONSE_ENCRYPTION_MISSING = "A374314", "the credential response has to be encrypted, and the request does not say how";
    /// OID4VCI §8.2.
    RESPONSE_ENCRYPTION_INVALID = "A374315", "credential_response_encryption is not an object with a public jwk, its alg and an enc that the credential issuer supports";
    /// OID4VCI §8.2.
    RESPONSE_ENCRYPTION_EXPOSED = "A374316", "credential_response_encryption is in a request that is not encrypted itself";
    /// OID4VCI §8.2.
    CREDENTIAL_PROOF_MISSING = "A374317", "the credential needs a key proof";
    /// OID4VCI §8.2.
    CREDENTIAL_PROOFS_MALFORMED = "A374318", "the key proofs are not of one type in a list";
    /// OID4VCI §F.
    CREDENTIAL_PROOF_TYPE = "A374319", "key proofs of this type are not supported";
    /// OID4VCI §12.2.4.
    CREDENTIAL_PROOFS_TOO_MANY = "A374320", "there are more key proofs than the credential issuer takes";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_MALFORMED = "A374321", "the key proof is not a JWT of the type openid4vci-proof+jwt";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_ALGORITHM = "A374322", "the algorithm of the key proof is not supported";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_KEY = "A374323", "the key proof has not exactly one public key that can be read";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_ATTESTATION = "A374324", "the key attestation that the credential needs cannot be verified here";
    /// OID4VCI §F.4.
    CREDENTIAL_PROOF_SIGNATURE = "A374325", "the signature of the key proof is not by its key";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_AUDIENCE = "A374326", "the key proof is not for this credential issuer";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_ISSUER = "A374327", "the key proof is by another client";
    /// OID4VCI §F.4.
    CREDENTIAL_PROOF_TIME = "A374328", "the key proof is not of now";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_NONCE_MISSING = "A374329", "the key proof lacks the c_nonce";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_PROOF_NONCE = "A374330", "the c_nonce of the key proof is unknown or has expired";
    /// OID4VCI §8.3.
    CREDENTIAL_PROOF_KEY_REPEATED = "A374331", "two key proofs are of the same key";

    /// The credentials are made.
    CREDENTIAL_SINGLE_ISSUE_OK = "A383001", "a credential was issued successfully";
    /// There is a transaction ID.
    CREDENTIAL_SINGLE_ISSUE_DEFERRED = "A383002", "a transaction ID was issued successfully";
    /// The caller's fault.
    CREDENTIAL_ORDER_MISSING = "A383201", "the order is missing";
    /// The caller's fault.
    CREDENTIAL_ORDER_IDENTIFIER_MISSING = "A383202", "the order has no requestIdentifier";
    /// The caller's fault.
    CREDENTIAL_ORDER_UNKNOWN = "A383203", "no credential request that waits for this answer has the requestIdentifier";
    /// The caller's fault.
    CREDENTIAL_ORDER_OF_OTHER_TOKEN = "A383204", "the credential request came with another access token";
    /// The caller's fault.
    CREDENTIAL_ORDER_REPEATED = "A383205", "two orders are for the same credential request";
    /// The caller's fault.
    CREDENTIAL_PAYLOAD_MALFORMED = "A383206", "credentialPayload is not a JSON object";
    /// The caller's fault.
    CREDENTIAL_PAYLOAD_UNFIT = "A383207", "credentialPayload does not fit the credential";
    /// The caller's or the service's fault.
    CREDENTIAL_SIGNING_KEY = "A383208", "credentialJwks of the service has no private key that can sign the credential";
    /// The service has a configuration of such a format.
    CREDENTIAL_FORMAT_UNSUPPORTED = "A383209", "credentials of this format cannot be made here";
    /// The service no longer has it.
    CREDENTIAL_CONFIGURATION_GONE = "A383210", "the service no longer has the credential configuration";
    /// The service has such a configuration.
    CREDENTIAL_BINDING_KEY_UNFIT = "A383211", "the credential cannot be bound to a key of this type";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_DENIED = "A383301", "the credential request was denied";
    /// It was possible when the request was read.
    CREDENTIAL_RESPONSE_NOT_ENCRYPTED = "A383302", "the credential response cannot be encrypted";

    /// All the requests are in order.
    CREDENTIAL_BATCH_PARSE_OK = "A392001", "the batch credential request was parsed successfully";
    /// OID4VCI, up to draft 13.
    CREDENTIAL_BATCH_EMPTY = "A392301", "the batch credential request has no credential_requests";
    /// The answers are made.
    CREDENTIAL_BATCH_ISSUE_OK = "A395001", "the credentials and transaction IDs were issued successfully";

    /// The transaction ID is good.
    CREDENTIAL_DEFERRED_PARSE_OK = "A386001", "the deferred credential request was parsed successfully";
    /// OID4VCI §9.1.
    CREDENTIAL_TRANSACTION_MISSING = "A386301", "the deferred credential request has no transaction_id";
    /// OID4VCI §9.3.
    CREDENTIAL_TRANSACTION_UNKNOWN = "A386302", "the transaction ID does not exist, has expired or was used";
    /// OID4VCI §9.1.
    CREDENTIAL_TRANSACTION_OF_OTHER_TOKEN = "A386303", "the transaction ID came with another access token";
    /// The credentials are made.
    CREDENTIAL_DEFERRED_ISSUE_OK = "A389001", "a credential was issued successfully";
    /// There is more to wait.
    CREDENTIAL_DEFERRED_ISSUE_DEFERRED = "A389002", "the issuance of the credential was deferred again";
}
