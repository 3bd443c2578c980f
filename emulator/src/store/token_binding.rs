//! What access tokens of the 3.0 API are bound to.

use serde::{Deserialize, Serialize};

/// The keys without which an access token is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenBinding {
    /// The thumbprint of the caller's DPoP key (RFC 9449 §6), `jkt`.
    pub dpop_key: Option<String>,
    /// The thumbprint of the caller's certificate (RFC 8705 §3.1), `x5t#S256`.
    pub certificate: Option<String>,
}

impl TokenBinding {
    /// The same, with what it lacks from another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            dpop_key: self.dpop_key.or(other.dpop_key),
            certificate: self.certificate.or(other.certificate),
        }
    }
}
