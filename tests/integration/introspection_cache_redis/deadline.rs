//! A Redis that hangs, and callers in a hurry.

use std::time::{Duration, Instant};

use authlete::types::IntrospectionRequest;

use super::server::Redis;
use super::truth::Truth;
use super::{is_active, lasting};

/// Less than a Redis that hangs would take by itself.
const TIMEOUT: Duration = Duration::from_millis(190);

/// A machine under load may need more than one try.
const TRIES: usize = 10;

#[tokio::test]
async fn an_introspection_with_a_redis_that_hangs_has_time_left_for_authlete() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let truth = Truth::start().await;
    redis.signal("-STOP");
    let mut succeeded = false;
    for _ in 0..TRIES {
        let api = lasting(&truth.url, &redis.url());
        // Connected, so that only Redis takes time.
        api.introspection(&IntrospectionRequest::new("a"))
            .await
            .unwrap();
        let begun = Instant::now();
        let request = IntrospectionRequest::new("a");
        let hasty = api.with_timeout(TIMEOUT);
        let result = hasty.cached_introspection(&request).await;
        succeeded |= result.is_ok() && begun.elapsed() < TIMEOUT;
    }
    assert!(succeeded);
}

#[tokio::test]
async fn a_revocation_with_a_redis_that_hangs_returns_before_its_deadline() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let truth = Truth::start().await;
    let url = redis.url();
    let mut in_time = false;
    for number in 0..TRIES {
        let token = number.to_string();
        let api = lasting(&truth.url, &url);
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
