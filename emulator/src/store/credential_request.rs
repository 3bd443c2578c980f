//! Requests for credentials, from the time that they are read until they are answered.

use serde::{Deserialize, Serialize};

use super::tokens::RecordId;
use crate::json::Object;

/// A request that is in order (OpenID for Verifiable Credential Issuance 1.0 §8.2). Its identifier is the transaction ID,
/// too, once the issuance is deferred.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CredentialRequest {
    /// The record of the access token that it came with.
    pub token: RecordId,
    pub client_id: i64,
    pub format: String,
    pub configuration_id: String,
    /// Whether it names the configuration itself, and not a credential or a type.
    pub names_configuration: bool,
    /// Whether it names the format, as requests of 1.0-ID1 do.
    #[serde(default)]
    pub names_format: bool,
    pub credential_identifier: Option<String>,
    /// The public keys that the wallet has, a credential for each; without any, one credential for anybody.
    pub binding_keys: Vec<Object>,
    /// What else it says.
    pub details: Object,
    pub encryption: Option<ResponseEncryption>,
    pub stage: Stage,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It waits for the answer of the credential endpoint.
    Requested,
    /// The wallet has the transaction ID.
    Deferred,
    /// The wallet came back with the transaction ID, and waits for the answer of the deferred credential endpoint.
    Presented,
}

/// How the answer is encrypted (§10).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResponseEncryption {
    pub key: Object,
    pub alg: String,
    pub enc: String,
}
