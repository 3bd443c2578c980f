//! Device authorization requests (RFC 8628).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clients::IdentifierKind;
use super::decision::Decision;
use super::managed_grant::GrantManagement;
use crate::model::DynamicScope;
use crate::model::Polling;

/// A device authorization request, stored until its device code is exchanged or expires.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceFlow {
    pub client_id: i64,
    pub client_named_by: IdentifierKind,
    pub scopes: Vec<String>,
    /// The scopes with a variable part.
    pub dynamic_scopes: Vec<DynamicScope>,
    pub acrs: Option<Vec<String>>,
    pub resources: Vec<String>,
    pub authorization_details: Option<Box<Value>>,
    pub grant_management: Option<GrantManagement>,
    pub polling: Polling,
    pub decision: Decision,
}
