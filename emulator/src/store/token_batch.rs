//! What became of many tokens in one call.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// A batch that has ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenBatch {
    pub created_at: Millis,
    /// How many access tokens it made.
    pub tokens: usize,
    /// A result code and its reason.
    pub failure: Option<(String, String)>,
}
