//! Pending credential requests.

use serde::{Deserialize, Serialize};

use super::tokens::RecordId;
use crate::json::Object;

/// A valid credential request (OpenID for Verifiable Credential Issuance 1.0 §8.2). Its identifier is also the transaction
/// ID if the issuance is deferred.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialRequest {
    /// The record of its access token.
    pub token: RecordId,
    pub client_id: i64,
    pub format: String,
    pub configuration_id: String,
    /// Whether it names a credential configuration, and not a credential or a type.
    pub names_configuration: bool,
    /// Whether it names a format, as requests of 1.0-ID1 do.
    pub names_format: bool,
    pub credential_identifier: Option<String>,
    /// The public keys of the wallet, each for one credential. Without keys, one unbound credential is issued.
    pub binding_keys: Vec<Object>,
    /// The other members of the request.
    pub details: Object,
    pub encryption: Option<ResponseEncryption>,
    pub stage: Stage,
}

/// The stage of a credential request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Waits for the response of the credential endpoint.
    Requested,
    /// The wallet has the transaction ID.
    Deferred,
    /// The wallet has presented the transaction ID, and waits for the response of the deferred credential endpoint.
    Presented,
}

/// The encryption of the response (§10).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResponseEncryption {
    pub key: Object,
    pub alg: String,
    pub enc: String,
}
