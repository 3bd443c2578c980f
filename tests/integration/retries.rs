//! Which requests are retried, and how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use authlete::types::{IntrospectionRequest, UserInfoRequest};
use authlete::{ApiVersion, Authlete, Config, Operation, RetryPolicy, operations};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::calls::{introspect, ok, token};
use crate::facts::{self, Fact, arguments, facts};
use crate::probe;
use crate::raw_server::{BACKLOG, OK, bound_socket, next_request, raw_server};
use crate::server::{Reply, Server};
use rstest::rstest;

/// A retry policy with short delays.
fn fast_retries() -> RetryPolicy {
    RetryPolicy::new().base_delay(Duration::from_millis(1))
}

fn api(url: &str) -> Authlete {
    let config = Config::v3(url, 1, "t");
    Authlete::builder(config)
        .retry(fast_retries())
        .build()
        .unwrap()
}

/// Sends the replies in order, then repeats the last one.
async fn replies_in_order(replies: Vec<Reply>) -> Server {
    let next = Arc::new(AtomicUsize::new(0));
    Server::start(move |_| {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        replies[turn.min(replies.len() - 1)].clone()
    })
    .await
}

fn failure(status: u16) -> Reply {
    Reply::text(status, "text/plain", "not now")
}

#[tokio::test]
async fn repeatable_operation_is_retried_on_temporary_failures() {
    for status in [408, 429, 502, 503, 504] {
        let server = replies_in_order(vec![failure(status), failure(status), ok()]).await;
        introspect(&api(&server.url)).await.unwrap();
        let arrived = server.take();
        assert_eq!(arrived.len(), 3);
        // Each attempt sends the same request.
        assert!(
            arrived
                .iter()
                .all(|request| request.body == arrived[0].body)
        );
        assert!(
            arrived
                .iter()
                .all(|request| request.headers == arrived[0].headers)
        );

        let server = Server::always(failure(status)).await;
        let error = introspect(&api(&server.url)).await.unwrap_err();
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(server.take().len(), 3);
    }
}

