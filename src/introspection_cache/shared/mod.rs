//! The responses that several instances share in a store.
//!
//! A response has its own key. It is valid only while the two generations from before the call to Authlete, that of the
//! service and that of the token, are unchanged. A revocation deletes a generation, and so invalidates all responses
//! from before, even one that an instance is about to store. If a generation is lost in any other way, responses become
//! unusable, but never wrong. The age of a response is measured by the clock of the store, which all instances share.

mod deletions;
mod generation;
mod pending;
mod stored;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

pub(super) use self::deletions::Deletion;
use self::deletions::Deletions;
use self::generation::{Generations, complete, create, service_key, token_key};
use self::stored::{Stored, response_key};
use super::cache_key::{CacheKey, TokenDigest};
use super::introspection_store::{
    IntrospectionStore, StoreError, StoreFuture, StoreValues, StoreWrite,
};
use super::memory::CachedResponse;
use super::trace::{record_lookup, store_failed, store_recovered, store_unavailable};
use crate::types::IntrospectionResponse;

/// The timeout of a store operation: much longer than Redis takes in the same data centre, including the connection,
/// and short compared with a call to Authlete.
pub(super) const TIMEOUT: Duration = Duration::from_millis(200);

/// How long a store may exceed a timeout before its future is dropped.
const GRACE: Duration = Duration::from_millis(20);

/// A store operation may take this fraction (one quarter) of the remaining time of a call.
const TIME_DIVISOR: u32 = 4;

/// With less time, a call does not use the store, because a timeout would say nothing about the store.
const MIN_TIMEOUT: Duration = Duration::from_millis(5);

/// How long the store is skipped after a failure: a store that hangs delays only one call per second.
const PAUSE: Duration = Duration::from_secs(1);

/// The prefix of all keys, with the version of the format.
const PREFIX: &str = "authlete:introspection:2";

/// The result of a lookup.
pub(super) enum StoreLookup {
    Hit(CachedResponse),
    Miss(Snapshot),
}

/// The state of the store before the call to Authlete.
pub(super) struct Snapshot {
    /// The keys of the generations.
    keys: [String; 2],
    generations: Generations,
    /// By the clock of the store, in milliseconds.
    time: u64,
    /// The same time by the clock of this process, or slightly later.
    read: Instant,
}

/// The store, and the revocations of this instance that are not written to it yet.
pub(super) struct SharedCache {
    store: Arc<dyn IntrospectionStore>,
    deletions: Arc<Deletions>,
    max_age: Duration,
    /// When the store may be used again, after it failed.
    paused: Mutex<Option<Instant>>,
}

impl SharedCache {
    pub fn new(store: Arc<dyn IntrospectionStore>, max_age: Duration) -> Self {
        Self {
            deletions: Arc::new(Deletions::new(Arc::clone(&store))),
            store,
            max_age,
            paused: Mutex::default(),
        }
    }

    /// Looks up a response, for a call with this much time left; `None` when the store fails or must not be used.
    pub async fn load(&self, service: &str, key: &CacheKey, left: Duration) -> Option<StoreLookup> {
        let limit = limit(left)?;
        let keys = [service_key(service), token_key(&key.token)];
        if self.deletions.are_pending(&keys) || !self.may_try() {
            return None;
        }
        let asked = Instant::now();
        let [of_service, of_token] = keys.clone();
        let wanted = [of_service, of_token, response_key(key)];
        let StoreValues { values, time } = self.run(self.store.get(&wanted, limit), limit).await?;
        let [of_service, of_token, stored]: [_; 3] = values.try_into().ok()?;
        let time = milliseconds(time);
        let read = Instant::now();
        let generations = match complete([of_service, of_token]) {
            Some(generations) => {
                if let Some((left, response)) = self.valid(stored, &generations, time) {
                    let until = asked + left;
                    record_lookup(self.store.name());
                    return Some(StoreLookup::Hit(CachedResponse { response, until }));
                }
                generations
            }
            None => {
                let entries = create(&keys);
                let rest = limit.saturating_sub(asked.elapsed());
                let creation = self.store.get_or_insert(&entries, self.lifetime(), rest);
                let values: [_; 2] = self.run(creation, rest).await?.try_into().ok()?;
                complete(values)?
            }
        };
        Some(StoreLookup::Miss(Snapshot {
            keys,
            generations,
            time,
            read,
        }))
    }

