//! What a call makes untrue of the responses that are kept.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokio::time::Instant;

use super::Cache;
use super::cache_key::{TokenDigest, token_digest};
use super::shared::Deletion;
use crate::context::Context;
use crate::operations;
use crate::{Error, Operation, Secret};

/// The responses that a call removes when it is over, however it ends: one that times out may have been processed, and so
/// may one that is dropped.
pub(crate) struct Eviction {
    responses: AffectedResponses,
    /// That of the call.
    deadline: Instant,
    is_due: bool,
}

/// The responses that a call may make untrue.
struct AffectedResponses {
    cache: Arc<Cache>,
    operation: &'static str,
    /// Whose responses in the store they are. `None` when the handle cannot introspect, and so has none there; those of other
    /// handles may be meant.
    service: Option<String>,
    /// What the token that the call names may be, if it names one. A name is the token itself or its hash, and looks
    /// alike.
    token: Vec<TokenDigest>,
}

impl Eviction {
    /// Begins an eviction for a call, which may name a token: without a name, it is not known which tokens it changes.
    pub fn begin(
        cache: &Arc<Cache>,
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

    /// Removes the responses, unless nothing can have changed. `outcome` has the action of a success, empty when there is
    /// none.
    pub async fn conclude(mut self, outcome: Result<&str, &Error>) {
        self.is_due = false;
        let is_processed = match outcome {
            Ok(action) => !is_refusal(action),
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
            // The store does its part without being waited for.
            let _ = self.responses.remove();
        }
    }
}

/// What is still to be done elsewhere, with or without the call.
struct Removal {
    in_store: Option<Deletion>,
}

impl Removal {
    /// Gives it some of the time until then.
    async fn until(self, deadline: Instant) {
        if let Some(deletion) = self.in_store {
            let left = deadline.saturating_duration_since(Instant::now());
            deletion.tried(left).await;
        }
    }
}

impl AffectedResponses {
    /// Removes the responses of a token; all, when it is none that is known: what was named may be a refresh token, or
    /// nothing that names a token.
    fn remove(&self) -> Removal {
        let known = self.known();
        // Snapshot the process forgets, so that it does not find there again what it forgot.
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

/// Whether the request was refused, and nothing changed. Whoever is no client, or has no token, must not be able to
/// empty the cache.
fn is_refusal(action: &str) -> bool {
    matches!(
        action,
        "INVALID_CLIENT"
            | "BAD_REQUEST"
            | "UNAUTHORIZED"
            | "FORBIDDEN"
            | "NOT_FOUND"
            | "CALLER_ERROR"
    )
}

/// The digests of what may be a token, or the hash of one.
fn digests(name: &str) -> Vec<TokenDigest> {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(name).ok();
    let hash = decoded.and_then(|bytes| bytes.try_into().ok());
    [Some(token_digest(name)), hash]
        .into_iter()
        .flatten()
        .collect()
}

/// The parameter of a form that a member of a request is (RFC 7009 §2.1).
pub(crate) fn form_parameter<'a>(
    form: &'a impl TokenName,
    parameter: &str,
) -> Option<Cow<'a, str>> {
    let form = form.name()?;
    form_urlencoded::parse(form.as_bytes())
        .find(|(name, _)| name == parameter)
        .map(|(_, token)| Cow::Owned(token.into_owned()))
}

/// What the value of a member is, when it names a token.
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
