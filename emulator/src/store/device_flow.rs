//! Device authorization requests (RFC 8628).

use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::requested::Requested;
use crate::model::DynamicScope;
use crate::model::Polling;

/// A device authorization request, stored until its device code is exchanged or expires.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceFlow {
    pub requested: Requested,
    /// The scopes with a variable part.
    pub dynamic_scopes: Vec<DynamicScope>,
    pub acrs: Option<Vec<String>>,
    pub polling: Polling,
    pub decision: Decision,
}
