//! The answers that several instances share.
//!
//! An answer has a key of its own, and beside it the two marks that stood when Authlete was asked: one of the token, one
//! of the server. A revocation changes a mark, in one command, and no answer from before is good any more; not even
//! one that an instance is about to store. A mark lives as long as any answer from before it can: both by the clock of
//! Redis, which is one for all instances, and however late a command arrives there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, Pipeline, RedisError, RedisResult, SetExpiry,
};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};

use super::key::{Key, TokenDigest};
use super::memory::Kept;
use super::trace::redis_failed;
use crate::Secret;
use crate::config::ConfigError;
use crate::types::IntrospectionResponse;

/// Far more than Redis takes in the same data centre, connection included, and little for a call to Authlete.
const TIMEOUT: Duration = Duration::from_millis(200);

/// A Redis that hangs costs one call a second its timeout, and the others nothing.
const PAUSE: Duration = Duration::from_secs(1);

/// With the version of what is stored.
const PREFIX: &str = "authlete:introspection:1";

/// What marks the answers for a service, and those for a token, as they were before Authlete was asked.
pub(super) type Marks = [Option<String>; 2];

/// The marks and what is stored, and the time, in seconds and microseconds.
type Reply = (
    (Option<String>, Option<String>, Option<Vec<u8>>),
    (u64, u64),
);

/// What there is for a key.
pub(super) enum Found {
    Answer(Kept),
    Nothing(Before),
}

/// How Redis stood before Authlete was asked.
pub(super) struct Before {
    marks: Marks,
    /// By the clock of Redis, in milliseconds.
    time: u64,
    /// The same by the clock of this process, or a little later.
    read: Instant,
}

/// What is stored, as JSON.
#[derive(Serialize, Deserialize)]
struct Stored<A> {
    marks: Marks,
    /// From when the answer is, by the clock of Redis, in milliseconds.
    asked: u64,
    /// How long it is good from then on, in milliseconds.
    lifetime: u64,
    answer: A,
}

impl<A> Stored<A> {
    /// How long the answer is still good where none may be older than `max_age`.
    fn left(&self, max_age: Duration, now: u64) -> Option<Duration> {
        // An answer from the future is from before the clock was set back.
        let age = Duration::from_millis(now.checked_sub(self.asked)?);
        let lifetime = Duration::from_millis(self.lifetime).min(max_age);
        lifetime.checked_sub(age).filter(|left| !left.is_zero())
    }
}

pub(super) struct Redis {
    client: Client,
    max_age: Duration,
    connection: tokio::sync::Mutex<Option<MultiplexedConnection>>,
    /// When it may be tried again, after it failed.
    paused: Mutex<Option<Instant>>,
}

impl Redis {
    pub fn new(url: &Secret, max_age: Duration) -> Result<Self, ConfigError> {
        let client = Client::open(url.expose()).map_err(|_| {
            // Without the reason, which may show the password.
            ConfigError::client(
                "the URL of Redis is not redis://[user:password@]host[:port][/database], or is rediss:// and the crate \
                 redis has no feature of TLS",
            )
        })?;
        Ok(Self {
            client,
            max_age,
            connection: tokio::sync::Mutex::default(),
            paused: Mutex::default(),
        })
    }

    /// Looks for an answer; `None` when Redis does not say.
    pub async fn load(&self, service: &str, key: &Key) -> Option<Found> {
        if !self.may_try() {
            return None;
        }
        let keys = [
            service_mark(service),
            token_mark(&key.token),
            answer_key(key),
        ];
        // Without a transaction: whatever comes in between is from before Authlete is asked. And where overflows panic,
        // `redis` 1.8 does so when a transaction is refused as a whole.
        let asked = Instant::now();
        let commands = redis::pipe().mget(&keys).cmd("TIME").to_owned();
        let ((of_service, of_token, stored), (seconds, microseconds)): Reply =
            self.run(&commands).await?;
        let before = Before {
            marks: [of_service, of_token],
            time: seconds.saturating_mul(1000) + microseconds / 1000,
            read: Instant::now(),
        };
        let stored: Option<Stored<_>> = stored.and_then(|json| serde_json::from_slice(&json).ok());
        let good = stored
            .filter(|stored| stored.marks == before.marks)
            .and_then(|stored| Some((stored.left(self.max_age, before.time)?, stored.answer)));
        Some(match good {
            Some((left, answer)) => Found::Answer(Kept {
                answer: Arc::<IntrospectionResponse>::new(answer),
                until: asked + left,
            }),
            None => Found::Nothing(before),
        })
    }

