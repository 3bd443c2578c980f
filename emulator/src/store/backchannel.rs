//! CIBA requests (OpenID Connect Client-Initiated Backchannel Authentication Flow - Core 1.0).

use authlete::types::DeliveryMode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clients::IdentifierKind;
use super::decision::Decision;
use super::managed_grant::GrantManagement;
use crate::model::Polling;

/// A backchannel authentication request, stored until the client has its result.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackchannelRequest {
    pub client_id: i64,
    pub client_named_by: IdentifierKind,
    pub delivery_mode: DeliveryMode,
    pub client_notification_token: Option<String>,
    /// The lifetime that the client asked for, in seconds.
    pub requested_expiry: Option<i64>,
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
    pub authorization_details: Option<Box<Value>>,
    pub grant_management: Option<GrantManagement>,
    /// The ID of the request, which notifications contain.
    pub auth_req_id: Option<String>,
    pub polling: Polling,
    pub decision: Decision,
}
