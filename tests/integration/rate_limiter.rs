//! The rate limiter, as seen by the server and by callers.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use authlete::{Authlete, Config, Error, RateLimiterPolicy, RetryPolicy};
use futures_util::future::join_all;

use crate::calls::{introspect, ok};
use crate::server::{Reply, Server};

fn api(url: &str, rate: RateLimiterPolicy) -> Authlete {
    Authlete::builder(Config::v3(url, 1, "t"))
        .rate_limiter(rate)
        .retry(RetryPolicy::new().base_delay(Duration::ZERO))
        .build()
        .unwrap()
}

/// One call a second.
fn slow() -> RateLimiterPolicy {
    RateLimiterPolicy::per_second(1)
}

/// Far shorter than the delay of the rate limiter.
const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn calls_after_the_burst_come_at_the_rate() {
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&arrivals);
    let server = Server::start(move |_| {
        record.lock().unwrap().push(Instant::now());
        ok()
    })
    .await;
    let api = api(&server.url, RateLimiterPolicy::per_second(50).burst(5));
    let begun = Instant::now();
    for result in join_all((0..25).map(|_| introspect(&api))).await {
        result.unwrap();
    }
    let mut arrivals = arrivals.lock().unwrap().clone();
    arrivals.sort();
    assert_eq!(arrivals.len(), 25);
    for (number, arrival) in (0..).zip(arrivals) {
        let earliest = Duration::from_millis(20) * u32::saturating_sub(number, 4);
        assert!(arrival - begun >= earliest, "{number}");
    }
}

#[tokio::test]
async fn call_that_would_be_delayed_past_its_deadline_fails_at_once() {
    let server = Server::always(ok()).await;
    let api = api(&server.url, slow().burst(2));
    introspect(&api).await.unwrap();
    introspect(&api).await.unwrap();
    let begun = Instant::now();
    let error = introspect(&api.with_timeout(SHORT)).await.unwrap_err();
    let elapsed = begun.elapsed();
    let Error::Throttled { operation, delay } = error else {
        panic!("{error:?}");
    };
    assert!(elapsed < delay, "{elapsed:?}");
    assert_eq!(operation, "introspection");
    assert!(
        SHORT < delay && delay <= Duration::from_secs(1),
        "{delay:?}"
    );
    assert_eq!(error.retry_after(), Some(delay));
    assert_eq!(error.operation(), Some("introspection"));
    assert!(error.is_retryable() && error.is_rate_limited() && !error.is_timeout());
    let message = format!(
        "introspection: the rate limiter would delay this call by {} ms, past its deadline",
        delay.as_millis()
    );
    assert_eq!(error.to_string(), message);
    assert_eq!(server.take().len(), 2);
}

#[tokio::test]
async fn handles_that_call_the_same_server_share_the_rate_limiter() {
    let [server, another] = [Server::always(ok()).await, Server::always(ok()).await];
    let api = api(&server.url, slow());
    introspect(&api).await.unwrap();
    for sharing in [
        api.clone(),
        api.with_header("x-a", "b").unwrap(),
        api.with_config(Config::v3(&server.url, 2, "u")).unwrap(),
    ] {
        let error = introspect(&sharing.with_timeout(SHORT)).await.unwrap_err();
        assert!(matches!(error, Error::Throttled { .. }), "{error:?}");
    }
    let elsewhere = api.with_config(Config::v3(&another.url, 1, "t")).unwrap();
    introspect(&elsewhere).await.unwrap();
    // Another handle for the same server does not bypass the limit.
    let elsewhere = api.with_config(Config::v3(&another.url, 2, "t")).unwrap();
    let error = introspect(&elsewhere.with_timeout(SHORT)).await;
    assert!(matches!(error, Err(Error::Throttled { .. })), "{error:?}");
}

#[tokio::test]
async fn each_attempt_passes_the_rate_limiter() {
    let server = Server::always(Reply::text(503, "text/plain", "away")).await;
    let begun = Instant::now();
    let error = introspect(&api(&server.url, RateLimiterPolicy::per_second(5).burst(1))).await;
    assert_eq!(error.unwrap_err().status().unwrap(), 503);
    assert!(begun.elapsed() >= Duration::from_millis(400));
    assert_eq!(server.take().len(), 3);
}

/// A request was sent, so `Throttled`, which says that nothing was sent, would be wrong.
#[tokio::test]
async fn error_of_the_attempt_is_returned_when_the_retry_would_be_delayed_too_long() {
    let server = Server::always(Reply::text(503, "text/plain", "away")).await;
    let api = api(&server.url, slow()).with_timeout(Duration::from_millis(500));
    let error = introspect(&api).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(server.take().len(), 1);
}

#[tokio::test]
async fn dropped_calls_do_not_delay_others() {
    let server = Server::always(ok()).await;
    let api = api(&server.url, RateLimiterPolicy::per_second(5).burst(1));
    introspect(&api).await.unwrap();
    let calls = join_all((0..100).map(|_| introspect(&api)));
    let result = tokio::time::timeout(Duration::from_millis(50), calls).await;
    result.unwrap_err();
    // If dropped calls kept their place, the delay would be 20 seconds.
    let patient = api.with_timeout(Duration::from_secs(10));
    introspect(&patient).await.unwrap();
}
