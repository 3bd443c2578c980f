//! CIBA requests (OpenID Connect Client-Initiated Backchannel Authentication Flow - Core 1.0).

use authlete::types::DeliveryMode;
use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::requested::Requested;
use crate::model::Polling;

/// A backchannel authentication request, stored until the client has its result.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackchannelRequest {
    pub requested: Requested,
    pub delivery_mode: DeliveryMode,
    pub client_notification_token: Option<String>,
    /// The lifetime that the client asked for, in seconds.
    pub requested_expiry: Option<i64>,
    /// The ID of the request, which notifications contain.
    pub auth_req_id: Option<String>,
    pub polling: Polling,
    pub decision: Decision,
}
