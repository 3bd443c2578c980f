//! What is tried again, what is not, and how often the server sees it.

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

/// Retries that keep no test waiting.
fn soon() -> RetryPolicy {
    RetryPolicy::new().base_delay(Duration::from_millis(1))
}

fn api(url: &str) -> Authlete {
    let config = Config::v3(url, 1, "t");
    Authlete::builder(config).retry(soon()).build().unwrap()
}

/// Answers in the order given, and with the last one from then on.
async fn in_turn(replies: Vec<Reply>) -> Server {
    let next = Arc::new(AtomicUsize::new(0));
    Server::start(move |_| {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        replies[turn.min(replies.len() - 1)].clone()
    })
    .await
}

fn refused(status: u16) -> Reply {
    Reply::text(status, "text/plain", "not now")
}

#[tokio::test]
async fn what_changes_nothing_is_tried_again() {
    for status in [408, 429, 502, 503, 504] {
        let server = in_turn(vec![refused(status), refused(status), ok()]).await;
        introspect(&api(&server.url)).await.unwrap();
        let arrived = server.take();
        assert_eq!(arrived.len(), 3);
        // The same request each time.
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

        let server = Server::always(refused(status)).await;
        let error = introspect(&api(&server.url)).await.unwrap_err();
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(server.take().len(), 3);
    }
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for status in [200, 301, 400, 401, 403, 404, 500, 501] {
        let server = Server::always(refused(status)).await;
        introspect(&api(&server.url)).await.unwrap_err();
        assert_eq!(server.take().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_change_is_tried_again_only_when_it_was_refused_unprocessed() {
    for (status, expected) in [(408, 1), (429, 3), (502, 1), (503, 1), (504, 1)] {
        let server = Server::always(refused(status)).await;
        token(&api(&server.url)).await.unwrap_err();
        assert_eq!(server.take().len(), expected, "{status}");
    }
}

#[tokio::test]
async fn a_request_that_did_not_arrive_is_tried_again() {
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
    let (mut stream, _) = connection.expect("it comes back").unwrap();
    let mut request = [0; 4096];
    assert!(stream.read(&mut request).await.unwrap() > 0);
    stream.write_all(OK).await.unwrap();
    call.await.unwrap().unwrap();
}

/// Reads a request on each connection, answers, and closes. Counts the requests.
async fn counting(answer: &'static str) -> (String, Arc<AtomicUsize>) {
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

/// The heart of the matter, for each operation of both generations: what may have been processed is sent again only if
/// it changes nothing.
#[tokio::test]
async fn no_change_reaches_the_server_twice() {
    for version in [ApiVersion::V2, ApiVersion::V3] {
        for fact in facts().iter().filter(|fact| fact.path(version).is_some()) {
            for answer in [
                "",
                "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
                "HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n",
            ] {
                let (url, requests) = counting(answer).await;
                let api = Authlete::builder(facts::config(version, &url))
                    .retry(soon())
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
}

/// A proof of possession is good for one use (RFC 9449 §11.1): a repetition may be refused as a replay, though the first
/// request was in order.
#[tokio::test]
async fn a_proof_of_the_client_is_presented_once() {
    for (answer, expected) in [
        ("", 1),
        ("HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n", 1),
        ("HTTP/1.1 429 Busy\r\ncontent-length: 0\r\n\r\n", 3),
    ] {
        let (url, requests) = counting(answer).await;
        let api = api(&url);
        let request = IntrospectionRequest::new("t").dpop("proof");
        api.introspection(&request).await.unwrap_err();
        let request = UserInfoRequest::new("t").dpop("proof");
        api.userinfo(&request).await.unwrap_err();
        assert_eq!(requests.load(Ordering::Relaxed), 2 * expected, "{answer:?}");
    }
}

/// Every operation that may be repeated and takes a proof says so.
#[test]
fn what_is_good_for_one_use_is_known() {
    for fact in facts() {
        let operation = operation(&fact);
        let takes_proof = arguments(&fact)["body"].get("dpop").is_some();
        let expected = (operation.repeatable && takes_proof).then_some("dpop");
        assert_eq!(operation.single_use, expected, "{}", fact.id);
    }
}

/// All that may be repeated: whatever else the description calls so has to be thought about here, too.
#[test]
fn what_may_be_repeated_uses_nothing_up_and_changes_nothing() {
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
async fn a_wait_beyond_the_timeout_is_not_begun() {
    let server = Server::always(refused(429).header("retry-after", "60")).await;
    let api = api(&server.url).with_timeout(Duration::from_secs(30));
    let begun = Instant::now();
    let error = introspect(&api).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert!(error.is_rate_limited());
    assert_eq!(server.take().len(), 1);
}

#[tokio::test]
async fn the_server_says_when_to_come_back() {
    for header in ["retry-after", "ratelimit-reset", "x-ratelimit-reset"] {
        let server = in_turn(vec![refused(429).header(header, "1"), ok()]).await;
        let begun = Instant::now();
        token(&api(&server.url)).await.unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(1), "{header}");
        assert_eq!(server.take().len(), 2);
    }
}

/// All answers tell of the rate limit: only when it is used up is its end worth to be waited for.
#[tokio::test]
async fn a_limit_that_is_not_used_up_delays_nothing() {
    for remaining in ["1", "99"] {
        let away = refused(503)
            .header("ratelimit-remaining", remaining)
            .header("ratelimit-reset", "3600");
        let server = in_turn(vec![away, ok()]).await;
        introspect(&api(&server.url)).await.unwrap();
        assert_eq!(server.take().len(), 2);
    }
    for (status, remaining) in [(503, "0"), (429, "0"), (429, "1")] {
        let reply = refused(status)
            .header("ratelimit-remaining", remaining)
            .header("ratelimit-reset", "3600");
        let server = Server::always(reply).await;
        let error = introspect(&api(&server.url)).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
        assert_eq!(server.take().len(), 1, "{status} {remaining}");
    }
}

#[tokio::test]
async fn the_timeout_is_for_all_attempts_together() {
    // Each attempt is within the time of a call, and two are not.
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

/// Keeps silent on the first connections, and answers after a while on those that come then. Counts the requests.
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

/// As after a failover, when the other end of a connection is gone without a word.
#[tokio::test]
async fn an_attempt_that_takes_too_long_leaves_time_for_another() {
    let (url, requests) = silent_at_first(2).await;
    let impatient = soon().attempt_timeout(Duration::from_millis(200));
    let api = api(&url).with_retry(impatient).unwrap();
    // The last attempt has all the time that is left: the server takes longer than an attempt may.
    introspect(&api).await.unwrap();
    assert_eq!(requests.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_change_has_all_the_time_of_the_call() {
    let (url, requests) = silent_at_first(0).await;
    let api = api(&url)
        .with_retry(soon().attempt_timeout(Duration::from_millis(20)))
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
async fn a_timeout_may_be_as_long_as_can_be() {
    let server = in_turn(vec![refused(503), ok()]).await;
    introspect(&api(&server.url).with_timeout(Duration::MAX))
        .await
        .unwrap();
    assert_eq!(server.take().len(), 2);
}

#[tokio::test]
async fn a_handle_can_do_without() {
    let server = Server::always(refused(503)).await;
    let api = api(&server.url);
    let once = api.with_retry(RetryPolicy::never()).unwrap();
    introspect(&once).await.unwrap_err();
    assert_eq!(server.take().len(), 1);
    // The other one is as it was.
    introspect(&api).await.unwrap_err();
    assert_eq!(server.take().len(), 3);
}

#[tokio::test]
async fn an_outage_is_not_multiplied() {
    let server = Server::always(refused(503)).await;
    let api = api(&server.url);
    let (calls, begun) = (600, Instant::now());
    for _ in 0..calls {
        // Each clone draws from the same budget.
        introspect(&api.clone()).await.unwrap_err();
    }
    let arrived = server.take().len();
    // 100 retries are in reserve for ten seconds, and each call adds a fifth of one.
    let reserves = 100 * (1 + begun.elapsed().as_secs() as usize / 10);
    let most = calls + reserves + calls / 5;
    assert!((calls + 100..=most).contains(&arrived), "{arrived}");
}

/// All calls fail at the same time, on several threads, with nothing but the reserve in the budget.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_failures_is_not_multiplied() {
    let server = Server::always(refused(503)).await;
    let api = api(&server.url);
    let (calls, begun) = (500, Instant::now());
    let storm = (0..calls).map(|number| {
        // Handles for other services, or with other settings, are no way around.
        let config = Config::v3(&server.url, 1 + number % 7, "t");
        let api = api.with_config(config).unwrap().with_retry(soon()).unwrap();
        tokio::spawn(async move { introspect(&api).await.unwrap_err() })
    });
    for call in storm.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().status().unwrap(), 503);
    }
    let (calls, arrived) = (500, server.take().len());
    let reserves = 100 * (1 + begun.elapsed().as_secs() as usize / 10);
    // Threads that look at the budget at the same moment may each take what is there for one.
    let most = calls + reserves + calls / 5 + 20;
    assert!((calls + 100..=most).contains(&arrived), "{arrived}");
}

/// A connection that was good a moment ago, and on which a request is read but not answered.
#[tokio::test]
async fn no_change_is_sent_again_on_another_connection() {
    let counters = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let counted = Arc::clone(&counters);
    let url = raw_server(move |mut stream| {
        let counters = Arc::clone(&counters);
        async move {
            let [connections, requests] = &*counters;
            connections.fetch_add(1, Ordering::Relaxed);
            while next_request(&mut stream).await {
                // Every second request of all.
                if requests.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
                    return;
                }
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let seen = || [0, 1].map(|counter: usize| counted[counter].load(Ordering::Relaxed));
    // Time for a connection to come back to the pool.
    let settle = || tokio::time::sleep(Duration::from_millis(50));
    let api = api(&url);
    token(&api).await.unwrap();
    settle().await;
    let error = token(&api).await.unwrap_err();
    assert!(error.is_retryable() && !error.is_connect(), "{error:?}");
    assert_eq!(seen(), [1, 2]);
    // What changes nothing is sent again, on a new connection.
    introspect(&api).await.unwrap();
    settle().await;
    introspect(&api).await.unwrap();
    assert_eq!(seen(), [3, 5]);
}

/// A server that is fast enough may be faster than the clock, which has milliseconds.
#[tokio::test]
async fn a_call_without_time_is_a_timeout_and_sent_once_at_most() {
    for _ in 0..3 {
        let server = Server::always(ok()).await;
        let api = api(&server.url);
        if let Err(error) = token(&api.with_timeout(Duration::ZERO)).await {
            assert!(error.is_timeout(), "{error:?}");
        }
        // The handle is as it was. By now the first request has arrived, too, if it was sent.
        token(&api).await.unwrap();
        assert!((1..=2).contains(&server.take().len()));
    }
}

#[tokio::test]
async fn the_rate_limit_is_known() {
    let limit = |reply: Reply, remaining: &str| {
        reply
            .header("x-ratelimit-limit", "100")
            .header("x-ratelimit-remaining", remaining)
            .header("x-ratelimit-reset", "1")
    };
    let server = in_turn(vec![limit(ok(), "17"), limit(refused(500), "16"), ok()]).await;
    let api = api(&server.url);
    assert_eq!(api.rate_limit(), None);

    let answer = api
        .introspection(&IntrospectionRequest::new("t"))
        .await
        .unwrap();
    let told = answer.response_headers.unwrap().rate_limit().unwrap();
    assert_eq!((told.limit, told.remaining), (Some(100), Some(17)));
    assert_eq!(told.reset, Some(Duration::from_secs(1)));
    assert_eq!(api.rate_limit(), Some(told));

    let error = introspect(&api).await.unwrap_err();
    assert_eq!(error.rate_limit().unwrap().remaining, Some(16));
    // Whoever shares the connections shares the limit.
    let other = api.with_config(Config::v3(&server.url, 2, "t")).unwrap();
    assert_eq!(other.rate_limit().unwrap().remaining, Some(16));

    introspect(&api).await.unwrap();
    assert_eq!(api.rate_limit().unwrap().remaining, Some(16));
}
