//! Decisions of users outside of the client's device: in the device flow and in CIBA.

use serde::{Deserialize, Serialize};

use super::grant::Grant;
use crate::json::Object;
use crate::model::ErrorDetails;

/// The decision on a request of the device flow or of CIBA.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub enum Decision {
    #[default]
    Pending,
    Granted(Box<Granted>),
    Refused(Denial),
}

/// The data for the tokens, which are issued when the client requests them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Granted {
    pub grant: Grant,
    /// The token lifetimes in the API call, under their names there.
    pub lifetimes: Object,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Denial {
    pub reason: DenialReason,
    pub details: ErrorDetails,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DenialReason {
    AccessDenied,
    /// The user did not decide.
    TransactionFailed,
}
