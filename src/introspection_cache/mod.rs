//! Answers of introspection, kept for a short time.
//!
//! The cache belongs to the handle, because what revokes a token goes through the handle too, and must be seen. Its
//! answers are for those who ask for them by a method of its own: an endpoint that must know at once when a token is
//! revoked calls `introspection`, beside others that need not.

mod cache_key;
mod eviction;
mod lifetime;
mod lookup;
mod memory;
#[cfg(feature = "introspection-cache-redis")]
mod redis;
mod shared;
mod store;
mod trace;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use cache_key::CacheKey;
pub(crate) use eviction::{Eviction, TokenName, form_parameter};
pub(crate) use trace::record_lookup;

use crate::config::ConfigError;
use memory::Memory;
use shared::SharedCache;
pub use store::{IntrospectionStore, StoreError, StoreFuture, StoreValues, StoreWrite};

/// A page and what it loads ask several times within seconds, and a revocation shows within the time that people take
/// to notice.
const MAX_AGE: Duration = Duration::from_secs(10);

/// A revoked token that is still good an hour later was hardly revoked.
const MAX_AGE_LIMIT: Duration = Duration::from_secs(60 * 60);

/// With some 2 KiB for each token, what a server has to spare.
const MAX_TOKENS: usize = 10_000;

/// The cache of [`Authlete::cached_introspection`](crate::Authlete::cached_introspection), which says what is kept
/// and for how long.
///
/// It is for resource servers, which ask for the same token again and again. [`introspection`](crate::Authlete::introspection)
/// still asks Authlete each time: call it where a revoked token must be refused at once. Tokens are kept as SHA-256.
/// How often the cache is of use is [told to `tracing`](crate::guide::tracing#the-introspection-cache).
///
/// ```
/// use std::time::Duration;
/// use authlete::types::{IntrospectionAction, IntrospectionRequest};
/// use authlete::{Authlete, Config, IntrospectionCache};
///
/// # async fn example(config: Config) -> authlete::Result<()> {
/// let api = Authlete::builder(config)
///     .introspection_cache(IntrospectionCache::new().max_age(Duration::from_secs(5)))
///     .build()?;
///
/// let request = IntrospectionRequest::new("the client's access token").scopes(["read"]);
/// let answer = api.cached_introspection(&request).await?;
/// if answer.action == IntrospectionAction::Ok {
///     println!("{:?}", answer.subject);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "give it to AuthleteBuilder::introspection_cache"]
pub struct IntrospectionCache {
    max_age: Duration,
    max_tokens: usize,
    shared: Option<SharedStore>,
}

/// Where instances share responses.
#[derive(Clone)]
enum SharedStore {
    /// By its URL, which may have a password.
    #[cfg(feature = "introspection-cache-redis")]
    Redis(crate::Secret),
    Own(Arc<dyn IntrospectionStore>),
}

impl IntrospectionCache {
    /// A cache in the process, with the defaults: 10 seconds, 10,000 tokens.
    pub fn new() -> Self {
        Self {
            max_age: MAX_AGE,
            max_tokens: MAX_TOKENS,
            shared: None,
        }
    }

