//! The nonce of a service for DPoP proofs.

use serde::{Deserialize, Serialize};

use crate::clock::{Millis, after};
use crate::random;

/// What DPoP proofs have to contain (RFC 9449 §8): the same for all clients and, for its lifetime, as often as they like.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct DpopNonce {
    value: String,
    expires_at: Millis,
}

impl DpopNonce {
    /// The nonce of now: the last one or, when that has ended, a new one that lives for some seconds.
    pub fn current(&mut self, lifetime: i64, now: Millis) -> Result<&str, getrandom::Error> {
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
