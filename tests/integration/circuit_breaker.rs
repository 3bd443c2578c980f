//! When the circuit breaker opens and closes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use authlete::{
    Authlete, CircuitBreakerPolicy, Config, Error, RateLimiterPolicy, RetryPolicy, operations,
};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::calls::{introspect, ok, token};
use crate::raw_server::{OK, next_request, raw_server, silent_server};
use crate::server::{Reply, Server};

/// Opens after two failures, and stays open for longer than any test runs.
fn policy() -> CircuitBreakerPolicy {
    CircuitBreakerPolicy::new()
        .failure_threshold(2)
        .open_duration(Duration::from_secs(3600))
}

const PAUSE: Duration = Duration::from_millis(500);

fn api(url: &str, policy: CircuitBreakerPolicy) -> Authlete {
    Authlete::builder(Config::v3(url, 1, "t"))
        .circuit_breaker(policy)
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
}

fn is_open(result: Result<(), Error>) -> bool {
    matches!(result, Err(Error::CircuitOpen { .. }))
}

fn unavailable() -> Reply {
    Reply::text(503, "text/plain", "unavailable")
}

/// Fails for a number of requests, then succeeds.
async fn recovering(failures: usize) -> Server {
    let arrived = Arc::new(AtomicUsize::new(0));
    Server::start(
        move |_| match arrived.fetch_add(1, Ordering::Relaxed) < failures {
            true => unavailable(),
            false => ok(),
        },
    )
    .await
}

#[tokio::test]
async fn open_breaker_rejects_calls_without_sending_them() {
    let server = Server::always(unavailable()).await;
    let api = api(&server.url, policy());
    for _ in 0..2 {
        assert_eq!(introspect(&api).await.unwrap_err().status().unwrap(), 503);
    }
    assert_eq!(server.take().len(), 2);
    for _ in 0..10 {
        let error = introspect(&api).await.unwrap_err();
        let Error::CircuitOpen {
            operation,
            retry_in,
        } = error
        else {
            panic!("{error:?}");
        };
        assert_eq!(operation, "introspection");
        let hour = Duration::from_secs(3600);
        assert!(hour / 2 < retry_in && retry_in <= hour, "{retry_in:?}");
        assert_eq!(error.retry_after(), Some(retry_in));
        assert_eq!(error.operation(), Some("introspection"));
        assert!(error.is_retryable() && !error.is_connect() && error.status().is_none());
    }
    assert_eq!(server.take().len(), 0);
}

#[tokio::test]
async fn each_category_has_its_own_breaker() {
    let server = Server::start(|request| match request.path.ends_with("introspection") {
        true => unavailable(),
        false => ok(),
    })
    .await;
    let api = api(&server.url, policy());
    for _ in 0..3 {
        introspect(&api).await.unwrap_err();
        token(&api).await.unwrap();
    }
    assert!(is_open(introspect(&api).await));
    let standard = authlete::types::StandardIntrospectionRequest::new("token=t");
    let result = api.standard_introspection(&standard).await;
    assert!(is_open(result.map(drop)));
    assert!(
        operations::ALL
            .iter()
            .all(|operation| !operation.category.is_empty())
    );
}

#[tokio::test]
async fn server_errors_except_501_count_as_failures() {
    for status in 500..=599 {
        let server = Server::always(Reply::text(status, "text/plain", "no")).await;
        let api = api(&server.url, policy());
        for _ in 0..2 {
            introspect(&api).await.unwrap_err();
        }
        assert_eq!(is_open(introspect(&api).await), status != 501, "{status}");
    }
}

#[tokio::test]
async fn statuses_below_500_do_not_count_as_failures() {
    for status in [200, 204, 302, 400, 401, 403, 404, 413, 429] {
        let server = Server::always(Reply::text(status, "text/plain", "")).await;
        let api = api(&server.url, policy());
        for _ in 0..5 {
            assert!(!is_open(introspect(&api).await), "{status}");
        }
        assert_eq!(server.take().len(), 5);
    }
}

#[tokio::test]
async fn calls_without_response_count_as_failures() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refusing = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let hanging_up = raw_server(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
    })
    .await;
    let silent = silent_server().await;
    for url in [refusing, hanging_up, silent] {
        let api = api(&url, policy()).with_timeout(Duration::from_millis(200));
        for _ in 0..2 {
            let error = introspect(&api).await.unwrap_err();
            assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        }
        assert!(is_open(introspect(&api).await), "{url}");
    }
}

#[tokio::test]
async fn retries_end_when_the_breaker_opens() {
    let server = Server::always(unavailable()).await;
    let retry = RetryPolicy::new()
        .max_attempts(9)
        .base_delay(Duration::ZERO);
    let api = api(&server.url, policy()).with_retry(retry).unwrap();
    // The error is the failed attempt, not `CircuitOpen`.
    assert_eq!(introspect(&api).await.unwrap_err().status().unwrap(), 503);
    assert_eq!(server.take().len(), 2);
}

#[tokio::test]
async fn breaker_closes_when_a_trial_call_succeeds() {
    let server = recovering(3).await;
    let api = api(&server.url, policy().open_duration(PAUSE));
    for _ in 0..2 {
        introspect(&api).await.unwrap_err();
    }
    assert!(is_open(introspect(&api).await));
    sleep(PAUSE).await;
    // The first trial call fails, and the breaker opens again.
    assert_eq!(introspect(&api).await.unwrap_err().status().unwrap(), 503);
    assert!(is_open(introspect(&api).await));
    sleep(PAUSE).await;
    assert_eq!(server.take().len(), 3);
    for _ in 0..10 {
        introspect(&api).await.unwrap();
    }
    assert_eq!(server.take().len(), 10);
}

