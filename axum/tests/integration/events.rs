//! `tracing` spans and events.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use authlete_axum::authorization_server::Endpoints;
use authlete_axum::{AccessToken, AuthorizationServer, RequireAccessToken};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get as on_get;
use tower::ServiceExt as _;
use tracing::Dispatch;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::common::*;

#[derive(Clone, Default)]
struct LogBuffer(Arc<Mutex<Vec<u8>>>);

impl io::Write for LogBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogBuffer {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The log of requests with these values of `Authorization`, all on this thread.
async fn log_for_authorizations(router: Router, authorizations: &[&str]) -> String {
    let requests = authorizations.iter().map(|authorization| {
        let request = Request::get("/things").header("authorization", *authorization);
        request.body(Body::empty()).unwrap()
    });
    log_for(router, requests).await
}

/// The log of requests, including the end of each span.
async fn log_for(router: Router, requests: impl IntoIterator<Item = Request<Body>>) -> String {
    // With a single subscriber, `tracing` caches whether a span or event is enabled on the thread that reaches it first.
    // That can be the thread of another test, which has no subscriber. A second subscriber disables this.
    static SECOND: LazyLock<Dispatch> =
        LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
    LazyLock::force(&SECOND);
    let buffer = LogBuffer::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(buffer.clone())
        .with_ansi(false)
        .finish();
    let _default = tracing::subscriber::set_default(subscriber);
    for request in requests {
        router.clone().oneshot(request).await.unwrap();
    }
    let bytes = buffer.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

async fn subject(token: AccessToken) -> String {
    token.subject().unwrap().to_owned()
}

fn guarded(api: authlete::Authlete) -> Router {
    let router = Router::new().route("/things", on_get(subject));
    router.layer(RequireAccessToken::new(api))
}

#[tokio::test]
async fn refusal_is_logged_with_its_reason_and_without_the_token() {
    let (emulator, api) = start(GENERATIONS[1]).await;
    let valid = format!("Bearer {}", token(&emulator, &api).await);
    let values = [
        &*valid,
        "Bearer unknown-secret",
        "Bearer a secret",
        "Basic c2VjcmV0",
        "secret",
    ];
    let log = log_for_authorizations(guarded(api), &values).await;
    for reason in ["refused_by_authlete", "unreadable", "no_token"] {
        let line = log.lines().find(|line| line.contains(reason));
        let line = line.unwrap_or_else(|| panic!("{reason} in {log}"));
        assert!(
            line.contains("DEBUG") && line.contains("access token refused"),
            "{line}"
        );
        assert!(line.contains("authlete_axum"), "{line}");
    }
    for secret in ["secret", "c2VjcmV0", &valid[7..]] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn failed_call_to_authlete_is_logged_as_a_warning() {
    let log = log_for_authorizations(guarded(unreachable()), &["Bearer some-secret"]).await;
    let line = log
        .lines()
        .find(|line| line.contains("access token could not be checked"));
    assert!(line.expect("an event").contains("WARN"), "{log}");
    assert!(!log.contains("some-secret"), "{log}");
}

#[tokio::test]
async fn missing_guard_is_logged_as_an_error() {
    let router = Router::new().route("/things", on_get(subject));
    let log = log_for_authorizations(router, &["Bearer some-secret"]).await;
    let line = log
        .lines()
        .find(|line| line.contains("route has no RequireAccessToken layer"));
    assert!(line.expect("an event").contains("ERROR"), "{log}");
    assert!(!log.contains("some-secret"), "{log}");
}

#[tokio::test]
async fn span_of_an_endpoint_has_route_and_status_but_no_request_data() {
    let (_emulator, api) = start(GENERATIONS[1]).await;
    let endpoints = Endpoints::from_issuer("https://as.example.com").unwrap();
    let users = crate::authorization_server::users::Users;
    let down = AuthorizationServer::new(unreachable(), endpoints.clone(), users).router();
    let users = crate::authorization_server::users::Users;
    let router = AuthorizationServer::new(api, endpoints, users).router();
    let requests = || {
        [
            Request::post("/token?marker=1")
                .header("authorization", "Basic bWFya2VyOm1hcmtlcg==")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from("grant_type=authorization_code&code=marker"))
                .unwrap(),
            Request::get("/authorize?client_id=marker&state=marker")
                .body(Body::empty())
                .unwrap(),
            Request::get("/userinfo")
                .header("authorization", "Bearer marker")
                .body(Body::empty())
                .unwrap(),
        ]
    };
    let text = log_for(router, requests()).await;
    for expected in [
        r#"http.request.method="POST" http.route="/token" http.response.status_code=401"#,
        r#"http.route="/authorize" http.response.status_code=400"#,
        r#"http.route="/userinfo" http.response.status_code=401"#,
    ] {
        assert!(text.contains(expected), "no {expected} in {text}");
    }
    let failed = log_for(down, requests()).await;
    assert!(failed.contains("call to Authlete failed"), "{failed}");
    for text in [text, failed] {
        assert!(
            !text.contains("marker") && !text.contains("bWFya2Vy"),
            "{text}"
        );
    }
}
