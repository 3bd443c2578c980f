//! Spans and events of the `tracing` crate, and what they must not contain.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use authlete::types::{Client, IntrospectionRequest};
use authlete::{ApiVersion, Authlete, Config, RetryPolicy};
use authlete_codegen::document::operations;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tracing::instrument::WithSubscriber as _;
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Instrument as _, Level};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::description::{FLAT, success};
use crate::facts::{self, NEEDS_ENCODING, SERVICE, arguments, facts};
use crate::probe;
use crate::raw_server::{raw_server, silent_server};
use crate::recorder::{Recorded, Recorder};
use crate::server::{Reply, Server};

fn api(url: &str) -> Authlete {
    let policy = RetryPolicy::new().base_delay(Duration::from_millis(1));
    Authlete::builder(Config::v3(url, SERVICE, "SECRET-credential"))
        .retry(policy)
        .build()
        .unwrap()
}

async fn introspect(api: &Authlete) {
    let request = IntrospectionRequest::new("SECRET-token");
    let _ = api.introspection(&request).await;
}

/// Records spans and events up to `level` while `calls` run.
pub async fn listen(level: LevelFilter, calls: impl Future<Output = ()>) -> Recorder {
    let recorder = Recorder::default();
    calls.with_subscriber(dispatch(level, &recorder)).await;
    recorder
}

fn dispatch(level: LevelFilter, recorder: &Recorder) -> Dispatch {
    // With a single dispatcher, `tracing` caches the interest in a callsite as seen by the first thread that reaches it,
    // which may run another test.
    static ANOTHER: LazyLock<Dispatch> =
        LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
    LazyLock::force(&ANOTHER);
    let subscriber = tracing_subscriber::registry().with(level);
    Dispatch::new(subscriber.with(recorder.clone()))
}

fn ok() -> Reply {
    Reply::json(200, &json!({ "action": "OK", "resultCode": "A056001" }))
        .header("x-ratelimit-remaining", "17")
}

fn busy() -> Reply {
    Reply::json(503, &json!({ "resultCode": "A000101" })).header("ratelimit-remaining", "0")
}

fn assert_fields(recorded: &Recorded, expected: &[(&str, &str)]) {
    let fields: Vec<(&str, &str)> = recorded
        .fields
        .iter()
        .filter(|(name, _)| !matches!(**name, "duration" | "message"))
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn successful_call_has_two_spans_and_a_debug_event() {
    let server = Server::always(ok()).await;
    let recorder = listen(LevelFilter::TRACE, introspect(&api(&server.url))).await;
    let (spans, events) = recorder.ours();

    let [call, attempt] = &spans[..] else {
        panic!("{spans:?}")
    };
    assert_eq!((call.name.as_str(), call.parent), ("call", None));
    assert_fields(
        call,
        &[
            ("authlete.operation", "introspection"),
            ("otel.kind", "internal"),
            ("otel.name", "authlete introspection"),
        ],
    );
    assert_eq!(attempt.name, "attempt");
    assert!(attempt.parent.is_some());
    let port = server.url.rsplit_once(':').unwrap().1;
    assert_fields(
        attempt,
        &[
            ("authlete.operation", "introspection"),
            ("authlete.rate_limit.remaining", "17"),
            ("authlete.result_code", "A056001"),
            ("http.request.method", "POST"),
            ("http.response.status_code", "200"),
            ("otel.kind", "client"),
            ("otel.name", "POST /api/{serviceId}/auth/introspection"),
            ("server.address", "127.0.0.1"),
            ("server.port", port),
            ("url.template", "/api/{serviceId}/auth/introspection"),
        ],
    );

    let [event] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(event.name, "response received");
    assert_fields(
        event,
        &[
            ("authlete.operation", "introspection"),
            ("authlete.rate_limit.remaining", "17"),
            ("authlete.result_code", "A056001"),
            ("http.response.status_code", "200"),
        ],
    );
    let duration: f64 = event.field("duration").unwrap().parse().unwrap();
    assert!(duration > 0.0 && duration < 30.0);

    for recorded in spans.iter().chain(&events) {
        assert_eq!(recorded.level, Level::DEBUG);
    }
    assert!(spans.iter().all(|span| span.is_closed));
}

#[tokio::test]
async fn each_attempt_has_a_span_and_each_retry_an_event() {
    let turn = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        2 => ok(),
        _ => busy(),
    })
    .await;
    let recorder = listen(LevelFilter::TRACE, introspect(&api(&server.url))).await;
    let (spans, events) = recorder.ours();

    assert_eq!(spans.len(), 4);
    // The call succeeds.
    assert_eq!(spans[0].field("otel.status_code"), None);
    for (number, attempt) in spans[1..].iter().enumerate() {
        let expected = match number {
            0 => (None, "503", Some("503"), Some("ERROR")),
            1 => (Some("1"), "503", Some("503"), Some("ERROR")),
            _ => (Some("2"), "200", None, None),
        };
        let found = (
            attempt.field("http.request.resend_count"),
            attempt.field("http.response.status_code").unwrap(),
            attempt.field("error.type"),
            attempt.field("otel.status_code"),
        );
        assert_eq!(found, expected);
    }

    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["retrying", "retrying", "response received"]);
    let delay: f64 = events[0]
        .field("authlete.retry.delay")
        .unwrap()
        .parse()
        .unwrap();
    assert!((0.0..=0.001).contains(&delay));
    assert_eq!(events[0].field("error.type"), Some("503"));
    // Nothing above debug, although two attempts failed.
    assert!(events.iter().all(|event| event.level == Level::DEBUG));
}

