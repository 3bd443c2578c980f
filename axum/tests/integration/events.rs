//! Events of `tracing`.

use std::io;
use std::sync::{Arc, Mutex};

use authlete_axum::{AccessToken, RequireAccessToken};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get as on_get;
use tower::ServiceExt as _;
use tracing_subscriber::fmt::MakeWriter;

use crate::common::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// What is written during requests with these values of `Authorization`, all on this thread.
async fn written(router: Router, authorizations: &[&str]) -> String {
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(written.clone())
        .with_ansi(false)
        .finish();
    let _default = tracing::subscriber::set_default(subscriber);
    for authorization in authorizations {
        let request = Request::get("/things").header("authorization", *authorization);
        let request = request.body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap();
    }
    let bytes = written.0.lock().unwrap().clone();
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
async fn a_refusal_is_told_with_its_reason_and_without_the_token() {
    let (emulator, api) = start(GENERATIONS[1]).await;
    let good = format!("Bearer {}", token(&emulator, &api).await);
    let values = [
        &*good,
        "Bearer unknown-secret",
        "Bearer a secret",
        "Basic c2VjcmV0",
        "secret",
    ];
    let log = written(guarded(api), &values).await;
    for reason in ["refused_by_authlete", "unreadable", "no_token"] {
        let line = log.lines().find(|line| line.contains(reason));
        let line = line.unwrap_or_else(|| panic!("{reason} in {log}"));
        assert!(
            line.contains("DEBUG") && line.contains("access token refused"),
            "{line}"
        );
        assert!(line.contains("authlete_axum"), "{line}");
    }
    for secret in ["secret", "c2VjcmV0", &good[7..]] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn a_failure_of_authlete_is_a_warning() {
    let log = written(guarded(unreachable()), &["Bearer some-secret"]).await;
    let line = log
        .lines()
        .find(|line| line.contains("the access token cannot be checked"));
    assert!(line.expect("an event").contains("WARN"), "{log}");
    assert!(!log.contains("some-secret"), "{log}");
}

#[tokio::test]
async fn a_missing_guard_is_an_error() {
    let router = Router::new().route("/things", on_get(subject));
    let log = written(router, &["Bearer some-secret"]).await;
    let line = log
        .lines()
        .find(|line| line.contains("no RequireAccessToken guards this route"));
    assert!(line.expect("an event").contains("ERROR"), "{log}");
    assert!(!log.contains("some-secret"), "{log}");
}