#[tokio::test]
async fn permanent_failure_is_not_retried() {
    for status in [200, 301, 400, 401, 403, 404, 500, 501] {
        let server = Server::always(failure(status)).await;
        introspect(&api(&server.url)).await.unwrap_err();
        assert_eq!(server.take().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn other_operation_is_retried_only_after_429() {
    for (status, expected) in [(408, 1), (429, 3), (502, 1), (503, 1), (504, 1)] {
        let server = Server::always(failure(status)).await;
        token(&api(&server.url)).await.unwrap_err();
        assert_eq!(server.take().len(), expected, "{status}");
    }
}

#[tokio::test]
async fn request_is_retried_when_the_connection_fails() {
    let socket = bound_socket();
    let address = socket.local_addr().unwrap();
    let api = Authlete::builder(Config::v3(format!("http://{address}"), 1, "t"))
        .retry(
            RetryPolicy::new()
                .max_attempts(40)
                .base_delay(Duration::from_millis(20))
                .max_delay(Duration::from_millis(20)),
        )
        .build()
        .unwrap();
    let call = tokio::spawn(async move { token(&api).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let listener = socket.listen(BACKLOG).unwrap();
    let connection = tokio::time::timeout(Duration::from_secs(20), listener.accept()).await;
    let (mut stream, _) = connection.expect("the call is retried").unwrap();
    let mut request = [0; 4096];
    assert!(stream.read(&mut request).await.unwrap() > 0);
    stream.write_all(OK).await.unwrap();
    call.await.unwrap().unwrap();
}

/// Reads one request on each connection, answers and closes it. Counts the requests.
async fn counting_server(answer: &'static str) -> (String, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let url = raw_server(move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            let mut request = vec![0; 1 << 20];
            let read = stream.read(&mut request).await;
            if read.is_ok_and(|length| length > 0) {
                counter.fetch_add(1, Ordering::Relaxed);
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    })
    .await;
    (url, requests)
}

fn operation(fact: &Fact) -> &'static Operation {
    let mut all = operations::ALL.iter();
    all.find(|operation| operation.id == fact.id).unwrap()
}

/// For each operation of both generations: a request that may have been processed is retried only if the operation is
/// repeatable.
#[rstest]
#[tokio::test]
async fn request_that_may_have_been_processed_is_retried_only_if_repeatable(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for fact in facts().iter().filter(|fact| fact.path(version).is_some()) {
        for answer in [
            "",
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
            "HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n",
        ] {
            let (url, requests) = counting_server(answer).await;
            let api = Authlete::builder(facts::config(version, &url))
                .retry(fast_retries())
                .build()
                .unwrap();
            let (operation, mut arguments) = (operation(fact), arguments(fact));
            if let Some(member) = operation.single_use {
                arguments["body"].as_object_mut().unwrap().remove(member);
            }
            probe::call(&api, &fact.id, &arguments).await.unwrap_err();
            let expected = if operation.repeatable { 3 } else { 1 };
            assert_eq!(
                requests.load(Ordering::Relaxed),
                expected,
                "{} {version} {answer:?}",
                fact.id
            );
        }
    }
}

/// A DPoP proof is single-use (RFC 9449 §11.1), so a retry could be rejected as a replay of the first request.
#[tokio::test]
async fn request_with_a_dpop_proof_is_not_retried_once_processed() {
    for (answer, expected) in [
        ("", 1),
        ("HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n", 1),
        ("HTTP/1.1 429 Busy\r\ncontent-length: 0\r\n\r\n", 3),
    ] {
        let (url, requests) = counting_server(answer).await;
        let api = api(&url);
        let request = IntrospectionRequest::new("t").dpop("proof");
        api.introspection(&request).await.unwrap_err();
        let request = UserInfoRequest::new("t").dpop("proof");
        api.userinfo(&request).await.unwrap_err();
        assert_eq!(requests.load(Ordering::Relaxed), 2 * expected, "{answer:?}");
    }
}

/// `single_use` is set for every repeatable operation that takes a proof.
#[test]
fn single_use_is_dpop_for_repeatable_operations_with_a_proof() {
    for fact in facts() {
        let operation = operation(fact);
        let takes_proof = arguments(fact)["body"].get("dpop").is_some();
        let expected = (operation.repeatable && takes_proof).then_some("dpop");
        assert_eq!(operation.single_use, expected, "{}", fact.id);
    }
}

/// All repeatable operations. The list is written by hand, so that each addition to the API description is reviewed.
#[test]
fn repeatable_operations_are_the_reviewed_ones() {
    let repeatable = operations::ALL
        .iter()
        .filter(|operation| operation.repeatable);
    let ids: Vec<_> = repeatable.map(|operation| operation.id).collect();
    assert_eq!(
        ids,
        [
            "audit_entries",
            "audit_types",
            "authorization_ticket_info",
            "credential_issuer_jwks",
            "credential_issuer_metadata",
            "credential_jwt_issuer_metadata",
            "credential_offer_info",
            "device_verification",
            "dynamic_client_get",
            "echo",
            "federation_configuration",
            "get_client",
            "get_client_authorization_list",
            "get_client_list",
            "get_granted_scopes",
            "get_requestable_scopes",
            "get_service",
            "get_service_configuration",
            "get_service_jwks",
            "get_service_list",
            "get_token_list",
            "healthcheck",
            "hsk_get",
            "hsk_get_list",
            "info",
            "introspection",
            "post_service_configuration",
            "standard_introspection",
            "token_create_batch_status",
            "userinfo",
            "userinfo_issue",
            "verify_jose",
        ]
    );
}

#[tokio::test]
async fn no_retry_when_retry_after_exceeds_the_timeout() {
    let server = Server::always(failure(429).header("retry-after", "60")).await;
    let api = api(&server.url).with_timeout(Duration::from_secs(30));
    let begun = Instant::now();
    let error = introspect(&api).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert!(error.is_rate_limited());
    assert_eq!(server.take().len(), 1);
}

#[tokio::test]
async fn retry_waits_as_long_as_the_server_asks() {
    for header in ["retry-after", "ratelimit-reset", "x-ratelimit-reset"] {
        let server = replies_in_order(vec![failure(429).header(header, "1"), ok()]).await;
        let begun = Instant::now();
        token(&api(&server.url)).await.unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(1), "{header}");
        assert_eq!(server.take().len(), 2);
    }
}

/// Every response has the rate limit headers. The reset time matters only when the limit is exhausted.
#[tokio::test]
async fn reset_time_of_an_unexhausted_rate_limit_delays_no_retry() {
    for remaining in ["1", "99"] {
        let away = failure(503)
            .header("ratelimit-remaining", remaining)
            .header("ratelimit-reset", "3600");
        let server = replies_in_order(vec![away, ok()]).await;
        introspect(&api(&server.url)).await.unwrap();
        assert_eq!(server.take().len(), 2);
    }
    for (status, remaining) in [(503, "0"), (429, "0"), (429, "1")] {
        let reply = failure(status)
            .header("ratelimit-remaining", remaining)
            .header("ratelimit-reset", "3600");
        let server = Server::always(reply).await;
        let error = introspect(&api(&server.url)).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
        assert_eq!(server.take().len(), 1, "{status} {remaining}");
    }
}

#[tokio::test]
async fn timeout_is_for_all_attempts_together() {
    // One attempt fits into the timeout of the call, two do not.
    let url = raw_server(|mut stream| async move {
        while next_request(&mut stream).await {
            tokio::time::sleep(Duration::from_millis(600)).await;
            let refusal = b"HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n";
            let _ = stream.write_all(refusal).await;
        }
    })
    .await;
    let api = api(&url).with_timeout(Duration::from_secs(1));
    let begun = Instant::now();
    let error = introspect(&api).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// Never answers the first `silent` requests, and answers later ones after 400 ms. Counts the requests.
async fn silent_at_first(silent: usize) -> (String, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let url = raw_server(move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            while next_request(&mut stream).await {
                if counter.fetch_add(1, Ordering::Relaxed) < silent {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(Duration::from_millis(400)).await;
                let _ = stream.write_all(OK).await;
            }
        }
    })
    .await;
    (url, requests)
}

/// As after a failover, when the peer of a connection is gone without closing it.
#[tokio::test]
async fn attempt_timeout_leaves_time_for_another_attempt() {
    let (url, requests) = silent_at_first(2).await;
    let impatient = fast_retries().attempt_timeout(Duration::from_millis(200));
    let api = api(&url).with_retry(impatient).unwrap();
    // The last attempt has the rest of the timeout: the response takes longer than `attempt_timeout`.
    introspect(&api).await.unwrap();
    assert_eq!(requests.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn attempt_timeout_does_not_apply_to_requests_that_must_not_be_repeated() {
    let (url, requests) = silent_at_first(0).await;
    let api = api(&url)
        .with_retry(fast_retries().attempt_timeout(Duration::from_millis(20)))
        .unwrap();
    token(&api).await.unwrap();
    let with_proof = IntrospectionRequest::new("t").dpop("proof");
    api.introspection(&with_proof).await.unwrap();
    assert_eq!(requests.load(Ordering::Relaxed), 2);

    let (url, requests) = silent_at_first(usize::MAX).await;
    let api = api.with_config(Config::v3(&url, 1, "t")).unwrap();
    let error = token(&api.with_timeout(Duration::from_millis(300))).await;
    assert!(error.unwrap_err().is_timeout());
    assert_eq!(requests.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn maximum_timeout_does_not_overflow() {
    let server = replies_in_order(vec![failure(503), ok()]).await;
    introspect(&api(&server.url).with_timeout(Duration::MAX))
        .await
        .unwrap();
    assert_eq!(server.take().len(), 2);
}

#[tokio::test]
async fn retries_can_be_disabled_for_one_handle() {
    let server = Server::always(failure(503)).await;
    let api = api(&server.url);
    let once = api.with_retry(RetryPolicy::never()).unwrap();
    introspect(&once).await.unwrap_err();
    assert_eq!(server.take().len(), 1);
    // The original handle is unchanged.
    introspect(&api).await.unwrap_err();
    assert_eq!(server.take().len(), 3);
}

#[tokio::test]
async fn retry_budget_bounds_retries_during_an_outage() {
    let server = Server::always(failure(503)).await;
    let api = api(&server.url);
    let (calls, begun) = (600, Instant::now());
    for _ in 0..calls {
        // Clones share the retry budget.
        introspect(&api.clone()).await.unwrap_err();
    }
    let arrived = server.take().len();
    // The budget has a reserve of 100 retries per ten seconds, and each call adds a fifth of a retry.
    let reserves = 100 * (1 + begun.elapsed().as_secs() as usize / 10);
    let most = calls + reserves + calls / 5;
    assert!((calls + 100..=most).contains(&arrived), "{arrived}");
}

/// All calls fail at the same time, on several threads, with only the reserve in the budget.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn retry_budget_bounds_retries_of_concurrent_failures() {
    let server = Server::always(failure(503)).await;
    let api = api(&server.url);
    let (calls, begun) = (500, Instant::now());
    let calls_at_once = (0..calls).map(|number| {
        // Handles for other services or with other settings share the budget.
        let config = Config::v3(&server.url, 1 + number % 7, "t");
        let api = api
            .with_config(config)
            .unwrap()
            .with_retry(fast_retries())
            .unwrap();
        tokio::spawn(async move { introspect(&api).await.unwrap_err() })
    });
    for call in calls_at_once.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().status().unwrap(), 503);
    }
    let (calls, arrived) = (500, server.take().len());
    let reserves = 100 * (1 + begun.elapsed().as_secs() as usize / 10);
    // Threads that read the budget at the same moment may overdraw it.
    let most = calls + reserves + calls / 5 + 20;
    assert!((calls + 100..=most).contains(&arrived), "{arrived}");
}

/// A pooled connection on which the server reads the request and closes without a response.
#[tokio::test]
async fn request_on_a_closed_connection_is_resent_only_if_repeatable() {
    let counters = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let counted = Arc::clone(&counters);
    let url = raw_server(move |mut stream| {
        let counters = Arc::clone(&counters);
        async move {
            let [connections, requests] = &*counters;
            connections.fetch_add(1, Ordering::Relaxed);
            while next_request(&mut stream).await {
                // Close on every second request.
                if requests.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
                    return;
                }
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let seen = || [0, 1].map(|counter: usize| counted[counter].load(Ordering::Relaxed));
    // Time for a connection to return to the pool.
    let settle = || tokio::time::sleep(Duration::from_millis(50));
    let api = api(&url);
    token(&api).await.unwrap();
    settle().await;
    let error = token(&api).await.unwrap_err();
    assert!(error.is_retryable() && !error.is_connect(), "{error:?}");
    assert_eq!(seen(), [1, 2]);
    // A repeatable operation is retried on a new connection.
    introspect(&api).await.unwrap();
    settle().await;
    introspect(&api).await.unwrap();
    assert_eq!(seen(), [3, 5]);
}

/// The clock has a resolution of milliseconds, so a fast server may answer within a timeout of zero.
#[tokio::test]
async fn call_without_time_is_a_timeout_and_sent_once_at_most() {
    for _ in 0..3 {
        let server = Server::always(ok()).await;
        let api = api(&server.url);
        if let Err(error) = token(&api.with_timeout(Duration::ZERO)).await {
            assert!(error.is_timeout(), "{error:?}");
        }
        // The handle still works. By now the first request has arrived, if it was sent.
        token(&api).await.unwrap();
        assert!((1..=2).contains(&server.take().len()));
    }
}

#[tokio::test]
async fn rate_limit_headers_are_available_on_response_error_and_handle() {
    let limit = |reply: Reply, remaining: &str| {
        reply
            .header("x-ratelimit-limit", "100")
            .header("x-ratelimit-remaining", remaining)
            .header("x-ratelimit-reset", "1")
    };
    let server = replies_in_order(vec![limit(ok(), "17"), limit(failure(500), "16"), ok()]).await;
    let api = api(&server.url);
    assert_eq!(api.rate_limit(), None);

    let answer = api
        .introspection(&IntrospectionRequest::new("t"))
        .await
        .unwrap();
    let rate_limit = answer.response_headers.unwrap().rate_limit().unwrap();
    assert_eq!(
        (rate_limit.limit, rate_limit.remaining),
        (Some(100), Some(17))
    );
    assert_eq!(rate_limit.reset, Some(Duration::from_secs(1)));
    assert_eq!(api.rate_limit(), Some(rate_limit));

    let error = introspect(&api).await.unwrap_err();
    assert_eq!(error.rate_limit().unwrap().remaining, Some(16));
    // Handles that share connections share the rate limit.
    let other = api.with_config(Config::v3(&server.url, 2, "t")).unwrap();
    assert_eq!(other.rate_limit().unwrap().remaining, Some(16));

    introspect(&api).await.unwrap();
    assert_eq!(api.rate_limit().unwrap().remaining, Some(16));
}
