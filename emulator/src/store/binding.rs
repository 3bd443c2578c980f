//! The keys that a token is bound to: a token of a client, or one of the API.

use serde::{Deserialize, Serialize};

/// The keys that a token is bound to. Whoever presents the token must have them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The thumbprint of the client's certificate (RFC 8705 §3.1), `x5t#S256`.
    pub certificate: Option<String>,
    /// The thumbprint of the DPoP key (RFC 9449 §6.1), `jkt`.
    pub dpop_key: Option<String>,
    /// The thumbprint of the client instance key, which a refresh token is bound to (OAuth 2.0 Attestation-Based Client
    /// Authentication).
    pub instance_key: Option<String>,
}

impl Binding {
    pub const NONE: Self = Self {
        certificate: None,
        dpop_key: None,
        instance_key: None,
    };

    /// This binding, with missing keys taken from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            certificate: self.certificate.or(other.certificate),
            dpop_key: self.dpop_key.or(other.dpop_key),
            instance_key: self.instance_key.or(other.instance_key),
        }
    }

    /// For a record: most tokens are bound to nothing, which takes no memory then.
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::NONE).then(|| Box::new(self))
    }
}
