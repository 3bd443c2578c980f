//! What became of a request that the user decides on elsewhere than at the client.

use serde::{Deserialize, Serialize};

use super::grant::Grant;
use crate::json::Object;
use crate::model::ErrorDetails;

/// The state of a request of the device flow or of CIBA.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum Decision {
    #[default]
    Pending,
    Granted(Box<Granted>),
    Refused(Refused),
}

/// What the tokens are made of when the client comes for them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Granted {
    pub grant: Grant,
    /// The lifetimes that the call chose, as it named them.
    pub lifetimes: Object,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refused {
    pub reason: RefusalReason,
    pub details: ErrorDetails,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalReason {
    AccessDenied,
    /// Nobody decided.
    TransactionFailed,
}
