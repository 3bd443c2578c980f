//! The answers that several instances share.
//!
//! An answer has a key of its own. It is believed only while the two generations under which Authlete was asked, that
//! of the service and that of the token, exist and are the same. A revocation deletes a generation, in one command,
//! and no answer from before is believed any more; not even one that an instance is about to store. A generation that
//! is lost in any other way makes answers useless, never wrong. The age of an answer is by the clock of Redis, which
//! is one for all instances, and however late a command arrives there.

mod connection;
mod deletions;
mod generation;
mod pending;
mod stored;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::{FromRedisValue, Pipeline, SetExpiry, SetOptions};
use tokio::time::Instant;

use self::connection::Connection;
pub(super) use self::deletions::Deletion;
use self::deletions::Deletions;
use self::generation::{Generations, complete, create_missing, extend, service_key, token_key};
use self::stored::{Stored, answer_key};
use super::cache_key::{CacheKey, TokenDigest};
use super::memory::CachedResponse;
use super::trace::{redis_failed, redis_recovered, redis_unavailable};
use crate::Secret;
use crate::config::ConfigError;
use crate::types::IntrospectionResponse;

/// How long one try may take: far more than Redis takes in the same data centre, connection included, and little for a
/// call to Authlete.
const TRY: Duration = Duration::from_millis(200);

/// Redis gets this part of the time that a call has left.
const PART: u32 = 4;

/// With less time, a call does not use Redis: a timeout would say nothing about it.
const LEAST: Duration = Duration::from_millis(5);

/// A Redis that hangs costs one call a second its timeout, and the others nothing.
const PAUSE: Duration = Duration::from_secs(1);

/// With the version of what is stored.
const PREFIX: &str = "authlete:introspection:2";

/// The generations and what is stored, and the time, in seconds and microseconds.
type Reply = (
    (Option<String>, Option<String>, Option<Vec<u8>>),
    (u64, u64),
);

/// What there is for a key.
pub(super) enum Found {
    Answer(CachedResponse),
    Nothing(Before),
}

/// How Redis stood before Authlete was asked.
pub(super) struct Before {
    /// The keys of the generations.
    keys: [String; 2],
    generations: Generations,
    /// By the clock of Redis, in milliseconds.
    time: u64,
    /// The same by the clock of this process, or a little later.
    read: Instant,
}

pub(super) struct Redis {
    connection: Arc<Connection>,
    deletions: Arc<Deletions>,
    max_age: Duration,
    /// When it may be asked again, after it failed.
    paused: Mutex<Option<Instant>>,
}

impl Redis {
    pub fn new(url: &Secret, max_age: Duration) -> Result<Self, ConfigError> {
        let connection = Arc::new(Connection::new(url)?);
        Ok(Self {
            deletions: Arc::new(Deletions::new(Arc::clone(&connection))),
            connection,
            max_age,
            paused: Mutex::default(),
        })
    }

    /// Looks for an answer, for a call that has so much time left; `None` when Redis does not say, or must not be
    /// believed.
    pub async fn load(&self, service: &str, key: &CacheKey, left: Duration) -> Option<Found> {
        let limit = limit(left)?;
        let keys = [service_key(service), token_key(&key.token)];
        if self.deletions.are_pending(&keys) || !self.may_try() {
            return None;
        }
        // Without a transaction: whatever comes in between is from before Authlete is asked. And where overflows panic,
        // `redis` 1.8 does so when a transaction is refused as a whole.
        let asked = Instant::now();
        let [of_service, of_token] = &keys;
        let commands = redis::pipe()
            .mget(&[of_service, of_token, &answer_key(key)])
            .cmd("TIME")
            .to_owned();
        let ((of_service, of_token, stored), (seconds, microseconds)): Reply =
            self.run(&commands, limit).await?;
        let time = seconds.saturating_mul(1000) + microseconds / 1000;
        let read = Instant::now();
        let mut found = [of_service, of_token];
        if found.iter().any(Option::is_none) {
            let commands = create_missing(&keys, &found, self.lifetime());
            let rest = limit.saturating_sub(asked.elapsed());
            (found,) = self.run(&commands, rest).await?;
        } else if let Some((left, answer)) = self.believed(stored, &found, time) {
            let until = asked + left;
            return Some(Found::Answer(CachedResponse {
                response: answer,
                until,
            }));
        }
        Some(Found::Nothing(Before {
            keys,
            generations: complete(found)?,
            time,
            read,
        }))
    }

