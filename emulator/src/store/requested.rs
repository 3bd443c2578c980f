//! What a client asks a user for.

use authlete::types::GrantType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clients::IdentifierKind;
use super::managed_grant::GrantManagement;

/// What a client asks a user for, by a request to the authorization endpoint, of the device flow, or of CIBA.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Requested {
    pub client_id: i64,
    pub client_named_by: IdentifierKind,
    /// The grant type of the tokens.
    pub grant_type: GrantType,
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
    /// In API form.
    pub authorization_details: Option<Box<Value>>,
    pub grant_management: Option<GrantManagement>,
}
