//! Answers, from the cache or from Authlete.

use std::sync::Arc;
#[cfg(feature = "introspection-cache-redis")]
use std::time::Duration;
use std::time::SystemTime;

use tokio::time::{Instant, timeout};

use super::Cache;
use super::key::Key;
use super::lifetime::lifetime;
use super::memory::Kept;
#[cfg(feature = "introspection-cache-redis")]
use super::redis::Found;
use super::trace::looked_up;
#[cfg(feature = "introspection-cache-redis")]
use crate::operations;
use crate::settings::TIMEOUT;
use crate::types::{IntrospectionRequest, IntrospectionResponse};
use crate::{Authlete, Result};

impl Authlete {
    /// Checks an access token as [`introspection`](Self::introspection) does, and keeps the answer for a short time,
    /// for resource servers that ask again and again. Without an
    /// [`introspection_cache`](crate::AuthleteBuilder::introspection_cache) Authlete is asked each time.
    ///
    /// A cached answer is returned for the same request, with the same credentials, to the same service, whatever the
    /// handle adds by [`with_header`](Self::with_header):
    ///
    /// - With the action `OK` for at most [`max_age`](crate::IntrospectionCache::max_age), counted from before Authlete
    ///   was asked, and not after the token expires by this machine's clock, or the user's authentication is older than
    ///   `max_age` of the request.
    /// - With `UNAUTHORIZED` and `FORBIDDEN` for at most a second.
    ///
    /// Concurrent calls for the same request share one call to Authlete. If it fails, or its caller goes away, the others
    /// make their own; all within the timeout of the handle.
    ///
    /// Nothing is kept of errors, of other actions, of answers with a nonce (`dpopNonce`, `cnonce`), nor of requests with a
    /// DPoP proof (RFC 9449), with what belongs to an HTTP message signature (RFC 9421), or with members that this
    /// version of the crate does not know: these go to Authlete.
    ///
    /// # Revocation
    /// A call of this handle, or of one that shares its cache, that revokes or changes tokens removes their answers
    /// when it returns or is dropped, unless nothing can have changed. The documentation of such an operation says so, as
    /// that of [`revocation`](Self::revocation) does; among them are those that delete a service, delete or lock a client,
    /// or change what a user has authorized. When it names no token that was found good here, such as a refresh
    /// token, all answers are removed. From then on this cache returns no answer from before the call, even if Redis is
    /// down or refuses to delete. See `IntrospectionCache::redis` for the other instances.
    ///
    /// For up to [`max_age`](crate::IntrospectionCache::max_age) an answer can still be out of date:
    ///
    /// - after a revocation through another server or cache;
    /// - after a new token took the place of an old one;
    /// - after a call that timed out or was dropped, and that Authlete processed after that;
    /// - after Redis went back to a state from before the revocation, as in a failover.
    ///
    /// `response_headers` is `None`: they would be those of another call.
    ///
    /// # Errors
    /// Those of [`introspection`](Self::introspection). The cache has none of its own.
    pub async fn cached_introspection(
        &self,
        request: &IntrospectionRequest,
    ) -> Result<IntrospectionResponse> {
        let cache = self.settings().introspection_cache.as_deref();
        // Where nothing is kept, nobody is to wait for the answer of another.
        let cache = cache.filter(|cache| !cache.max_age.is_zero());
        let Some((cache, key)) = cache.and_then(|cache| Some((cache, Key::of(self, request)?)))
        else {
            looked_up("bypass");
            return Box::pin(self.ask(request)).await;
        };
        let answer = match cache.memory.answer(&key, Instant::now()) {
            Some(answer) => {
                looked_up("memory");
                answer
            }
            // In a box, for a hit not to carry it.
            None => Box::pin(cache.fill(self, request, &key)).await?,
        };
        Ok(Arc::unwrap_or_clone(answer))
    }

    async fn ask(&self, request: &IntrospectionRequest) -> Result<IntrospectionResponse> {
        let mut answer = self.introspection(request).await?;
        answer.response_headers = None;
        Ok(answer)
    }
}

impl Cache {
    /// Waits for who is asking Authlete already, or asks.
    async fn fill(
        &self,
        api: &Authlete,
        request: &IntrospectionRequest,
        key: &Key,
    ) -> Result<Arc<IntrospectionResponse>> {
        let begun = Instant::now();
        let slot = self.memory.slot(key, begun);
        let longest = api.settings().timeout.unwrap_or(TIMEOUT);
        #[cfg(feature = "introspection-cache-redis")]
        let left = || longest.saturating_sub(begun.elapsed());
        let turn = timeout(longest, slot.turn.lock()).await;
        if let Some(answer) = slot.answer(Instant::now()) {
            looked_up("memory");
            return Ok(answer);
        }
        if turn.is_err() || slot.is_filled() {
            // What others asked for does not come, or is for them alone. Nobody waits for this call in turn.
            drop(turn);
            looked_up("miss");
            return rest_of_time(api, begun).ask(request).await.map(Arc::new);
        }
        #[cfg(feature = "introspection-cache-redis")]
        let before = match self.load(api, key, left()).await {
            Some(Found::Answer(kept)) => {
                looked_up("redis");
                slot.fill(Some(kept.clone()));
                return Ok(kept.answer);
            }
            Some(Found::Nothing(before)) => Some(before),
            None => None,
        };
        looked_up("miss");
        let (asked, time) = (Instant::now(), SystemTime::now());
        let answer = rest_of_time(api, begun).ask(request).await.map(Arc::new);
        let kept = answer.as_ref().ok().and_then(|answer| {
            Some(Kept {
                answer: Arc::clone(answer),
                until: asked + lifetime(request, answer, self.max_age, time)?,
            })
        });
        slot.fill(kept.clone());
        drop(turn);
        #[cfg(feature = "introspection-cache-redis")]
        if let (Some(redis), Some(kept), Some(before)) = (&self.redis, kept, before) {
            redis.store(key, &kept, before, left()).await;
        }
        answer
    }

    #[cfg(feature = "introspection-cache-redis")]
    async fn load(&self, api: &Authlete, key: &Key, left: Duration) -> Option<Found> {
        let service = api.root(&operations::INTROSPECTION).ok()?.as_str();
        self.redis.as_ref()?.load(service, key, left).await
    }
}

/// The handle with what is left of the time of a call.
fn rest_of_time(api: &Authlete, begun: Instant) -> Authlete {
    match api.settings().timeout {
        Some(timeout) => api.with_timeout(timeout.saturating_sub(begun.elapsed())),
        None => api.clone(),
    }
}
