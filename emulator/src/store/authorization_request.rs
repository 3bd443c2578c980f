//! Authorization requests, and the codes that come of them.

use authlete::types::{ResponseMode, ResponseType};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clients::NamedBy;
use super::credential_offer::Offered;
use super::grant::Grant;
use super::managed_grant::GrantManagement;
use super::tokens::RecordId;
use crate::json::Object;
use crate::model::{CodeChallenge, Parameters};

/// A request that a client pushed (RFC 9126), and that waits for the user's browser to refer to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PushedRequest {
    pub client_id: i64,
    /// What counts, from a request object or not; without what authenticated the client.
    pub parameters: Parameters,
    pub request_object: Option<RequestObject>,
}

/// What a request object said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestObject {
    /// The claims as they stood in it.
    pub payload: String,
    pub signed: bool,
}

/// An authorization request that waits for a decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: i64,
    #[serde(alias = "client_id_alias_used")]
    pub client_named_by: NamedBy,
    pub response_type: ResponseType,
    pub response_mode: ResponseMode,
    /// Where the response goes.
    pub redirect_uri: String,
    /// Whether the request named it, so that the token request must too.
    pub redirect_uri_requested: bool,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
    /// In the form of the API.
    pub authorization_details: Option<Box<Value>>,
    /// The `claims` parameter.
    pub claims: Option<Object>,
    pub challenge: Option<CodeChallenge>,
    /// The thumbprint of the key that the code is to be bound to (RFC 9449 §10).
    pub dpop_key: Option<String>,
    #[serde(default)]
    pub grant_management: Option<GrantManagement>,
    /// What the credential offer has that `issuer_state` refers to.
    #[serde(default)]
    pub offered: Option<Box<Offered>>,
    /// What the caller attached.
    pub context: Option<String>,
}

/// A decision that waits for the client to fetch its tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    pub grant: Grant,
    pub redirect_uri: String,
    pub redirect_uri_requested: bool,
    pub challenge: Option<CodeChallenge>,
    /// The DPoP key that the code is bound to (RFC 9449 §10).
    pub dpop_key: Option<String>,
    /// What it was exchanged for: a code works once, and who tries again ends that.
    pub used_for: Option<RecordId>,
}
