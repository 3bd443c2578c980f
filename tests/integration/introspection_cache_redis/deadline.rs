//! A Redis that hangs, and calls with short timeouts.

use std::time::{Duration, Instant};

use authlete::types::IntrospectionRequest;

use super::server::Redis;
use super::token_server::TokenServer;
use super::{is_active, long_lived_instance};

/// Shorter than the timeout for Redis.
const TIMEOUT: Duration = Duration::from_millis(190);

/// A machine under load may need several tries.
const TRIES: usize = 10;

#[tokio::test]
async fn lookup_in_a_hanging_redis_leaves_time_for_authlete() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let token_server = TokenServer::start().await;
    redis.signal("-STOP");
    let mut succeeded = false;
    for _ in 0..TRIES {
        let api = long_lived_instance(&token_server.url, &redis.url());
        // Connect to Authlete first, so that only Redis takes time.
        api.introspection(&IntrospectionRequest::new("a"))
            .await
            .unwrap();
        let begun = Instant::now();
        let request = IntrospectionRequest::new("a");
        let impatient = api.with_timeout(TIMEOUT);
        let result = impatient.cached_introspection(&request).await;
        succeeded |= result.is_ok() && begun.elapsed() < TIMEOUT;
    }
    assert!(succeeded);
}

#[tokio::test]
async fn revocation_with_a_hanging_redis_returns_before_its_deadline() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let token_server = TokenServer::start().await;
    let url = redis.url();
    let mut in_time = false;
    for number in 0..TRIES {
        let token = number.to_string();
        let api = long_lived_instance(&token_server.url, &url);
        assert!(is_active(&api, &token).await);
        redis.signal("-STOP");
        let begun = Instant::now();
        let revoked = api.with_timeout(TIMEOUT).token_delete(&token).await;
        in_time |= revoked.is_ok() && begun.elapsed() < TIMEOUT;
        let is_revoked = revoked.is_err() || !is_active(&api, &token).await;
        assert!(is_revoked);
        redis.signal("-CONT");
    }
    assert!(in_time);
}