/// Each request has its own span, including one that is resent with the nonce of the server.
#[cfg(feature = "dpop")]
#[tokio::test]
async fn request_resent_with_the_nonce_has_its_own_span() {
    let turn = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::json(401, &json!({}))
            .header("www-authenticate", r#"DPoP error="use_dpop_nonce""#)
            .header("dpop-nonce", "SECRET-nonce"),
        1 => busy(),
        _ => ok(),
    })
    .await;
    let config = Config::v3(&server.url, SERVICE, "SECRET-credential");
    let config = config.dpop_key(crate::dpop::keys::ed25519().to_string());
    let api = api(&server.url).with_config(config).unwrap();
    let recorder = listen(LevelFilter::TRACE, introspect(&api)).await;
    let (spans, events) = recorder.ours();

    let attempts: Vec<_> = spans[1..]
        .iter()
        .map(|attempt| {
            let [resent, status] = ["http.request.resend_count", "http.response.status_code"]
                .map(|name| attempt.field(name));
            (resent, status.unwrap())
        })
        .collect();
    assert_eq!(
        attempts,
        [(None, "401"), (Some("1"), "503"), (Some("2"), "200")]
    );
    assert_eq!(events[0].name, "retrying");
    assert_eq!(events[0].field("error.type"), Some("401"));
    assert_eq!(events[0].field("authlete.retry.delay"), Some("0.0"));
}

#[tokio::test]
async fn failed_call_has_one_warning() {
    let server = Server::always(busy()).await;
    for level in [LevelFilter::TRACE, LevelFilter::INFO] {
        let recorder = listen(level, introspect(&api(&server.url))).await;
        let (spans, events) = recorder.ours();
        let warnings: Vec<&Recorded> = events
            .iter()
            .filter(|event| event.level != Level::DEBUG)
            .collect();
        let [warning] = warnings[..] else {
            panic!("{warnings:?}")
        };
        assert_eq!(
            (warning.level, warning.name.as_str()),
            (Level::WARN, "call failed")
        );
        // The event is complete without the spans.
        assert_fields(
            warning,
            &[
                ("authlete.operation", "introspection"),
                ("authlete.rate_limit.remaining", "0"),
                ("authlete.result_code", "A000101"),
                ("error.type", "503"),
                ("http.response.status_code", "503"),
            ],
        );
        if level == LevelFilter::TRACE {
            assert_eq!(spans[0].field("error.type"), Some("503"));
            assert_eq!(spans[0].field("otel.status_code"), Some("ERROR"));
            assert!(warning.parent.is_some());
        } else {
            assert!(spans.is_empty());
        }
    }
}

#[tokio::test]
async fn successful_call_records_nothing_at_info_level() {
    let server = Server::always(ok()).await;
    let recorder = listen(LevelFilter::INFO, introspect(&api(&server.url))).await;
    let (spans, events) = recorder.ours();
    assert!(spans.is_empty() && events.is_empty(), "{events:?}");
    assert_eq!(server.take().len(), 1);
}

