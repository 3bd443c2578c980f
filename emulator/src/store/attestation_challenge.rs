//! The challenges of a service for client attestations.

use serde::{Deserialize, Serialize};

use crate::clock::{Millis, after};
use crate::random;

/// What proofs of possession have to contain: the same for all clients for a time window. A challenge is good for one
/// window more, so that nobody gets one that is about to end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AttestationChallenges {
    current: Challenge,
    previous: Challenge,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Challenge {
    value: String,
    given_until: Millis,
}

impl AttestationChallenges {
    /// The challenge of now, for a window of some seconds.
    pub fn current(&mut self, window: i64, now: Millis) -> Result<&str, random::Error> {
        if self.current.given_until <= now {
            let next = Challenge {
                value: random::token()?,
                given_until: after(now, window),
            };
            self.previous = std::mem::replace(&mut self.current, next);
        }
        Ok(&self.current.value)
    }

    pub fn is(&self, value: &str, window: i64, now: Millis) -> bool {
        let challenges = [&self.current, &self.previous];
        challenges.into_iter().any(|challenge| {
            now < after(challenge.given_until, window) && random::same(value, &challenge.value)
        })
    }
}