    /// The stored response, if it is valid, and its remaining lifetime.
    fn valid(
        &self,
        stored: Option<Vec<u8>>,
        generations: &Generations,
        now: u64,
    ) -> Option<(Duration, Arc<IntrospectionResponse>)> {
        let stored: Stored<IntrospectionResponse> = serde_json::from_slice(&stored?).ok()?;
        let left = stored.left(self.max_age, now)?;
        (stored.generations == *generations).then(|| (left, Arc::new(stored.answer)))
    }

    /// Stores a response that Authlete returned after the snapshot, for a call with this much time left.
    pub async fn store(
        &self,
        key: &CacheKey,
        cached: &CachedResponse,
        before: Snapshot,
        left: Duration,
    ) {
        let Some(limit) = limit(left) else {
            return;
        };
        let lifetime = cached.until.saturating_duration_since(before.read);
        let rest = cached.until.saturating_duration_since(Instant::now());
        let stored = Stored {
            generations: before.generations,
            asked: before.time,
            lifetime: milliseconds(lifetime),
            answer: &*cached.response,
        };
        let Ok(json) = serde_json::to_vec(&stored) else {
            return;
        };
        let is_pending = self.deletions.are_pending(&before.keys);
        if milliseconds(rest) > 0 && !is_pending && self.may_try() {
            let write = StoreWrite {
                key: &response_key(key),
                value: &json,
                time_to_live: rest,
                // A deleted generation must stay deleted.
                extended: &before.keys,
                extended_time_to_live: self.lifetime(),
            };
            self.run(self.store.set(write, limit), limit).await;
        }
    }

    /// Deletes the generations of tokens, or that of the service if there are no tokens. From now on this instance ignores
    /// the responses from before, even if the store has not deleted them yet.
    ///
    /// It also tries during a pause: the store may be available to other instances.
    pub fn evict(
        &self,
        service: &str,
        tokens: &[TokenDigest],
        operation: &'static str,
    ) -> Deletion {
        let service = service_key(service);
        let mut keys: Vec<String> = tokens.iter().map(token_key).collect();
        if keys.is_empty() {
            keys.push(service.clone());
        }
        let until = Instant::now() + self.max_age;
        self.deletions.add(keys, &service, operation, until)
    }

    /// Ignores all existing responses in the store, when it is unknown which of them are outdated.
    pub fn ignore_existing(&self) {
        self.deletions
            .ignore_existing(Instant::now() + self.max_age);
    }

    /// Runs an operation of the store; `None` when it fails or takes too long.
    async fn run<T>(&self, operation: StoreFuture<'_, T>, limit: Duration) -> Option<T> {
        let outcome = within(limit, operation).await;
        let mut paused = self.paused();
        match &outcome {
            Ok(_) if paused.take().is_some() => store_recovered(),
            Ok(_) => {}
            Err(error) => {
                store_failed(error.class());
                let until = Instant::now() + PAUSE;
                if paused.replace(until).is_none() {
                    store_unavailable(error.class());
                }
            }
        }
        drop(paused);
        outcome.ok()
    }

    /// The lifetime of a generation, which is that of the longest-lived response under it.
    fn lifetime(&self) -> Duration {
        self.max_age.max(Duration::from_millis(1))
    }

    /// Whether the store may be used: it works, or this call is the one to try it again.
    fn may_try(&self) -> bool {
        let now = Instant::now();
        let mut paused = self.paused();
        match *paused {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                *paused = Some(now + PAUSE);
                true
            }
        }
    }

    fn paused(&self) -> MutexGuard<'_, Option<Instant>> {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs an operation with a timeout. The store should enforce the limit itself.
async fn within<T>(limit: Duration, operation: StoreFuture<'_, T>) -> Result<T, StoreError> {
    match timeout(limit + GRACE, operation).await {
        Ok(outcome) => outcome,
        Err(_) => Err(StoreError::new("timeout")),
    }
}

/// The timeout of a store operation for a call with this much time left; `None` when that is too short.
fn limit(left: Duration) -> Option<Duration> {
    let limit = (left / TIME_DIVISOR).min(TIMEOUT);
    (limit >= MIN_TIMEOUT).then_some(limit)
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_timeout_is_a_fraction_of_the_remaining_time_with_a_minimum() {
        for (left, expected) in [
            (30_000, Some(200)),
            (800, Some(200)),
            (400, Some(100)),
            (20, Some(5)),
            (19, None),
            (0, None),
        ] {
            let expected = expected.map(Duration::from_millis);
            assert_eq!(limit(Duration::from_millis(left)), expected, "{left}");
        }
    }
}
