//! A nonce of a service that all its clients share.

use serde::{Deserialize, Serialize};

use crate::clock::{Millis, after};
use crate::random;

/// What DPoP proofs (RFC 9449 §8) or the key proofs of wallets (OpenID for Verifiable Credential Issuance 1.0 §7) have to
/// contain: the same for all clients and, for its lifetime, as often as they like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SharedNonce {
    value: String,
    expires_at: Millis,
}

impl SharedNonce {
    /// The nonce of now: the last one or, when that has ended, a new one that lives for some seconds.
    pub fn current(&mut self, lifetime: i64, now: Millis) -> Result<&str, random::Error> {
        if self.expires_at <= now {
            self.value = random::token()?;
            self.expires_at = after(now, lifetime);
        }
        Ok(&self.value)
    }

    pub fn is(&self, value: &str, now: Millis) -> bool {
        now < self.expires_at && random::same(value, &self.value)
    }
}
