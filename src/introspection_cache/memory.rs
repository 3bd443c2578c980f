//! The responses in memory.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use quick_cache::sync::Cache;
use tokio::time::Instant;

use super::cache_key::{CacheKey, TokenDigest};
use crate::types::{IntrospectionAction, IntrospectionResponse};

/// The maximum number of responses per token, which differ in the requirements for the token. A server has few endpoints,
/// but clients can choose the certificate, and must not be able to fill the memory.
const MAX_RESPONSES: usize = 8;

/// The responses by token, so that a revocation finds all of them.
pub(super) struct Memory(Cache<TokenDigest, Arc<Token>>);

/// The responses for one token, the oldest first.
#[derive(Default)]
struct Token(Mutex<Vec<(Inputs, Arc<CacheSlot>)>>);

type Inputs = [u8; 32];

/// The slot for one response. A slot that is removed while it is being filled still serves the calls that wait for it, but
/// no later ones.
#[derive(Default)]
pub(super) struct CacheSlot {
    /// Held by the call that asks Authlete, while others wait.
    pub turn: tokio::sync::Mutex<()>,
    /// `None` when the call failed, or its response must not be cached.
    outcome: OnceLock<Option<CachedResponse>>,
}

/// A response and its expiry.
#[derive(Debug, Clone)]
pub(super) struct CachedResponse {
    pub response: Arc<IntrospectionResponse>,
    pub until: Instant,
}

impl Memory {
    pub fn new(max_tokens: usize) -> Self {
        Self(Cache::new(max_tokens))
    }

    /// A response that is valid now.
    pub fn get(&self, key: &CacheKey, now: Instant) -> Option<Arc<IntrospectionResponse>> {
        let token = self.0.get(&key.token)?;
        let slots = token.slots();
        let (_, slot) = slots.iter().find(|(inputs, _)| *inputs == key.inputs)?;
        slot.get(now)
    }

    /// The slot for a response: filled with one that is valid now, or to be filled.
    pub fn slot(&self, key: &CacheKey, now: Instant) -> Arc<CacheSlot> {
        let token = match self.0.get(&key.token) {
            Some(token) => token,
            None => self.insert(&key.token),
        };
        let mut slots = token.slots();
        if let Some((_, slot)) = slots.iter().find(|(inputs, _)| *inputs == key.inputs)
            && slot.is_usable(now)
        {
            return Arc::clone(slot);
        }
        slots.retain(|(inputs, slot)| *inputs != key.inputs && slot.is_usable(now));
        if slots.len() >= MAX_RESPONSES {
            slots.remove(0);
        }
        let slot = Arc::<CacheSlot>::default();
        slots.push((key.inputs, Arc::clone(&slot)));
        slot
    }

    fn insert(&self, token: &TokenDigest) -> Arc<Token> {
        let inserted: Result<_, std::convert::Infallible> =
            self.0.get_or_insert_with(token, || Ok(Arc::default()));
        let Ok(token) = inserted;
        token
    }

    /// Whether a token was active in a cached response, and so certainly is an access token.
    pub fn has_active(&self, token: &TokenDigest) -> bool {
        let is_active = |(_, slot): &(Inputs, Arc<CacheSlot>)| {
            let cached = slot.outcome.get().and_then(Option::as_ref);
            cached.is_some_and(|cached| cached.response.action == IntrospectionAction::Ok)
        };
        let token = self.0.peek(token);
        token.is_some_and(|token| token.slots().iter().any(is_active))
    }

    pub fn remove(&self, token: &TokenDigest) {
        self.0.remove(token);
    }

    pub fn clear(&self) {
        self.0.clear();
    }
}

impl Token {
    fn slots(&self) -> MutexGuard<'_, Vec<(Inputs, Arc<CacheSlot>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CacheSlot {
    /// The response, if it is valid.
    pub fn get(&self, now: Instant) -> Option<Arc<IntrospectionResponse>> {
        let cached = self.outcome.get()?.as_ref()?;
        (now < cached.until).then(|| Arc::clone(&cached.response))
    }

    pub fn is_filled(&self) -> bool {
        self.outcome.get().is_some()
    }

    /// Fills the slot, for all calls that wait for it.
    pub fn fill(&self, cached: Option<CachedResponse>) {
        // Only the call that holds `turn` fills the slot, once.
        let _ = self.outcome.set(cached);
    }

    /// Whether it has a valid response, or is still to be filled.
    fn is_usable(&self, now: Instant) -> bool {
        !self.is_filled() || self.get(now).is_some()
    }
}