#[tokio::test]
async fn error_type_names_the_kind_of_failure() {
    let silent = silent_server().await;
    let broken = raw_server(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
    })
    .await;
    let page = Server::always(Reply::text(200, "text/html", "<html>")).await;
    let missing = Server::always(Reply::text(404, "text/html", "<html>")).await;
    let other = Server::always(Reply::json(200, &json!({ "action": 5 }))).await;
    let long = Server::always(Reply::text(200, "text/plain", vec![b' '; 2000])).await;
    for (url, expected) in [
        ("http://127.0.0.1:1", "connect"),
        (&broken.replace("http:", "https:"), "tls"),
        (&silent, "timeout"),
        (&broken, "interrupted"),
        (&page.url, "unexpected_body"),
        (&missing.url, "404"),
        (&other.url, "decode"),
        (&long.url, "too_large"),
    ] {
        let api = Authlete::builder(Config::v3(url, 1, "t"))
            .retry(RetryPolicy::never())
            .timeout(Duration::from_millis(match expected {
                "timeout" => 300,
                _ => 30_000,
            }))
            .max_response_size(1000)
            .build()
            .unwrap();
        let recorder = listen(LevelFilter::TRACE, introspect(&api)).await;
        let (spans, events) = recorder.ours();
        assert_eq!(spans[0].field("error.type"), Some(expected));
        assert_eq!(events.last().unwrap().field("error.type"), Some(expected));
        // The attempt succeeded, though its response does not decode.
        let attempt = match expected {
            "unexpected_body" | "decode" => None,
            _ => Some(expected),
        };
        assert_eq!(spans[1].field("error.type"), attempt, "{expected}");
    }
}

/// Concurrent calls stay in their own spans, on one thread and across threads.
async fn assert_concurrent_calls_keep_their_spans() {
    let server = Server::start(|request| match request.path.ends_with("/create") {
        true => Reply::json(201, &json!({ "clientId": 1 })),
        false => ok(),
    })
    .await;
    let recorder = Recorder::default();
    let dispatch = dispatch(LevelFilter::TRACE, &recorder);
    let mut calls = Vec::new();
    for _ in 0..20 {
        let api = api(&server.url);
        let both = async move {
            let client = Client::new();
            let (created, ()) = tokio::join!(api.create_client(&client), introspect(&api));
            created.unwrap();
        };
        let call = async move {
            let mine = tracing::info_span!(target: "mine", "mine");
            both.instrument(mine).await;
        };
        calls.push(tokio::spawn(call.with_subscriber(dispatch.clone())));
    }
    for call in calls {
        call.await.unwrap();
    }

    let all = recorder.all();
    let ours = |recorded: &&Recorded| recorded.target == "authlete";
    assert_eq!(all.iter().filter(ours).count(), 20 * 2 * 3);
    for recorded in all.iter().filter(ours) {
        let parent = &all[recorded.parent.unwrap()];
        if recorded.name == "call" {
            assert_eq!(parent.target, "mine");
        } else {
            assert_eq!(
                parent.field("authlete.operation"),
                recorded.field("authlete.operation")
            );
        }
        assert!(recorded.is_closed || !recorded.is_span);
    }
}

#[tokio::test]
async fn calls_keep_to_their_spans_on_one_thread() {
    assert_concurrent_calls_keep_their_spans().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_keep_to_their_spans_on_several_threads() {
    assert_concurrent_calls_keep_their_spans().await;
}

#[tokio::test]
async fn spans_of_a_dropped_call_are_closed() {
    let server = silent_server().await;
    let api = api(&server);
    let call = tokio::time::timeout(Duration::from_millis(50), introspect(&api));
    let recorder = listen(LevelFilter::TRACE, async { drop(call.await) }).await;
    let (spans, events) = recorder.ours();
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.is_closed));
    assert!(events.is_empty());
}

/// Calls each operation of a generation at the URL from `url_for`, and passes the recording to `check`.
async fn each_operation(
    version: ApiVersion,
    url_for: impl AsyncFn(Value) -> String,
    check: impl Fn(&facts::Fact, ApiVersion, &Recorder),
) {
    let policy = RetryPolicy::new()
        .max_attempts(2)
        .base_delay(Duration::ZERO);
    // Building an HTTP client is slow, so all calls share one.
    let shared = api("http://127.0.0.1:1").with_retry(policy).unwrap();
    for fact in facts().iter().filter(|fact| fact.path(version).is_some()) {
        let operation = operations(&FLAT)
            .find(|entry| entry.id() == fact.id)
            .expect("coverage is complete");
        let body = success(operation.value).1.map(|(_, body)| body);
        let url = url_for(body.unwrap_or_default()).await;
        let api = shared.with_config(facts::config(version, &url)).unwrap();
        let arguments = arguments(fact);
        let call = async { drop(probe::call(&api, &fact.id, &arguments).await) };
        let recorder = listen(LevelFilter::TRACE, call).await;
        assert!(!recorder.ours().0.is_empty(), "{} records no span", fact.id);
        check(fact, version, &recorder);
    }
}