/// A server that closes the first two connections, and holds the responses on others until released.
async fn server_with_held_responses() -> (String, Arc<AtomicUsize>, watch::Sender<bool>) {
    let arrived = Arc::new(AtomicUsize::new(0));
    let (release, released) = watch::channel(false);
    let counter = Arc::clone(&arrived);
    let url = raw_server(move |mut stream| {
        let (counter, mut released) = (Arc::clone(&counter), released.clone());
        async move {
            while next_request(&mut stream).await {
                if counter.fetch_add(1, Ordering::Relaxed) < 2 {
                    return;
                }
                let _ = released.wait_for(|released| *released).await;
                let _ = stream.write_all(OK).await;
            }
        }
    })
    .await;
    (url, arrived, release)
}

async fn wait_for_arrivals(arrived: &AtomicUsize, number: usize) {
    while arrived.load(Ordering::Relaxed) < number {
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn half_open_breaker_admits_the_configured_number_of_calls() {
    let (url, arrived, release) = server_with_held_responses().await;
    let pause = Duration::from_secs(2);
    let api = api(&url, policy().open_duration(pause).half_open_calls(3));
    for _ in 0..2 {
        introspect(&api).await.unwrap_err();
    }
    sleep(pause).await;
    let calls = join_all((0..20).map(|_| introspect(&api)));
    let answer = async {
        wait_for_arrivals(&arrived, 5).await;
        // Long enough for more calls to arrive, if any were sent.
        sleep(Duration::from_millis(200)).await;
        release.send(true).unwrap();
    };
    let (results, ()) = tokio::join!(calls, answer);
    let (answered, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((answered.len(), refused.len()), (3, 17));
    assert!(refused.into_iter().all(is_open));
    assert_eq!(arrived.load(Ordering::Relaxed), 5);
    introspect(&api).await.unwrap();
}

#[tokio::test]
async fn cancelled_trial_call_frees_its_place() {
    let (url, arrived, release) = server_with_held_responses().await;
    let pause = Duration::from_secs(2);
    let api = api(&url, policy().open_duration(pause));
    for _ in 0..2 {
        introspect(&api).await.unwrap_err();
    }
    sleep(pause).await;
    let begun = Instant::now();
    for expected in 3..=5 {
        tokio::select! {
            result = introspect(&api) => panic!("{result:?}"),
            () = wait_for_arrivals(&arrived, expected) => {}
        }
    }
    release.send(true).unwrap();
    introspect(&api).await.unwrap();
    assert!(begun.elapsed() < pause, "there was another pause");
}

#[tokio::test]
async fn handles_for_the_same_server_share_a_breaker() {
    let [server, another] = [
        Server::always(unavailable()).await,
        Server::always(ok()).await,
    ];
    let api = api(&server.url, policy());
    introspect(&api.clone()).await.unwrap_err();
    introspect(&api.with_header("x-a", "b").unwrap())
        .await
        .unwrap_err();
    let config = |url: &str| Config::v3(url, 2, "u");
    let sharing = api.with_config(config(&server.url)).unwrap();
    assert!(is_open(introspect(&sharing).await));
    let elsewhere = api.with_config(config(&another.url)).unwrap();
    introspect(&elsewhere).await.unwrap();
}

#[tokio::test]
async fn rejected_call_takes_no_token_of_the_rate_limiter() {
    let server = Server::start(|request| match request.path.ends_with("introspection") {
        true => unavailable(),
        false => ok(),
    })
    .await;
    let api = Authlete::builder(Config::v3(&server.url, 1, "t"))
        .circuit_breaker(policy())
        .rate_limiter(RateLimiterPolicy::per_second(1).burst(3))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    for _ in 0..2 {
        introspect(&api).await.unwrap_err();
    }
    for _ in 0..100 {
        assert!(is_open(introspect(&api).await));
    }
    token(&api.with_timeout(Duration::from_secs(10)))
        .await
        .unwrap();
}

/// The trial call keeps its place while the rate limiter delays it.
#[tokio::test]
async fn trial_call_may_wait_for_the_rate_limiter() {
    let server = recovering(2).await;
    // Longer than the rest of the second for which the rate limiter delays the call.
    let pause = Duration::from_millis(600);
    let api = Authlete::builder(Config::v3(&server.url, 1, "t"))
        .circuit_breaker(policy().open_duration(pause))
        .rate_limiter(RateLimiterPolicy::per_second(1).burst(1))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    for _ in 0..2 {
        introspect(&api).await.unwrap_err();
    }
    sleep(pause).await;
    introspect(&api).await.unwrap();
}

/// Calls that the rate limiter delays fail as soon as the breaker opens.
#[tokio::test]
async fn calls_that_wait_for_the_rate_limiter_fail_when_the_breaker_opens() {
    let server = Server::always(unavailable()).await;
    let api = Authlete::builder(Config::v3(&server.url, 1, "t"))
        .circuit_breaker(policy())
        .rate_limiter(RateLimiterPolicy::per_second(1))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let results = join_all((0..4).map(|_| introspect(&api))).await;
    let refused = results
        .into_iter()
        .map(is_open)
        .filter(|open| *open)
        .count();
    assert_eq!((refused, server.take().len()), (2, 2));
}
