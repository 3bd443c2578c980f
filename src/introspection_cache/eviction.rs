//! What a call makes untrue of the answers that are kept.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use tokio::time::Instant;

use super::Cache;
use super::cache_key::{TokenDigest, token_digest};
use super::shared::Deletion;
use crate::Error;
use crate::context::Context;
use crate::operations;
use crate::transport::RequestParts;

/// The answers that a call removes when it is over, however it ends: one that times out may have been processed, and so
/// may one that is dropped.
pub(crate) struct Eviction {
    answers: Answers,
    is_due: bool,
}

/// The answers that a call may make untrue.
struct Answers {
    cache: Arc<Cache>,
    operation: &'static str,
    /// Whose answers in the store they are. `None` when the handle cannot introspect, and so has none there; those of other
    /// handles may be meant.
    service: Option<String>,
    /// What the token that the call names may be, if it names one. A name is the token itself or its hash, and looks
    /// alike.
    token: Vec<TokenDigest>,
}

impl Eviction {
    /// `None` when the operation changes no token.
    pub fn of(cache: &Arc<Cache>, context: &Context, request: &RequestParts) -> Option<Self> {
        let name = match request.operation.id {
            "revocation" => revoked(request),
            "token_delete" => last_segment(request),
            "token_revoke" => member(request, "accessTokenIdentifier"),
            "token_update" => {
                member(request, "accessToken").or_else(|| member(request, "accessTokenHash"))
            }
            "grant_management" if member(request, "gmAction").as_deref() == Some("QUERY") => {
                return None;
            }
            "grant_management"
            | "native_sso_logout"
            | "delete_client_authorization"
            | "update_client_authorization"
            | "update_client_lock_flag"
            | "delete_client"
            | "dynamic_client_delete"
            | "delete_service"
            | "organization_remove_service" => None,
            _ => return None,
        };
        Some(Self {
            answers: Answers {
                cache: Arc::clone(cache),
                operation: request.operation.id,
                service: context
                    .root(&operations::INTROSPECTION)
                    .ok()
                    .map(|url| url.as_str().to_owned()),
                token: name.as_deref().map(digests).unwrap_or_default(),
            },
            is_due: true,
        })
    }

    /// Removes the answers, unless nothing can have changed. `outcome` has the body of a success, and `deadline` is that
    /// of the call.
    pub async fn conclude(mut self, outcome: Result<&[u8], &Error>, deadline: Instant) {
        self.is_due = false;
        let is_processed = match outcome {
            Ok(body) => !is_refusal(body),
            Err(error) => error.may_be_processed(),
        };
        if is_processed {
            self.answers.remove().until(deadline).await;
        }
    }
}

impl Drop for Eviction {
    fn drop(&mut self) {
        if self.is_due {
            // The store does its part without being waited for.
            let _ = self.answers.remove();
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

impl Answers {
    /// Removes the answers of a token; all, when it is none that is known: what was named may be a refresh token, or
    /// nothing that names a token.
    fn remove(&self) -> Removal {
        let known = self.known();
        // Before the process forgets, so that it does not find there again what it forgot.
        let in_store = self.cache.shared.as_ref().and_then(|shared| {
            let Some(service) = &self.service else {
                shared.distrust();
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
        let is_known = |token: &&TokenDigest| self.cache.memory.knows(token);
        self.token.iter().filter(is_known).copied().collect()
    }
}

/// Whether the request was refused, and nothing changed. Whoever is no client, or has no token, must not be able to
/// empty the cache.
fn is_refusal(answer: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    matches!(
        answer["action"].as_str(),
        Some(
            "INVALID_CLIENT"
                | "BAD_REQUEST"
                | "UNAUTHORIZED"
                | "FORBIDDEN"
                | "NOT_FOUND"
                | "CALLER_ERROR"
        )
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

/// The token of a revocation request (RFC 7009 §2.1).
fn revoked(request: &RequestParts) -> Option<String> {
    let parameters = member(request, "parameters")?;
    form_urlencoded::parse(parameters.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, token)| token.into_owned())
}

/// The value of a member of the body, if it is text.
fn member(request: &RequestParts, name: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    body[name].as_str().map(str::to_owned)
}

fn last_segment(request: &RequestParts) -> Option<String> {
    let segment = request.url.path_segments()?.next_back()?;
    Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use crate::{Authlete, Config, IntrospectionCache, operations};

    /// What changes something, and no token that there is already, or only by putting a new one in its place.
    const LEAVES_TOKENS: [&str; 43] = [
        "attestation_challenge",
        "authorization",
        "authorization_fail",
        "authorization_issue",
        "authorization_ticket_update",
        "backchannel_logout_token",
        "backchannel_authentication",
        "backchannel_authentication_issue",
        "backchannel_authentication_fail",
        "backchannel_authentication_complete",
        "create_client",
        "update_client",
        "refresh_client_secret",
        "update_client_secret",
        "set_requestable_scopes",
        "delete_requestable_scopes",
        "delete_granted_scopes",
        "device_authorization",
        "device_complete",
        "dynamic_client_register",
        "dynamic_client_update",
        "federation_registration",
        "hsk_create",
        "hsk_delete",
        "native_sso",
        "push_authorization_request",
        "create_service",
        "organization_create_service",
        "update_service",
        "token",
        "token_fail",
        "token_issue",
        "id_token_reissue",
        "token_create",
        "token_create_batch",
        "credential_nonce",
        "credential_offer_create",
        "credential_single_parse",
        "credential_single_issue",
        "credential_batch_parse",
        "credential_batch_issue",
        "credential_deferred_parse",
        "credential_deferred_issue",
    ];

    #[test]
    fn each_operation_that_changes_something_is_decided_on() {
        let url = "https://authlete.example";
        let handles = [
            Config::v3(url, 1, "t")
                .service_owner_access_token("o")
                .idp_server(url),
            Config::v2(url, 1, "s")
                .service_owner_api_key(2)
                .service_owner_api_secret("o"),
        ]
        .map(|config| {
            Authlete::builder(config)
                .introspection_cache(IntrospectionCache::new())
                .build()
                .unwrap()
        });
        for operation in operations::ALL {
            let begin = |api| Authlete::request_parts(api, operation, format_args!("/a")).ok();
            let of = |api| Some(Authlete::eviction(api, &begin(api)?).is_some());
            let evicts = handles.iter().find_map(of).unwrap();
            let leaves = operation.repeatable || LEAVES_TOKENS.contains(&operation.id);
            assert_ne!(evicts, leaves, "{}", operation.id);
        }
    }
}
