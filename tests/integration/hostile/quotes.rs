//! A server that echoes secrets of the request in every part of a response. No error and no event shows them.

use authlete::{ApiVersion, Authlete, Config, Error, RetryPolicy, operations};
use serde_json::{Value, json};

use super::act::Act;
use super::server::Server;
use crate::errors::assert_no_secret;
use crate::facts;
use crate::probe;

/// The secret that must not be shown.
const SECRET: &str = "SECRET";

/// Headers with the secret in the value or in the name.
const HEADERS: [&str; 14] = [
    "location: https://authlete.example/api/auth/token/delete/SECRET",
    "content-location: /api/auth/token/delete/SECRET",
    "www-authenticate: Bearer error=\"invalid_token\", error_description=\"SECRET\"",
    "dpop-nonce: SECRET",
    "set-cookie: session=SECRET",
    "server: SECRET",
    "via: 1.1 SECRET",
    "link: <SECRET>; rel=next",
    "retry-after: SECRET",
    "ratelimit-remaining: SECRET",
    "x-ratelimit-reset: SECRET",
    "content-language: SECRET",
    "x-echo: Bearer SECRET",
    "x-SECRET: 1",
];

/// Media types and content codings, which need not match the body.
const DESCRIPTIONS: [&str; 7] = [
    "content-type: application/json",
    "content-type: text/html",
    "content-type: text/plain; charset=SECRET",
    "content-type: application/SECRET",
    "content-type: SECRET",
    "content-type: application/octet-stream\r\ncontent-encoding: SECRET",
    "x-no: description",
];

/// Bodies with the secret in various places.
fn bodies() -> Vec<Vec<u8>> {
    let texts = [
        "",
        "SECRET",
        "<html><p>No page at /api/auth/token/delete/SECRET</p></html>",
        "authorization: Bearer SECRET",
        r#"{"accessToken":"SECRET"#,
        r#"{"resultCode":"SECRET","resultMessage":"[A001201] SECRET"}"#,
        r#"{"resultCode":"A001201","resultMessage":"[A001201] SECRET"}"#,
        r#"{"resultCode":["SECRET"],"resultMessage":{"SECRET":"SECRET"}}"#,
        r#"{"error":"use_dpop_nonce","error_description":"SECRET"}"#,
        r#"{"SECRET":{"SECRET":["SECRET"]}}"#,
        r#"{"SECRET":1e999}"#,
        r#"{"action":{"SECRET":"SECRET"},"resultCode":{"SECRET":1},"apiKey":"SECRET"}"#,
        r#"{"action":["SECRET"],"services":"SECRET","authTime":"SECRET"}"#,
        r#"{"SECRET":"\ud800"}"#,
        r#"["SECRET"]"#,
        r#""SECRET""#,
        "SECRET\"}",
        "{SECRET}",
        "null",
        "7",
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| (*text).into()).collect();
    bodies.push(b"\xef\xbb\xbf{\"a\":\"SECRET\"}".into());
    bodies.push(b"{\"subject\":\"SECRET\xff\"}".into());
    bodies
}

/// A complete response with the secret in its status line.
fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} {SECRET}\r\ncontent-length: {length}\r\n{headers}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Each body with a success and an error status and one of the descriptions, and each description with a page.
fn answers() -> Vec<Act> {
    const ERRORS: [u16; 7] = [301, 400, 401, 429, 500, 502, 503];
    let headers = HEADERS.join("\r\n");
    let mut answers = Vec::new();
    for (number, body) in bodies().iter().enumerate() {
        for status in [200, ERRORS[number % ERRORS.len()]] {
            let description = DESCRIPTIONS[(number + usize::from(status)) % DESCRIPTIONS.len()];
            let head = format!("{headers}\r\n{description}");
            answers.push(Act::Answer(answer(status, &head, body)));
        }
    }
    for description in DESCRIPTIONS {
        for status in [200, 502] {
            answers.push(Act::Answer(answer(
                status,
                description,
                b"<html>SECRET</html>",
            )));
        }
    }
    // Invalid HTTP.
    for broken in [
        "HTTP/1.1 200 SECRET\r\nSECRET\r\n\r\n",
        "HTTP/1.1 SECRET SECRET\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: SECRET\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: SECRET\r\n\r\nSECRET",
        "SECRET",
    ] {
        answers.push(Act::SendAndClose(broken.into()));
    }
    answers
}

fn config(version: ApiVersion, url: &str) -> Config {
    let config = facts::config(version, url);
    match version {
        ApiVersion::V2 => config
            .service_api_secret("SECRET-service")
            .service_owner_api_secret("SECRET-owner"),
        ApiVersion::V3 => config
            .service_access_token("SECRET-service")
            .service_owner_access_token("SECRET-owner"),
    }
}

/// Arguments in which all strings are secrets.
fn arguments(id: &str) -> Value {
    let mut arguments = facts::arguments_of(id);
    for (_, value) in arguments.as_object_mut().into_iter().flatten() {
        if value.is_string() {
            *value = json!("SECRET-argument");
        }
    }
    arguments
}

#[tokio::test]
async fn errors_of_all_operations_show_no_echoed_secret() {
    let answers: Vec<_> = answers()
        .into_iter()
        .map(|answer| tokio::spawn(count_errors(answer)))
        .collect();
    let mut errors = 0;
    for calls in answers {
        errors += calls.await.unwrap();
    }
    assert!(errors > 5_000, "only {errors} errors were checked");
}

/// Calls all operations of a server that always responds the same, and returns the number of errors.
async fn count_errors(act: Act) -> usize {
    let server = Server::start(act).await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let mut errors = 0;
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let api = Authlete::builder(config(version, &url))
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        for operation in operations::ALL {
            if operation.route(version).is_none() {
                continue;
            }
            if let Err(error) = call_without_leak(&api, operation.id).await {
                assert_no_secret(&error);
                errors += 1;
            }
        }
    }
    errors
}

/// Makes a call, and asserts that no event and no span shows the secret.
#[cfg(feature = "tracing")]
async fn call_without_leak(api: &Authlete, id: &str) -> Result<(), Error> {
    let mut result = Ok(());
    let recorder = crate::traces::listen(tracing::level_filters::LevelFilter::TRACE, async {
        result = probe::call(api, id, &arguments(id)).await.map(drop);
    })
    .await;
    let recorded = format!("{:?}", recorder.ours());
    assert!(!recorded.contains(SECRET), "{recorded}");
    result
}

#[cfg(not(feature = "tracing"))]
async fn call_without_leak(api: &Authlete, id: &str) -> Result<(), Error> {
    probe::call(api, id, &arguments(id)).await.map(drop)
}