    /// The answer in what is stored, and how long it is still good.
    fn believed(
        &self,
        stored: Option<Vec<u8>>,
        found: &generation::Found,
        now: u64,
    ) -> Option<(Duration, Arc<IntrospectionResponse>)> {
        let stored: Stored<IntrospectionResponse> = serde_json::from_slice(&stored?).ok()?;
        let of_answer = stored.generations.each_ref().map(Some);
        let is_current = of_answer == found.each_ref().map(Option::as_ref);
        let left = stored.left(self.max_age, now)?;
        is_current.then(|| (left, Arc::new(stored.answer)))
    }

    /// Stores an answer that Authlete gave since then, for a call that has so much time left.
    pub async fn store(
        &self,
        key: &CacheKey,
        kept: &CachedResponse,
        before: Before,
        left: Duration,
    ) {
        let Some(limit) = limit(left) else {
            return;
        };
        let lifetime = kept.until.saturating_duration_since(before.read);
        let rest = kept.until.saturating_duration_since(Instant::now());
        let stored = Stored {
            generations: before.generations,
            asked: before.time,
            lifetime: milliseconds(lifetime),
            answer: &*kept.response,
        };
        let Ok(json) = serde_json::to_vec(&stored) else {
            return;
        };
        let is_pending = self.deletions.are_pending(&before.keys);
        if milliseconds(rest) > 0 && !is_pending && self.may_try() {
            let options = SetOptions::default().with_expiration(SetExpiry::PX(milliseconds(rest)));
            let mut commands = redis::pipe();
            commands
                .set_options(answer_key(key), json, options)
                .ignore();
            extend(&mut commands, &before.keys, self.lifetime());
            let _: Option<()> = self.run(&commands, limit).await;
        }
    }

    /// Deletes the generations of tokens; the one of the service when there are none. From now on no answer from before
    /// is believed here, however long Redis takes.
    ///
    /// Also during a pause: Redis may be well again for those who look for the answers.
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

    /// Believes nothing that is in Redis now, when it is not known which of it is untrue.
    pub fn distrust(&self) {
        self.deletions.distrust(Instant::now() + self.max_age);
    }

    /// Runs commands; `None` when they fail or take too long.
    async fn run<T: FromRedisValue>(&self, commands: &Pipeline, limit: Duration) -> Option<T> {
        let outcome = self.connection.run(commands, limit).await;
        let mut paused = self.paused();
        match &outcome {
            Ok(_) if paused.take().is_some() => redis_recovered(),
            Ok(_) => {}
            Err(class) => {
                redis_failed(class);
                let until = Instant::now() + PAUSE;
                if paused.replace(until).is_none() {
                    redis_unavailable(class);
                }
            }
        }
        drop(paused);
        outcome.ok()
    }

    /// How long a generation lives, which is as long as any answer under it.
    fn lifetime(&self) -> Duration {
        self.max_age.max(Duration::from_millis(1))
    }

    /// Whether Redis is well, or it is time for one call to try it.
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

/// How long a call with so much time left may wait for Redis; `None` when that is too short.
fn limit(left: Duration) -> Option<Duration> {
    let limit = (left / PART).min(TRY);
    (limit >= LEAST).then_some(limit)
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_waits_for_redis_for_a_part_of_its_time_and_not_for_too_little() {
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
