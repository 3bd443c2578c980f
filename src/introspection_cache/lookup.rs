//! Looks up responses, and fills the cache from Authlete.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, timeout};

use super::HandleCache;
use super::cache_key::CacheKey;
use super::lifetime::lifetime;
use super::memory::CachedResponse;
use super::shared::StoreLookup;
use super::trace::record_lookup;
use crate::Result;
use crate::call_settings::TIMEOUT;
use crate::context::Context;
use crate::operations;
use crate::types::{IntrospectionRequest, IntrospectionResponse};

impl HandleCache {
    /// Whether responses are cached at all.
    pub fn is_enabled(&self) -> bool {
        !self.max_age.is_zero()
    }

    /// A valid response in memory.
    pub fn get(&self, key: &CacheKey) -> Option<Arc<IntrospectionResponse>> {
        let response = self.memory.get(key, Instant::now())?;
        record_lookup("memory");
        Some(response)
    }

    /// Waits for a concurrent call for the same response, or calls Authlete.
    ///
    /// `ask` calls Authlete; its argument is the time that has passed since the call began.
    pub async fn fill<F>(
        &self,
        context: &Context,
        request: &IntrospectionRequest,
        key: &CacheKey,
        ask: impl FnOnce(Duration) -> F,
    ) -> Result<Arc<IntrospectionResponse>>
    where
        F: Future<Output = Result<IntrospectionResponse>>,
    {
        let begun = Instant::now();
        let slot = self.memory.slot(key, begun);
        let longest = context.settings.timeout.unwrap_or(TIMEOUT);
        let left = || longest.saturating_sub(begun.elapsed());
        let turn = timeout(longest, slot.turn.lock()).await;
        if let Some(response) = slot.get(Instant::now()) {
            record_lookup("memory");
            return Ok(response);
        }
        if turn.is_err() || slot.is_filled() {
            // The other call failed, or its response must not be shared. No other call waits for this one.
            drop(turn);
            record_lookup("miss");
            return ask(begun.elapsed()).await.map(Arc::new);
        }
        let before = match self.load(context, key, left()).await {
            Some(StoreLookup::Hit(cached)) => {
                slot.fill(Some(cached.clone()));
                return Ok(cached.response);
            }
            Some(StoreLookup::Miss(before)) => Some(before),
            None => None,
        };
        record_lookup("miss");
        let (asked, time) = (Instant::now(), SystemTime::now());
        let response = ask(begun.elapsed()).await.map(Arc::new);
        let cached = response.as_ref().ok().and_then(|response| {
            Some(CachedResponse {
                response: Arc::clone(response),
                until: asked + lifetime(request, response, self.max_age, time)?,
            })
        });
        slot.fill(cached.clone());
        drop(turn);
        if let (Some(shared), Some(cached), Some(before)) = (&self.shared, cached, before) {
            shared.store(key, &cached, before, left()).await;
        }
        response
    }

    async fn load(&self, context: &Context, key: &CacheKey, left: Duration) -> Option<StoreLookup> {
        let service = context.root(&operations::INTROSPECTION).ok()?.as_str();
        self.shared.as_ref()?.load(service, key, left).await
    }
}
