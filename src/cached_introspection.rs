//! Introspection with the handle's cache.

use std::sync::Arc;
use std::time::Duration;

use crate::introspection_cache::{CacheKey, record_lookup};
use crate::types::{IntrospectionRequest, IntrospectionResponse};
use crate::{Authlete, Result};

impl Authlete {
    /// Introspects an access token like [`introspection`](Self::introspection), and caches the response for a short time,
    /// for resource servers that check the same token repeatedly. Without an
    /// [`introspection_cache`](crate::AuthleteBuilder::introspection_cache) every call goes to Authlete.
    ///
    /// A cached response is returned for the same request, with the same credentials, to the same service, independent of
    /// headers added by [`with_header`](Self::with_header):
    ///
    /// - With the action `OK` for at most [`max_age`](crate::IntrospectionCache::max_age), counted from before the call to
    ///   Authlete, and only until the token expires by this machine's clock, or the user's authentication becomes older than
    ///   `max_age` of the request.
    /// - With `UNAUTHORIZED` and `FORBIDDEN` for at most a second.
    ///
    /// Concurrent calls for the same request share one call to Authlete. If it fails or is dropped, the others
    /// make their own call, within the timeout of the handle.
    ///
    /// Not cached are errors, other actions, responses with a nonce (`dpopNonce`, `cnonce`), and responses to requests with
    /// a DPoP proof (RFC 9449), with members for an HTTP message signature (RFC 9421), or with members that this version of
    /// the crate does not know.
    ///
    /// # Revocation
    /// When a call that revokes or changes tokens returns or is dropped, on this handle or on one that shares its cache,
    /// the cached responses for those tokens are removed, unless the call cannot have changed anything. The documentation of
    /// such operations says so, for example that of [`revocation`](Self::revocation); among them are those that delete a
    /// service, delete or lock a client, or change what a user has authorized. If the call does not name a token that this
    /// cache has seen as active, for example if it names a refresh token, all responses are removed. From then on this cache
    /// returns no response from before the call, even if Redis is down or rejects deletions. See
    /// `IntrospectionCache::redis` for the other instances.
    ///
    /// For up to [`max_age`](crate::IntrospectionCache::max_age) a response can still be out of date:
    ///
    /// - after a revocation through another server or cache;
    /// - after a new token replaced an old one;
    /// - after a call that timed out or was dropped, and that Authlete processed after that;
    /// - after Redis returned to a state from before the revocation, as in a failover.
    ///
    /// `response_headers` is `None`, because the headers would be those of another call.
    ///
    /// # Errors
    /// Those of [`introspection`](Self::introspection). The cache itself causes no errors.
    pub async fn cached_introspection(
        &self,
        request: &IntrospectionRequest,
    ) -> Result<IntrospectionResponse> {
        let cache = self.introspection_cache.as_deref();
        // If nothing is cached, no call may wait for another one.
        let cache = cache.filter(|cache| cache.is_enabled());
        let key = cache.and_then(|cache| Some((cache, CacheKey::of(&self.context, request)?)));
        let Some((cache, key)) = key else {
            record_lookup("bypass");
            return Box::pin(self.uncached_introspection(request, Duration::ZERO)).await;
        };
        let response = match cache.get(&key) {
            Some(response) => response,
            // Boxed to keep the future of a cache hit small.
            None => {
                let ask = |elapsed| self.uncached_introspection(request, elapsed);
                Box::pin(cache.fill(&self.context, request, &key, ask)).await?
            }
        };
        Ok(Arc::unwrap_or_clone(response))
    }

    /// Calls Authlete, with the timeout that remains after `elapsed`.
    async fn uncached_introspection(
        &self,
        request: &IntrospectionRequest,
        elapsed: Duration,
    ) -> Result<IntrospectionResponse> {
        let timeout = self.context.settings.timeout.filter(|_| !elapsed.is_zero());
        let mut response = match timeout {
            Some(timeout) => {
                let api = self.with_timeout(timeout.saturating_sub(elapsed));
                api.introspection(request).await?
            }
            None => self.introspection(request).await?,
        };
        response.response_headers = None;
        Ok(response)
    }
}
