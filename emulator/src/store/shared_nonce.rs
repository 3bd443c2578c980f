//! A nonce that all clients of a service share.

use serde::{Deserialize, Serialize};

use crate::clock::{Millis, after};
use crate::random;

/// The nonce that DPoP proofs (RFC 9449 §8) or the key proofs of wallets (OpenID for Verifiable Credential Issuance 1.0
/// §7) must contain. All clients share it and can use it repeatedly until it expires.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SharedNonce {
    value: String,
    expires_at: Millis,
}

impl SharedNonce {
    /// The current nonce. An expired nonce is replaced by a new one with this lifetime, in seconds.
    pub fn current(&mut self, lifetime: i64, now: Millis) -> Result<&str, random::Error> {
        if self.expires_at <= now {
            self.value = random::token()?;
            self.expires_at = after(now, lifetime);
        }
        Ok(&self.value)
    }

    pub fn matches(&self, value: &str, now: Millis) -> bool {
        now < self.expires_at && random::constant_time_eq(value, &self.value)
    }
}
