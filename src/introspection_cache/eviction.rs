//! What a call makes untrue of the answers that are kept.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Cache;
use super::key::{TokenDigest, token_digest};
use crate::Authlete;
#[cfg(feature = "introspection-cache-redis")]
use crate::operations;
use crate::transport::Template;

/// The answers that a call removes when it is over, however it ends: after a timeout too it may have been processed.
pub(crate) struct Eviction {
    cache: Arc<Cache>,
    #[cfg(feature = "introspection-cache-redis")]
    service: String,
    /// What the tokens in question may be. A name is the token itself or its hash, and looks alike.
    tokens: Vec<TokenDigest>,
}

impl Eviction {
    /// `None` when the operation changes no token, or the handle has no cache.
    pub fn of(api: &Authlete, request: &Template) -> Option<Self> {
        let cache = api.settings().introspection_cache.as_ref()?;
        let names = match request.operation.id {
            "revocation" => revoked(request).into_iter().collect(),
            "token_delete" => last_segment(request).into_iter().collect(),
            "token_revoke" => members(request, &["accessTokenIdentifier"]),
            "token_update" => members(request, &["accessToken", "accessTokenHash"]),
            "grant_management" if members(request, &["gmAction"]) == ["QUERY"] => return None,
            "grant_management"
            | "native_sso_logout"
            | "delete_client_authorization"
            | "update_client_authorization"
            | "update_client_lock_flag"
            | "delete_client"
            | "dynamic_client_delete"
            | "delete_service" => Vec::new(),
            _ => return None,
        };
        Some(Self {
            cache: Arc::clone(cache),
            #[cfg(feature = "introspection-cache-redis")]
            service: api
                .root(&operations::INTROSPECTION)
                .ok()?
                .as_str()
                .to_owned(),
            tokens: names.iter().flat_map(|name| digests(name)).collect(),
        })
    }

    /// Removes the answers of the tokens; all, when none of them is known: what was named may be a refresh token, or
    /// nothing that names a token.
    ///
    /// `answer` is the body of a success.
    pub async fn apply(self, answer: Option<&[u8]>) {
        if answer.is_some_and(is_refusal) {
            return;
        }
        let (cache, mut tokens) = (self.cache, self.tokens);
        tokens.retain(|token| cache.memory.knows(token));
        // First from where the process would fetch it again.
        #[cfg(feature = "introspection-cache-redis")]
        if let Some(redis) = &cache.redis {
            redis.evict(&self.service, &tokens).await;
        }
        if tokens.is_empty() {
            cache.memory.clear();
        }
        for token in &tokens {
            cache.memory.remove(token);
        }
    }
}

/// Whether the client of the server was refused. Whoever is none must not be able to empty the cache.
fn is_refusal(answer: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    matches!(
        answer["action"].as_str(),
        Some("INVALID_CLIENT" | "BAD_REQUEST")
    )
}

/// The digests of what may be a token, or the hash of one.
fn digests(name: &str) -> impl Iterator<Item = TokenDigest> + use<> {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(name).ok();
    let hash = decoded.and_then(|bytes| bytes.try_into().ok());
    [Some(token_digest(name)), hash].into_iter().flatten()
}

/// The token of a revocation request (RFC 7009 §2.1).
fn revoked(request: &Template) -> Option<String> {
    let parameters = members(request, &["parameters"]).pop()?;
    form_urlencoded::parse(parameters.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, token)| token.into_owned())
}

/// The values of some members of the body, as far as they are text.
fn members(request: &Template, names: &[&str]) -> Vec<String> {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let text = |name: &&str| body[*name].as_str().map(str::to_owned);
    names.iter().filter_map(text).collect()
}

fn last_segment(request: &Template) -> Option<String> {
    let segment = request.url.path_segments()?.next_back()?;
    Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned())
}
