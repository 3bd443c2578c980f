//! Batch creation of access tokens.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// The result of a finished batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenBatch {
    pub created_at: Millis,
    /// The number of access tokens created.
    pub tokens: usize,
    /// A result code and its reason, if the batch failed.
    pub failure: Option<(String, String)>,
}