    /// Stores an answer that Authlete gave since then.
    pub async fn store(&self, key: &Key, kept: &Kept, before: Before) {
        let lifetime = kept.until.saturating_duration_since(before.read);
        let left = kept.until.saturating_duration_since(Instant::now());
        let stored = Stored {
            marks: before.marks,
            asked: before.time,
            lifetime: milliseconds(lifetime),
            answer: &*kept.answer,
        };
        let Ok(json) = serde_json::to_vec(&stored) else {
            return;
        };
        if milliseconds(left) > 0 && self.may_try() {
            self.set(answer_key(key), json, left).await;
        }
    }

    /// Changes the marks of tokens; the one of the service when there are none.
    ///
    /// Also while Redis is left alone: it may be back for those who look for the answers.
    pub async fn evict(&self, service: &str, tokens: &[TokenDigest]) {
        let mut marks: Vec<String> = tokens.iter().map(token_mark).collect();
        if marks.is_empty() {
            marks.push(service_mark(service));
        }
        let lifetime = self.max_age.max(Duration::from_millis(1));
        for mark in marks {
            self.set(mark, fastrand::u64(..).to_string().into(), lifetime)
                .await;
        }
    }

    async fn set(&self, key: String, value: Vec<u8>, lifetime: Duration) {
        let options =
            redis::SetOptions::default().with_expiration(SetExpiry::PX(milliseconds(lifetime)));
        let commands = redis::pipe()
            .set_options(key, value, options)
            .ignore()
            .to_owned();
        let _: Option<()> = self.run(&commands).await;
    }

    /// Runs commands; `None` when they fail or take too long.
    async fn run<T: FromRedisValue>(&self, commands: &Pipeline) -> Option<T> {
        let result = timeout(TIMEOUT, async {
            commands.query_async(&mut self.connect().await?).await
        });
        match result.await {
            Ok(Ok(value)) => {
                *self.paused() = None;
                return Some(value);
            }
            Ok(Err(error)) => redis_failed(&class(error)),
            Err(_) => redis_failed("timeout"),
        }
        *self.paused() = Some(Instant::now() + PAUSE);
        // The next try is with a new connection. One that is being made is new.
        if let Ok(mut connection) = self.connection.try_lock() {
            *connection = None;
        }
        None
    }

    /// The connection that all share.
    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let mut connection = self.connection.lock().await;
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        let new = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        *connection = Some(new.clone());
        Ok(new)
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

/// What Redis calls the first of the errors, such as `READONLY`, or what the client calls it.
fn class(error: RedisError) -> String {
    let category = error.category().to_owned();
    let refusals = error.into_server_errors().unwrap_or_default();
    let refusal = refusals.first().map(|(_, refusal)| refusal.code());
    refusal.map_or(category, str::to_owned)
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

fn service_mark(service: &str) -> String {
    format!("{PREFIX}:mark:{service}")
}

fn token_mark(token: &TokenDigest) -> String {
    format!("{PREFIX}:mark:{}", BASE64_URL_SAFE_NO_PAD.encode(token))
}

fn answer_key(key: &Key) -> String {
    let [token, inputs] = [key.token, key.inputs].map(|hash| BASE64_URL_SAFE_NO_PAD.encode(hash));
    format!("{PREFIX}:answer:{token}:{inputs}")
}
