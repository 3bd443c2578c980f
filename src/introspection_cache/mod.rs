//! The cache of introspection responses.
//!
//! The cache belongs to the handle, because calls of the handle that revoke tokens must evict responses. Cached responses
//! are opt-in per call: an endpoint that must detect a revocation at once calls `introspection`, and others call
//! `cached_introspection`.

mod cache_key;
mod eviction;
pub mod introspection_store;
mod lifetime;
mod lookup;
mod memory;
#[cfg(feature = "introspection-cache-redis")]
mod redis;
mod shared;
mod trace;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use cache_key::CacheKey;
pub(crate) use eviction::{Eviction, TokenName, form_parameter};
pub(crate) use trace::record_lookup;

use crate::config::ConfigError;
use introspection_store::IntrospectionStore;
use memory::Memory;
use shared::SharedCache;

/// A page and its subresources check a token several times within seconds, and users rarely notice a delay of a revocation
/// that is this short.
const MAX_AGE: Duration = Duration::from_secs(10);

/// A revocation must take effect within a reasonable time.
const MAX_AGE_LIMIT: Duration = Duration::from_secs(60 * 60);

/// With about 2 KiB per token, about 20 MiB.
const MAX_TOKENS: usize = 10_000;

/// The cache for [`Authlete::cached_introspection`](crate::Authlete::cached_introspection), whose documentation describes
/// what is cached and for how long.
///
/// It is for resource servers, which check the same token repeatedly. [`introspection`](crate::Authlete::introspection)
/// still calls Authlete each time: use it where a revoked token must be rejected at once. Tokens are stored as SHA-256
/// hashes. Cache hits and misses are [`tracing` events](crate::guide::tracing#the-introspection-cache).
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
    Custom(Arc<dyn IntrospectionStore>),
}

impl IntrospectionCache {
    /// A cache in memory, with the defaults: 10 seconds, 10,000 tokens.
    pub fn new() -> Self {
        Self {
            max_age: MAX_AGE,
            max_tokens: MAX_TOKENS,
            shared: None,
        }
    }

    /// The maximum age of a cached response, and so how long a token that was revoked elsewhere may still be accepted.
    /// Default: 10 seconds. At most an hour: more counts as an hour. With zero, nothing is cached.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age.min(MAX_AGE_LIMIT);
        self
    }

    /// The approximate maximum number of tokens in memory; beyond that, the least used are evicted. Default: 10,000.
    ///
    /// A token with one typical response takes 2.2 KB. It can have up to eight responses: one for each set of scopes and
    /// other conditions against which it is checked.
    pub fn max_tokens(mut self, tokens: usize) -> Self {
        self.max_tokens = tokens;
        self
    }

    /// Shares responses with other instances of your server, through a single Redis server (Redis Cluster is not supported):
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` when you add the crate `redis`, version 1, to
    /// your dependencies with one of its TLS features, such as `tokio-rustls-comp`.
    ///
    /// ```
    /// let cache = authlete::IntrospectionCache::new().redis("redis://redis.internal:6379");
    /// ```
    ///
    /// A response that is not in memory is looked up in Redis before Authlete is called. All instances should use the same
    /// Redis, not a replica of it, and the same [`max_age`](Self::max_age).
    ///
    /// Redis never makes a call fail or exceed its timeout. Each operation is limited to 200 milliseconds and to a quarter
    /// of the remaining timeout; with less than 20 milliseconds left, a lookup skips Redis. If Redis is unavailable, calls
    /// go to Authlete; after a failure, lookups skip Redis for a second, with one event at `warn`.
    ///
    /// # Revocation
    /// After a call of this instance that revokes or changes tokens has returned, no instance finds the old responses in
    /// Redis any more. Responses in the memory of other instances remain valid there for up to [`max_age`](Self::max_age).
    ///
    /// If Redis is unreachable or rejects the deletion, the call tries once more on a new connection and then
    /// returns. This instance skips Redis for these tokens until a retry in the background, about once a second, succeeds,
    /// or the old responses have expired. This is reported by [events](crate::guide::tracing#the-introspection-cache) at
    /// `warn`. The retry needs a running Tokio runtime.
    ///
    /// So another instance can find an old response in Redis, for up to [`max_age`](Self::max_age) after the revocation,
    /// only if:
    ///
    /// - this instance cannot reach Redis and the other one can, or Redis is a read-only replica;
    /// - the process, or its runtime, ends before a retry succeeds;
    /// - Redis fails over to a replica that has not received the deletion, or is restored from a snapshot or an
    ///   append-only file from before it (this can also restore an old response for this instance);
    /// - the call came from a handle without a service, such as one of the organization that deletes a service;
    /// - revocations for more than 10,000 services wait for a retry.
    ///
    /// # Configuration of Redis
    /// Any eviction policy works, with or without persistence, even when memory is full: a response is valid only together
    /// with two other keys, and a revocation deletes one of these. A lost key costs a call to Authlete. The user needs the
    /// commands `MGET`, `SET`, `DEL`, `PEXPIRE` and `TIME`, and `SELECT` if the URL has a database.
    ///
    /// A revocation of a token that this instance has not cached discards all cached responses of the service. If the
    /// authorization server and the resource servers are separate instances, this applies to each revocation.
    ///
    /// The stored responses are JSON with Authlete's data about a token: the user's identifier, scopes, properties.
    /// Protect the Redis server like other user data. All keys begin with `authlete:introspection:`, and all expire
    /// within [`max_age`](Self::max_age).
    #[cfg(feature = "introspection-cache-redis")]
    pub fn redis(mut self, url: impl Into<crate::Secret>) -> Self {
        self.shared = Some(SharedStore::Redis(url.into()));
        self
    }

    /// Shares responses with other instances of your server through your own store, for example in
    /// another database than Redis: see [`IntrospectionStore`].
    ///
    /// It behaves like `redis` on failures and revocations: a store never makes a call fail or exceed
    /// its timeout, a revocation takes effect at once on this instance, and the deletion is retried until it succeeds.
    pub fn store(mut self, store: impl IntrospectionStore) -> Self {
        self.shared = Some(SharedStore::Custom(Arc::new(store)));
        self
    }

    pub(crate) fn build(self) -> Result<Arc<HandleCache>, ConfigError> {
        let store: Option<Arc<dyn IntrospectionStore>> = match self.shared {
            #[cfg(feature = "introspection-cache-redis")]
            Some(SharedStore::Redis(url)) => Some(Arc::new(redis::RedisStore::new(&url)?)),
            Some(SharedStore::Custom(store)) => Some(store),
            None => None,
        };
        Ok(Arc::new(HandleCache {
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

/// The cache of a handle and of the handles derived from it.
pub(crate) struct HandleCache {
    max_age: Duration,
    memory: Memory,
    shared: Option<SharedCache>,
}

/// Does not show cached data.
impl std::fmt::Debug for HandleCache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("HandleCache")
            .finish_non_exhaustive()
    }
}
