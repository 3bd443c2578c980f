//! The key binding of 3.0 API access tokens.

use serde::{Deserialize, Serialize};

/// The keys that an access token is bound to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenBinding {
    /// The thumbprint of the caller's DPoP key (RFC 9449 §6), `jkt`.
    pub dpop_key: Option<String>,
    /// The thumbprint of the caller's certificate (RFC 8705 §3.1), `x5t#S256`.
    pub certificate: Option<String>,
}

impl TokenBinding {
    /// This binding, with missing keys taken from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            dpop_key: self.dpop_key.or(other.dpop_key),
            certificate: self.certificate.or(other.certificate),
        }
    }
}
