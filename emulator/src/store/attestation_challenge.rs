//! The challenges of a service for client attestations.

use serde::{Deserialize, Serialize};

use crate::clock::{Millis, after};
use crate::random;

/// The challenges that proofs of possession must contain. All clients get the same challenge during a time window. It
/// stays valid for one more window, so that no client gets a challenge that is about to expire.
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
    /// The current challenge, with a window in seconds.
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

    pub fn matches(&self, value: &str, window: i64, now: Millis) -> bool {
        let challenges = [&self.current, &self.previous];
        challenges.into_iter().any(|challenge| {
            now < after(challenge.given_until, window)
                && random::constant_time_eq(value, &challenge.value)
        })
    }
}
