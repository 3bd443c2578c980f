//! A response as it is stored.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::PREFIX;
use super::generation::Generations;
use crate::introspection_cache::cache_key::CacheKey;

pub(super) fn response_key(key: &CacheKey) -> String {
    let [token, inputs] = [key.token, key.inputs].map(|hash| BASE64_URL_SAFE_NO_PAD.encode(hash));
    format!("{PREFIX}:answer:{token}:{inputs}")
}

/// A response, as JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored<A> {
    /// The generations before the call to Authlete.
    pub generations: Generations,
    /// When the call began, by the clock of the store, in milliseconds.
    pub asked: u64,
    /// How long the response is valid from then on, in milliseconds.
    pub lifetime: u64,
    pub answer: A,
}

impl<A> Stored<A> {
    /// The remaining lifetime, if responses may not be older than `max_age`.
    pub fn left(&self, max_age: Duration, now: u64) -> Option<Duration> {
        // A response from the future was stored before the clock was set back.
        let age = Duration::from_millis(now.checked_sub(self.asked)?);
        let lifetime = Duration::from_millis(self.lifetime).min(max_age);
        lifetime.checked_sub(age).filter(|left| !left.is_zero())
    }
}