    /// How old an answer may become, and so how long a token that was revoked elsewhere may still be taken for good.
    /// Default: 10 seconds. At most an hour: more counts as an hour. With zero nothing is kept.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age.min(MAX_AGE_LIMIT);
        self
    }

    /// About how many tokens have answers in the process; beyond that, the least used are evicted. Default: 10,000.
    ///
    /// A token with one usual answer takes 2.2 KB. It has up to eight: one for each set of scopes and other conditions
    /// that it is checked against.
    pub fn max_tokens(mut self, tokens: usize) -> Self {
        self.max_tokens = tokens;
        self
    }

    /// Shares the answers with other instances of your server, through a single Redis server (Redis Cluster is not supported):
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` when you add the crate `redis`, version 1, to
    /// your dependencies with one of its TLS features, such as `tokio-rustls-comp`.
    ///
    /// ```
    /// let cache = authlete::IntrospectionCache::new().redis("redis://redis.internal:6379");
    /// ```
    ///
    /// What is not in the process is looked up there before Authlete is asked. All instances should use the same Redis,
    /// not a replica of it, and the same [`max_age`](Self::max_age).
    ///
    /// Redis never makes a call fail or exceed its timeout. Each operation is limited to 200 milliseconds and to a quarter
    /// of what is left of the timeout; with less than 20 milliseconds left a lookup skips Redis. Without Redis, Authlete
    /// is asked; after a failure, lookups skip Redis for a second, and an event at `warn` says so once.
    ///
    /// # Revocation
    /// When a call of this instance that revokes or changes tokens returns, no instance finds the old answers in Redis
    /// any more. Answers in the memory of another instance stay good there for up to [`max_age`](Self::max_age).
    ///
    /// If Redis cannot be reached or refuses to delete, the call tries once more on a fresh connection and then
    /// returns. This instance skips Redis for these tokens until a retry in the background succeeds, about once a
    /// second, or the old answers have expired. [Events](crate::guide::tracing#the-introspection-cache) at `warn` say
    /// so. The retry needs a running Tokio runtime.
    ///
    /// So another instance can find an old answer in Redis, for up to [`max_age`](Self::max_age) after the revocation,
    /// only when:
    ///
    /// - this instance cannot reach Redis and the other one can, or Redis is a read-only replica;
    /// - the process, or its runtime, ends before a retry succeeds;
    /// - Redis fails over to a replica that has not received the deletion, or is restored from a snapshot or an
    ///   append-only file from before it (this can also bring an old answer back for this instance);
    /// - the call came from a handle without a service, such as one of the organization that deletes a service;
    /// - revocations for more than 10,000 services wait for a retry.
    ///
    /// # Configuration of Redis
    /// Any eviction policy works, with or without persistence, even when memory is full: answers count only together with
    /// two other keys, and a revocation deletes one of these. A key that is lost costs a call to Authlete. The user
    /// needs the commands `MGET`, `SET`, `DEL`, `PEXPIRE` and `TIME`, and `SELECT` when the URL names a database.
    ///
    /// A revocation of a token that this instance has not cached discards all cached answers of the service: where the
    /// authorization server is apart from the resource servers, each revocation does.
    ///
    /// The answers there are JSON with what Authlete has_active of a token: the user's identifier, scopes, properties.
    /// Protect that Redis like your other data of users. All keys begin with `authlete:introspection:`, and all expire by
    /// themselves within [`max_age`](Self::max_age).
    #[cfg(feature = "introspection-cache-redis")]
    pub fn redis(mut self, url: impl Into<crate::Secret>) -> Self {
        self.shared = Some(SharedStore::Redis(url.into()));
        self
    }

    /// Shares the responses with other instances of your server through a store of your own, for example in
    /// another database than Redis: see [`IntrospectionStore`].
    ///
    /// What `redis` says about failures and revocations holds for it as well: a store never makes a call fail or exceed
    /// its timeout, a revocation counts at once on this instance, and the deletion is retried until the store has it.
    pub fn store(mut self, store: impl IntrospectionStore) -> Self {
        self.shared = Some(SharedStore::Own(Arc::new(store)));
        self
    }

    pub(crate) fn build(self) -> Result<Arc<Cache>, ConfigError> {
        let store: Option<Arc<dyn IntrospectionStore>> = match self.shared {
            #[cfg(feature = "introspection-cache-redis")]
            Some(SharedStore::Redis(url)) => Some(Arc::new(redis::RedisStore::new(&url)?)),
            Some(SharedStore::Own(store)) => Some(store),
            None => None,
        };
        Ok(Arc::new(Cache {
            max_age: self.max_age,
            memory: Memory::new(self.max_tokens),
            shared: store.map(|store| SharedCache::new(store, self.max_age)),
        }))
    }
}

impl Default for IntrospectionCache {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for IntrospectionCache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("IntrospectionCache")
            .field("max_age", &self.max_age)
            .field("max_tokens", &self.max_tokens)
            .finish_non_exhaustive()
    }
}

/// The cache of a handle and of those that come from it.
pub(crate) struct Cache {
    max_age: Duration,
    memory: Memory,
    shared: Option<SharedCache>,
}

/// Shows nothing of what is kept.
impl std::fmt::Debug for Cache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cache").finish_non_exhaustive()
    }
}
