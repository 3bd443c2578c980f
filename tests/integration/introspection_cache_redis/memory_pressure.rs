//! A Redis that evicts keys.

use redis::aio::MultiplexedConnection;
use serde_json::json;

use super::server::{Redis, run};
use super::token_server::TokenServer;
use super::{is_active, long_lived_instance};
use crate::gate::Gate;
use crate::server::Reply;

/// The number of tokens, of which every second one is revoked.
const TOKENS: usize = 60;

async fn limit_memory(connection: &mut MultiplexedConnection, policy: &str) {
    let _: String = run(connection, "CONFIG SET maxmemory 0").await;
    let info: String = run(connection, "INFO memory").await;
    let used = info
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    let used: u64 = used.unwrap().parse().unwrap();
    let policy = format!("CONFIG SET maxmemory-policy {policy}");
    let _: String = run(connection, &policy).await;
    let limit = format!("CONFIG SET maxmemory {}", used + 20_000);
    let _: String = run(connection, &limit).await;
}

/// No matter which keys are evicted, and in which order.
#[tokio::test]
async fn no_eviction_policy_restores_a_response_from_before_a_revocation() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let mut connection = redis.connect().await;
    let url = redis.url();
    for policy in [
        "noeviction",
        "allkeys-random",
        "allkeys-lru",
        "allkeys-lfu",
        "volatile-random",
        "volatile-lru",
        "volatile-lfu",
        "volatile-ttl",
    ] {
        let _: String = run(&mut connection, "FLUSHALL").await;
        let token_server = TokenServer::start().await;
        let revoking = long_lived_instance(&token_server.url, &url);
        let _: String = run(&mut connection, "CONFIG SET maxmemory 0").await;
        for number in 0..TOKENS {
            assert!(is_active(&revoking, &number.to_string()).await);
        }
        limit_memory(&mut connection, policy).await;
        for number in (0..TOKENS).step_by(2) {
            revoking.token_delete(&number.to_string()).await.unwrap();
        }
        // More keys evict others.
        for round in 0..3 {
            let other = long_lived_instance(&token_server.url, &url);
            for number in 0..TOKENS {
                is_active(&other, &format!("{round} {number}")).await;
            }
            let fresh = long_lived_instance(&token_server.url, &url);
            for number in 0..TOKENS {
                let expected = number % 2 == 1;
                let found = is_active(&fresh, &number.to_string()).await;
                assert_eq!(found, expected, "{policy}: {number}");
            }
        }
    }
}

#[tokio::test]
async fn stale_response_is_not_shared_after_the_keys_were_flushed() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let reply = Reply::json(200, &json!({ "action": "OK", "subject": "alice" }));
    let gate = Gate::start(move |_| reply.clone()).await;
    let [slow, revoking, other] = [0; 3].map(|_| long_lived_instance(&gate.url, &redis.url()));
    let asking = tokio::spawn(async move { is_active(&slow, "a").await });
    gate.arrived(1).await;
    revoking.token_delete("a").await.unwrap();
    let _: String = redis.command("FLUSHALL").await;
    gate.open();
    asking.await.unwrap();
    is_active(&other, "a").await;
    assert_eq!(gate.count(), 2);
}
