//! The used DPoP proofs of API callers.

use std::sync::{Arc, Mutex, PoisonError};

use super::expiring::Expiring;
use crate::clock::Millis;
use crate::digest::Digest;

/// The used DPoP proofs of callers, which all copies of the store share: an access check changes nothing else, and must not wait
/// for other calls. Not persisted, so after a restart a proof can be used again for a few minutes.
#[derive(Debug, Clone, Default)]
pub struct UsedProofs(Arc<Mutex<Expiring<()>>>);

impl UsedProofs {
    /// Records the use of a proof until it expires. Returns whether this was the first use.
    pub fn use_once(&self, id: Digest, until: Millis, now: Millis) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.use_once(id, until, now)
    }
}