/// Asserts that no recorded span or event of any crate contains data of the request or response.
fn assert_nothing_sensitive_recorded(fact: &facts::Fact, version: ApiVersion, recorder: &Recorder) {
    let credentials = fact.credentials(version);
    let mut secrets = vec![
        // All strings in requests and responses contain one of these.
        "SECRET-".to_owned(),
        "text of".to_owned(),
        // Arguments, plain and percent-encoded.
        NEEDS_ENCODING.to_owned(),
        "a%2F".to_owned(),
        "any name".to_owned(),
        SERVICE.to_string(),
        i32::MAX.to_string(),
        i64::MAX.to_string(),
    ];
    secrets.extend(credentials.and_then(|value| Some(value.split_once(' ')?.1.to_owned())));
    for recorded in recorder.all() {
        for value in recorded.fields.values().chain([&recorded.name]) {
            for secret in &secrets {
                assert!(
                    !value.contains(secret),
                    "{} {version}: {secret}: {recorded:?}",
                    fact.id
                );
            }
            assert_ne!(value, &facts::OTHER_SERVICE.to_string(), "{}", fact.id);
        }
    }
}

#[rstest]
#[tokio::test]
async fn successful_operations_record_no_data_of_request_or_response(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let answered = async |body: Value| {
        let text = body
            .as_str()
            .map_or_else(|| body.to_string(), str::to_owned);
        let reply = Reply::text(200, "application/json", text)
            .header("set-cookie", "SECRET-cookie")
            .header("ratelimit-remaining", "SECRET-17");
        Server::always(reply).await.url
    };
    each_operation(version, answered, |fact, version, recorder| {
        assert_nothing_sensitive_recorded(fact, version, recorder);
        let (spans, _) = recorder.ours();
        let template = spans[1].field("url.template").unwrap();
        let segments = fact.segments(version);
        let recorded: Vec<&str> = template.split('/').skip(1).collect();
        assert_eq!(recorded.len(), segments.len(), "{template}");
        for (recorded, sent) in recorded.iter().zip(&segments) {
            assert!(recorded.starts_with('{') || recorded == sent, "{template}");
        }
        assert_eq!(
            spans[1].field("http.request.method"),
            Some(fact.method(version))
        );
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn failed_operations_record_no_data_of_request_or_response(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let refusal = json!({
        "resultCode": "SECRET-code",
        "resultMessage": "the text of the request, SECRET-message",
        "accessToken": "SECRET-token",
    });
    for reply in [
        Reply::json(400, &refusal),
        Reply::json(429, &refusal).header("retry-after", "SECRET-time"),
        Reply::text(502, "text/html", "<html>SECRET-page"),
        Reply::text(200, "application/json", "{\"action\":\"SECRET-action"),
        Reply::json(
            200,
            &json!({ "action": ["SECRET-action"], "resultCode": "SECRET-code" }),
        ),
        Reply::text(307, "text/plain", "").header("location", "http://127.0.0.1:1/SECRET-place"),
    ] {
        let server = Server::always(reply).await;
        each_operation(
            version,
            async |_| server.url.clone(),
            assert_nothing_sensitive_recorded,
        )
        .await;
    }
    let broken = raw_server(|mut stream| async move {
        let _ = stream.read(&mut vec![0; 1 << 20]).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"SECRET-")
            .await;
    })
    .await;
    for url in [broken.as_str(), "http://127.0.0.1:1"] {
        each_operation(
            version,
            async |_| url.to_owned(),
            assert_nothing_sensitive_recorded,
        )
        .await;
    }
}

/// The guide lists each span, event and field, and no other.
#[tokio::test]
async fn guide_documents_all_spans_events_and_fields() {
    let turn = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => ok(),
        _ => busy(),
    })
    .await;
    let api = api(&server.url);
    let recorder = listen(LevelFilter::TRACE, async {
        introspect(&api).await;
        introspect(&api).await;
    })
    .await;
    let (spans, events) = recorder.ours();
    let recorded = spans.iter().chain(&events);
    let mut found: BTreeSet<&str> = recorded
        .clone()
        .flat_map(|recorded| recorded.fields.keys().copied())
        .collect();
    found.remove("message");
    found.extend(recorded.map(|recorded| recorded.name.as_str()));

    let guide = include_str!("../../docs/tracing.md");
    let rows = guide.lines().filter(|line| line.starts_with("| `"));
    let documented: BTreeSet<&str> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(documented, found);
}
