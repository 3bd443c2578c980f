//! The challenge of Proof Key for Code Exchange (RFC 7636).

use serde::{Deserialize, Serialize};

/// A code challenge by its method (RFC 7636 §4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeChallenge {
    /// The verifier itself.
    Plain(String),
    /// The SHA-256 digest of the verifier.
    S256(String),
}
