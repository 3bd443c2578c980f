//! Introspection with the cache of the handle.

use std::sync::Arc;
use std::time::Duration;

use super::Authlete;
use crate::Result;
use crate::introspection_cache::{CacheKey, record_lookup};
use crate::types::{IntrospectionRequest, IntrospectionResponse};

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
        let cache = self.introspection_cache.as_deref();
        // Without caching, no call is to wait for the response to another one.
        let cache = cache.filter(|cache| cache.is_enabled());
        let key = cache.and_then(|cache| Some((cache, CacheKey::of(&self.context, request)?)));
        let Some((cache, key)) = key else {
            record_lookup("bypass");
            return Box::pin(self.uncached_introspection(request, Duration::ZERO)).await;
        };
        let response = match cache.get(&key) {
            Some(response) => response,
            // Boxed, so that the future of a hit is small.
            None => {
                let ask = |elapsed| self.uncached_introspection(request, elapsed);
                Box::pin(cache.fill(&self.context, request, &key, ask)).await?
            }
        };
        Ok(Arc::unwrap_or_clone(response))
    }

    /// Asks Authlete, in what is left of the timeout after `elapsed`.
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
