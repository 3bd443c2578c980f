//! The effect of a revocation by one instance on the others.

use std::time::Duration;

use authlete::Config;
use authlete::types::{RevocationRequest, TokenRevokeRequest};
use futures_util::FutureExt as _;
use redis::AsyncCommands as _;
use serde_json::json;

use super::server::Redis;
use super::{ask, calls_received, instance, server};
use crate::gate::Gate;
use crate::server::Reply;

#[tokio::test]
async fn revocation_evicts_responses_for_all_instances() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    let revoking = instance(&server.url, &url);
    for token in ["a", "b"] {
        ask(&revoking, token).await;
    }
    calls_received(&server);
    let request = RevocationRequest::new("token=a");
    revoking.revocation(&request).await.unwrap();
    let other = instance(&server.url, &url);
    ask(&other, "b").await;
    assert_eq!(calls_received(&server), 0);
    ask(&other, "a").await;
    assert_eq!(calls_received(&server), 1);
    // A later response is shared again.
    ask(&revoking, "a").await;
    ask(&instance(&server.url, &url), "a").await;
    assert_eq!(calls_received(&server), 0);

    // If the revoked tokens are unknown, all entries of the service are evicted, and none of other services.
    let beside = revoking
        .with_config(Config::v3(&server.url, 2, "t"))
        .unwrap();
    ask(&beside, "a").await;
    let request = TokenRevokeRequest::new().subject("alice");
    revoking.token_revoke(&request).await.unwrap();
    calls_received(&server);
    let other = instance(&server.url, &url);
    ask(&other, "a").await;
    ask(&other, "b").await;
    assert_eq!(calls_received(&server), 2);
    ask(&beside, "a").await;
    assert_eq!(calls_received(&server), 0);
    for key in redis.keys().await {
        let left: i64 = redis.connect().await.pttl(&key).await.unwrap();
        assert!((1..=10_000).contains(&left), "{key} {left}");
    }
}

/// A handle without a service has no entries of its own, but its calls may evict those of other handles.
#[tokio::test]
async fn handle_without_a_service_evicts_responses_of_others() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    for redis in [&redis.url(), "redis://127.0.0.1:1"] {
        let server = server().await;
        let api = instance(&server.url, redis);
        ask(&api, "a").await;
        let organization = Config::new()
            .base_url(&server.url)
            .service_owner_access_token("o");
        let organization = api.with_config(organization).unwrap();
        organization.delete_service(1).await.unwrap();
        ask(&api, "a").await;
        assert_eq!(calls_received(&server), 2);
    }
}

/// A cancelled call writes its revocation in a background task.
#[tokio::test]
async fn cancelled_revocation_evicts_responses_for_other_instances() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    let api = instance(&server.url, &url);
    ask(&api, "a").await;
    ask(&api, "b").await;
    assert!(api.token_delete("a").now_or_never().is_none());
    // One of two responses and three generations is deleted.
    let is_deleted = async || redis.keys().await.len() == 4;
    for _ in 0..200 {
        if is_deleted().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let other = instance(&server.url, &url);
    ask(&other, "a").await;
    assert_eq!(calls_received(&server), 3);
    ask(&other, "b").await;
    assert_eq!(calls_received(&server), 0, "it is another token");
}

/// A response in flight when another instance revokes the token is stale, and is stored after the revocation.
#[tokio::test]
async fn response_from_before_a_revocation_is_not_shared() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let reply = Reply::json(200, &json!({ "action": "OK", "subject": "alice" }));
    let gate = Gate::start(move |_| reply.clone()).await;
    let [slow, revoking, other] = [0; 3].map(|_| instance(&gate.url, &redis.url()));
    let asking = tokio::spawn(async move { ask(&slow, "a").await });
    gate.arrived(1).await;
    revoking.token_delete("a").await.unwrap();
    gate.open();
    asking.await.unwrap();
    let keys = redis.keys().await;
    assert!(
        keys.iter().any(|key| key.contains(":answer:")),
        "it is stored"
    );
    ask(&other, "a").await;
    assert_eq!(gate.count(), 2);
}
