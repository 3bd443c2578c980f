//! A Redis that removes keys of its own accord.

use redis::aio::MultiplexedConnection;
use serde_json::json;

use super::server::{Redis, run};
use super::truth::Truth;
use super::{is_active, lasting};
use crate::gate::Gate;
use crate::server::Reply;

/// How many tokens are asked for, of which each second is revoked.
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

/// Whichever keys are gone, and in whichever order.
#[tokio::test]
async fn no_eviction_policy_brings_an_answer_from_before_a_revocation_back() {
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
        let truth = Truth::start().await;
        let revoking = lasting(&truth.url, &url);
        let _: String = run(&mut connection, "CONFIG SET maxmemory 0").await;
        for number in 0..TOKENS {
            assert!(is_active(&revoking, &number.to_string()).await);
        }
        limit_memory(&mut connection, policy).await;
        for number in (0..TOKENS).step_by(2) {
            revoking.token_delete(&number.to_string()).await.unwrap();
        }
        // More keys come, and push others out.
        for round in 0..3 {
            let other = lasting(&truth.url, &url);
            for number in 0..TOKENS {
                is_active(&other, &format!("{round} {number}")).await;
            }
            let fresh = lasting(&truth.url, &url);
            for number in 0..TOKENS {
                let expected = number % 2 == 1;
                let found = is_active(&fresh, &number.to_string()).await;
                assert_eq!(found, expected, "{policy}: {number}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_from_before_a_revocation_is_not_shared_after_the_keys_were_flushed() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let reply = Reply::json(200, &json!({ "action": "OK", "subject": "alice" }));
    let gate = Gate::start(move |_| reply.clone()).await;
    let [slow, revoking, other] = [0; 3].map(|_| lasting(&gate.url, &redis.url()));
    let asking = tokio::spawn(async move { is_active(&slow, "a").await });
    gate.arrived(1).await;
    revoking.token_delete("a").await.unwrap();
    let _: String = redis.command("FLUSHALL").await;
    gate.open();
    asking.await.unwrap();
    is_active(&other, "a").await;
    assert_eq!(gate.count(), 2);
}
