//! Credential requests and the issuance of credentials.

use super::*;

/// The code for a key proof whose nonce is not valid.
pub fn credential_proof_nonce(operation: &str) -> ResultCode {
    match operation {
        "credential_batch_parse" => CREDENTIAL_PROOF_NONCE_IN_BATCH,
        _ => CREDENTIAL_PROOF_NONCE,
    }
}

result_codes! {
    CREDENTIAL_SINGLE_PARSE_OK = own "A928001", "the credential request was parsed successfully";
    /// A missing setting of the service.
    CREDENTIAL_ISSUER_MISSING = own "A928201", "credentialIssuerMetadata of the service has no credentialIssuer";
    CREDENTIAL_REQUEST_MISSING = own "A928202", "requestContent is missing";
    /// `verifiableCredentialsEnabled`.
    CREDENTIALS_DISABLED = own "A928203", "the service does not issue verifiable credentials";
    /// RFC 6750 §3.1.
    CREDENTIAL_TOKEN_MISSING = own "A928301", "the access token is missing";
    /// RFC 6750 §3.1.
    CREDENTIAL_TOKEN_UNKNOWN = own "A928302", "the access token does not exist";
    /// RFC 6750 §3.1.
    CREDENTIAL_TOKEN_EXPIRED = own "A928303", "the access token has expired";
    /// OID4VCI §8.3.1.1.
    CREDENTIAL_TOKEN_UNSUITABLE = own "A928304", "the access token is not valid for the issuance of credentials";
    /// OID4VCI §8.3.1.1.
    CREDENTIAL_NOT_GRANTED = own "A928305", "the access token is not valid for the requested credential";
    /// OID4VCI §8.2.
    CREDENTIAL_REQUEST_MALFORMED = own "A928306", "the credential request is not a JSON object";
    /// OID4VCI §10.
    CREDENTIAL_REQUEST_NOT_ENCRYPTED = own "A928307", "the credential request must be encrypted";
    /// OID4VCI §10.
    CREDENTIAL_REQUEST_UNDECRYPTABLE = own "A928308", "the credential request is not encrypted to a key of the credential issuer with a supported algorithm";
    /// OID4VCI §8.2.
    CREDENTIAL_REQUEST_UNIDENTIFIED = own "A928309", "the request must have exactly one of credential_configuration_id, credential_identifier and format";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_CONFIGURATION_UNKNOWN = own "A928310", "the credential configuration is unknown";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_IDENTIFIER_UNKNOWN = own "A928311", "the credential identifier is unknown";
    /// OID4VCI §8.2.
    CREDENTIAL_IDENTIFIER_EXPECTED = own "A928312", "the request must use one of the credential identifiers of the token response";
    /// OID4VCI, up to draft 14.
    CREDENTIAL_TYPE_UNSUPPORTED = own "A928313", "no credential configuration has the requested format and type";
    /// OID4VCI §8.2.
    RESPONSE_ENCRYPTION_MISSING = own "A928314", "the credential response must be encrypted, but credential_response_encryption is missing";
    /// OID4VCI §8.2.
    RESPONSE_ENCRYPTION_INVALID = own "A928315", "credential_response_encryption is not an object with a public jwk, its alg and an enc that the credential issuer supports";
    /// OID4VCI §8.2.
    RESPONSE_ENCRYPTION_EXPOSED = own "A928316", "credential_response_encryption is in a request that is not encrypted itself";
    /// OID4VCI §8.2.
    CREDENTIAL_PROOF_MISSING = own "A928317", "the credential needs a key proof";
    /// OID4VCI §8.2.
    CREDENTIAL_PROOFS_MALFORMED = own "A928318", "the key proofs must be a list of one proof type";
    /// OID4VCI §F.
    CREDENTIAL_PROOF_TYPE = own "A928319", "key proofs of this type are not supported";
    /// OID4VCI §12.2.4.
    CREDENTIAL_PROOFS_TOO_MANY = own "A928320", "there are more key proofs than the credential issuer accepts";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_MALFORMED = own "A928321", "the key proof is not a JWT of the type openid4vci-proof+jwt";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_ALGORITHM = own "A928322", "the algorithm of the key proof is not supported";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_KEY = own "A928323", "the key proof does not have exactly one readable public key";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_ATTESTATION = own "A928324", "the credential requires a key attestation, which authlete-emulator cannot verify";
    /// OID4VCI §F.4.
    CREDENTIAL_PROOF_SIGNATURE = own "A928325", "the signature of the key proof does not match its key";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_AUDIENCE = own "A928326", "the key proof is not for this credential issuer";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_ISSUER = own "A928327", "the key proof was issued by another client";
    /// OID4VCI §F.4.
    CREDENTIAL_PROOF_TIME = own "A928328", "the key proof is not valid at this time";
    /// OID4VCI §F.1.
    CREDENTIAL_PROOF_NONCE_MISSING = own "A928329", "the key proof lacks the c_nonce";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_PROOF_NONCE = published "A378319", "the c_nonce of the key proof is unknown or has expired";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_PROOF_NONCE_IN_BATCH = own "A928330", "the c_nonce of the key proof is unknown or has expired";
    /// OID4VCI §8.3.
    CREDENTIAL_PROOF_KEY_REPEATED = own "A928331", "two key proofs have the same key";

    CREDENTIAL_SINGLE_ISSUE_OK = own "A928002", "a credential was issued successfully";
    CREDENTIAL_SINGLE_ISSUE_DEFERRED = own "A928003", "a transaction ID was issued successfully";
    CREDENTIAL_ORDER_MISSING = own "A928204", "the order is missing";
    CREDENTIAL_ORDER_IDENTIFIER_MISSING = own "A928205", "the order has no requestIdentifier";
    CREDENTIAL_ORDER_UNKNOWN = own "A928206", "no pending credential request has this requestIdentifier";
    CREDENTIAL_ORDER_OF_OTHER_TOKEN = own "A928207", "the credential request came with another access token";
    CREDENTIAL_ORDER_REPEATED = own "A928208", "two orders are for the same credential request";
    CREDENTIAL_PAYLOAD_MALFORMED = own "A928209", "credentialPayload is not a JSON object";
    CREDENTIAL_PAYLOAD_UNFIT = own "A928210", "credentialPayload is not valid for the credential";
    /// Caller error, or incomplete settings of the service.
    CREDENTIAL_SIGNING_KEY = own "A928211", "credentialJwks of the service has no private key that can sign the credential";
    /// A configuration of the service has an unsupported format.
    CREDENTIAL_FORMAT_UNSUPPORTED = own "A928212", "authlete-emulator does not support credentials of this format";
    /// The configuration was removed after the request.
    CREDENTIAL_CONFIGURATION_GONE = own "A928213", "the service no longer has the credential configuration";
    /// The credential format does not support this key type.
    CREDENTIAL_BINDING_KEY_UNFIT = own "A928214", "the credential cannot be bound to a key of this type";
    /// OID4VCI §8.3.1.2.
    CREDENTIAL_DENIED = own "A928332", "the credential request was denied";
    /// The encryption worked when the request was parsed.
    CREDENTIAL_RESPONSE_NOT_ENCRYPTED = own "A928333", "the credential response cannot be encrypted";

    CREDENTIAL_BATCH_PARSE_OK = own "A928004", "the batch credential request was parsed successfully";
    /// OID4VCI, up to draft 13.
    CREDENTIAL_BATCH_EMPTY = own "A928334", "the batch credential request has no credential_requests";
    CREDENTIAL_BATCH_ISSUE_OK = own "A928005", "the credentials and transaction IDs were issued successfully";

    CREDENTIAL_DEFERRED_PARSE_OK = own "A928006", "the deferred credential request was parsed successfully";
    /// OID4VCI §9.1.
    CREDENTIAL_TRANSACTION_MISSING = own "A928335", "the deferred credential request has no transaction_id";
    /// OID4VCI §9.3.
    CREDENTIAL_TRANSACTION_UNKNOWN = own "A928336", "the transaction ID does not exist, has expired or was used";
    /// OID4VCI §9.1.
    CREDENTIAL_TRANSACTION_OF_OTHER_TOKEN = own "A928337", "the transaction ID came with another access token";
    CREDENTIAL_DEFERRED_ISSUE_OK = own "A928007", "a credential was issued successfully";
    /// The wallet has to wait longer.
    CREDENTIAL_DEFERRED_ISSUE_DEFERRED = own "A928008", "the issuance of the credential was deferred again";
    /// OID4VCI 1.0-ID1 §9.3.
    CREDENTIAL_DEFERRED_ISSUE_PENDING = own "A928338", "the credential is not ready yet";
}
