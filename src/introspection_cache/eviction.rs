//! Eviction of the cached responses that a call makes outdated.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokio::time::Instant;

use super::HandleCache;
use super::cache_key::{TokenDigest, token_digest};
use super::shared::Deletion;
use crate::context::Context;
use crate::operations;
use crate::{Error, Operation, Secret};

/// Removes responses from the cache at the end of a call. A call that times out or is dropped counts, too, because it may
/// have been processed.
pub(crate) struct Eviction {
    responses: AffectedResponses,
    /// The deadline of the call.
    deadline: Instant,
    is_due: bool,
}

/// The cached responses that a call may make outdated.
struct AffectedResponses {
    cache: Arc<HandleCache>,
    operation: &'static str,
    /// The service whose responses in the store are affected. `None` when the handle cannot call introspection: then the
    /// responses of other handles may be affected.
    service: Option<String>,
    /// The possible digests of the token that the call names, if any. A name is a token or the hash of one, and the two
    /// cannot be distinguished.
    token: Vec<TokenDigest>,
}

impl Eviction {
    /// Begins an eviction for a call. `name` is the token that it names; without one, the call may change any token.
    pub fn begin(
        cache: &Arc<HandleCache>,
        context: &Context,
        operation: &'static Operation,
        name: Option<Cow<'_, str>>,
    ) -> Self {
        Self {
            responses: AffectedResponses {
                cache: Arc::clone(cache),
                operation: operation.id,
                service: context
                    .root(&operations::INTROSPECTION)
                    .ok()
                    .map(|url| url.as_str().to_owned()),
                token: name.as_deref().map(digests).unwrap_or_default(),
            },
            deadline: context.settings.deadline(),
            is_due: true,
        }
    }

    /// Removes the responses, unless the call cannot have changed anything. On success, `is_refusal` is whether the response
    /// rejects the request; otherwise unauthenticated requests could clear the cache.
    pub async fn conclude(mut self, is_refusal: Result<bool, &Error>) {
        self.is_due = false;
        let is_processed = match is_refusal {
            Ok(is_refusal) => !is_refusal,
            Err(error) => error.may_be_processed(),
        };
        if is_processed {
            self.responses.remove().until(self.deadline).await;
        }
    }
}

impl Drop for Eviction {
    fn drop(&mut self) {
        if self.is_due {
            // The deletion in the store continues in the background.
            let _ = self.responses.remove();
        }
    }
}

/// A removal that is complete in memory; the deletion in the store continues independently of the call.
struct Removal {
    in_store: Option<Deletion>,
}

impl Removal {
    /// Waits for the deletion in the store, for a part of the time until the deadline.
    async fn until(self, deadline: Instant) {
        if let Some(deletion) = self.in_store {
            let left = deadline.saturating_duration_since(Instant::now());
            deletion.tried(left).await;
        }
    }
}

impl AffectedResponses {
    /// Removes the responses for the token; all responses if the cache does not know the token, since the call may name a
    /// refresh token, for example.
    fn remove(&self) -> Removal {
        let known = self.known();
        // The store first, so that the memory is not filled from it again.
        let in_store = self.cache.shared.as_ref().and_then(|shared| {
            let Some(service) = &self.service else {
                shared.ignore_existing();
                return None;
            };
            Some(shared.evict(service, &known, self.operation))
        });
        if known.is_empty() {
            self.cache.memory.clear();
        }
        for token in &known {
            self.cache.memory.remove(token);
        }
        Removal { in_store }
    }

    fn known(&self) -> Vec<TokenDigest> {
        let is_known = |token: &&TokenDigest| self.cache.memory.has_active(token);
        self.token.iter().filter(is_known).copied().collect()
    }
}

/// The possible digests of a name, which is a token or the hash of one.
fn digests(name: &str) -> Vec<TokenDigest> {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(name).ok();
    let hash = decoded.and_then(|bytes| bytes.try_into().ok());
    [Some(token_digest(name)), hash]
        .into_iter()
        .flatten()
        .collect()
}

/// A parameter of the form that a request member contains (RFC 7009 §2.1).
pub(crate) fn form_parameter<'a>(
    form: &'a impl TokenName,
    parameter: &str,
) -> Option<Cow<'a, str>> {
    let form = form.name()?;
    form_urlencoded::parse(form.as_bytes())
        .find(|(name, _)| name == parameter)
        .map(|(_, token)| Cow::Owned(token.into_owned()))
}

/// The value of a member that names a token.
pub(crate) trait TokenName {
    fn name(&self) -> Option<Cow<'_, str>>;
}

impl TokenName for String {
    fn name(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl TokenName for Secret {
    fn name(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.expose()))
    }
}

impl<T: TokenName> TokenName for Option<T> {
    fn name(&self) -> Option<Cow<'_, str>> {
        self.as_ref()?.name()
    }
}
