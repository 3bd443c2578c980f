//! What a call makes untrue of the answers that are kept.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokio::time::Instant;

use super::Cache;
use super::key::{TokenDigest, token_digest};
#[cfg(feature = "introspection-cache-redis")]
use super::redis::Deletion;
#[cfg(feature = "introspection-cache-redis")]
use crate::operations;
use crate::{Authlete, Error, Operation, Secret};

/// The answers that a call removes when it is over, however it ends: one that times out may have been processed, and so
/// may one that is dropped.
pub(crate) struct Eviction {
    answers: Answers,
    /// That of the call.
    deadline: Instant,
    is_due: bool,
}

/// The answers that a call may make untrue.
struct Answers {
    cache: Arc<Cache>,
    #[cfg(feature = "introspection-cache-redis")]
    operation: &'static str,
    /// Whose answers in Redis they are. `None` when the handle cannot introspect, and so has none there; those of other
    /// handles may be meant.
    #[cfg(feature = "introspection-cache-redis")]
    service: Option<String>,
    /// What the token that the call names may be, if it names one. A name is the token itself or its hash, and looks
    /// alike.
    token: Vec<TokenDigest>,
}

impl Authlete {
    /// Begins an eviction for a call; `None` when the handle has no cache. The call may name a token: without a name, it
    /// is not known which tokens it changes.
    pub(crate) fn eviction<'a>(
        &self,
        #[cfg_attr(
            not(feature = "introspection-cache-redis"),
            expect(unused_variables, reason = "only Redis tells of it")
        )]
        operation: &'static Operation,
        name: impl FnOnce() -> Option<Cow<'a, str>>,
    ) -> Option<Eviction> {
        let cache = self.settings().introspection_cache.as_ref()?;
        Some(Eviction {
            answers: Answers {
                cache: Arc::clone(cache),
                #[cfg(feature = "introspection-cache-redis")]
                operation: operation.id,
                #[cfg(feature = "introspection-cache-redis")]
                service: self
                    .root(&operations::INTROSPECTION)
                    .ok()
                    .map(|url| url.as_str().to_owned()),
                token: name().as_deref().map(digests).unwrap_or_default(),
            },
            deadline: self.settings().deadline(),
            is_due: true,
        })
    }
}

impl Eviction {
    /// Removes the answers, unless nothing can have changed. `outcome` has the action of a success, empty when there is
    /// none.
    pub async fn conclude(mut self, outcome: Result<&str, &Error>) {
        self.is_due = false;
        let is_processed = match outcome {
            Ok(action) => !is_refusal(action),
            Err(error) => error.may_be_processed(),
        };
        if is_processed {
            self.answers.remove().until(self.deadline).await;
        }
    }
}

impl Drop for Eviction {
    fn drop(&mut self) {
        if self.is_due {
            // Redis does its part without being waited for.
            let _ = self.answers.remove();
        }
    }
}

/// What is still to be done elsewhere, with or without the call.
struct Removal {
    #[cfg(feature = "introspection-cache-redis")]
    in_redis: Option<Deletion>,
}

impl Removal {
    /// Gives it some of the time until then.
    async fn until(self, deadline: Instant) {
        #[cfg(feature = "introspection-cache-redis")]
        if let Some(deletion) = self.in_redis {
            let left = deadline.saturating_duration_since(Instant::now());
            deletion.tried(left).await;
        }
        #[cfg(not(feature = "introspection-cache-redis"))]
        let _ = deadline;
    }
}

impl Answers {
    /// Removes the answers of a token; all, when it is none that is known: what was named may be a refresh token, or
    /// nothing that names a token.
    fn remove(&self) -> Removal {
        let known = self.known();
        // Before the process forgets, so that it does not find there again what it forgot.
        #[cfg(feature = "introspection-cache-redis")]
        let in_redis = self.cache.redis.as_ref().and_then(|redis| {
            let Some(service) = &self.service else {
                redis.distrust();
                return None;
            };
            Some(redis.evict(service, &known, self.operation))
        });
        if known.is_empty() {
            self.cache.memory.clear();
        }
        for token in &known {
            self.cache.memory.remove(token);
        }
        Removal {
            #[cfg(feature = "introspection-cache-redis")]
            in_redis,
        }
    }

    fn known(&self) -> Vec<TokenDigest> {
        let is_known = |token: &&TokenDigest| self.cache.memory.knows(token);
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
