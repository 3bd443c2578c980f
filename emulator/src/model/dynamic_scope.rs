//! Scopes with a variable part.

use serde::{Deserialize, Serialize};

/// A requested scope with a variable part, such as `payment:17`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DynamicScope {
    /// The scope of the service that has the pattern.
    pub name: String,
    pub value: String,
}
