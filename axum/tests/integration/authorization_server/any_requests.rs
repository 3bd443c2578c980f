//! Property test: no request causes a 5xx response.

use std::cell::RefCell;
use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tower::ServiceExt as _;

use super::complete::Complete;
use super::paths::{fill_captures, paths};
use crate::common::GENERATIONS;

const LIMIT: usize = 4096;

/// A generated, mostly invalid request.
#[derive(Debug, Clone)]
struct TestRequest {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

/// Valid values for generated requests.
struct ValidValues {
    paths: Vec<String>,
    access_token: String,
    basic: String,
    client_id: String,
}

impl ValidValues {
    async fn of(complete: &Complete) -> Self {
        let client = complete.provider.client();
        Self {
            paths: paths(&complete.router).into_iter().collect(),
            access_token: complete.access_token().await,
            basic: client.basic(),
            client_id: complete.provider.emulator.client().id.to_string(),
        }
    }
}

/// Valid and invalid forms.
fn form(valid: &ValidValues) -> impl Strategy<Value = Vec<u8>> + use<> {
    let names = [
        "client_id",
        "client_secret",
        "grant_type",
        "code",
        "token",
        "access_token",
        "scope",
        "request",
        "request_uri",
        "response_type",
        "redirect_uri",
        "claims",
        "prompt",
        "max_age",
        "login_hint",
        "id_token_hint",
        "post_logout_redirect_uri",
        "dpop_jkt",
        "assertion",
        "client_assertion",
        "authorization_details",
    ];
    let values = prop_oneof![
        Just("none".to_owned()),
        Just("0".to_owned()),
        Just(valid.client_id.clone()),
        Just(valid.access_token.clone()),
        Just("openid".to_owned()),
        Just("authorization_code".to_owned()),
        Just("password".to_owned()),
        Just("urn:ietf:params:oauth:grant-type:token-exchange".to_owned()),
        Just("eyJhbGciOiJub25lIn0.e30.".to_owned()),
        Just("%ff".to_owned()),
        Just("%".to_owned()),
        Just("{\"id_token\":null}".to_owned()),
        "[ -~]{0,20}",
        "\\PC{0,8}",
    ];
    vec((select(names.to_vec()), values), 0..6).prop_map(|pairs| {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&").into_bytes()
    })
}

/// Valid and invalid JSON bodies.
fn json() -> impl Strategy<Value = Vec<u8>> {
    let objects = [
        "{}",
        "[]",
        "null",
        r#"{"redirect_uris":["https://app.example/"]}"#,
        r#"{"redirect_uris":7,"jwks":{"keys":[{}]}}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"credential_configuration_id":"degree"}"#,
        r#"{"credential_configuration_id":"degree","proofs":{"jwt":["a.b.c"]}}"#,
        r#"{"transaction_id":"x"}"#,
        "[\"e30.e30.\"]",
    ];
    select(objects.map(|text| text.as_bytes().to_vec()).to_vec())
}

/// A path with valid and invalid IDs.
fn path(valid: &ValidValues) -> impl Strategy<Value = String> + use<> {
    let ids = ["1", &valid.client_id, "%2F", "%ff", "a%20b", "%00", "a:b"];
    let ids = select(ids.map(str::to_owned).to_vec());
    (select(valid.paths.clone()), ids).prop_map(|(path, id)| fill_captures(&path, &id))
}

fn requests(valid: &ValidValues) -> impl Strategy<Value = TestRequest> + use<> {
    let names = [
        "authorization",
        "authorization",
        "content-type",
        "content-type",
        "dpop",
        "accept",
        "origin",
        "cookie",
        "content-length",
        "oauth-client-attestation",
        "oauth-client-attestation-pop",
        "client-cert",
    ];
    let value = prop_oneof![
        Just(b"application/x-www-form-urlencoded".to_vec()),
        Just(b"application/json".to_vec()),
        Just(b"application/entity-statement+jwt".to_vec()),
        Just(valid.basic.clone().into_bytes()),
        Just(format!("Bearer {}", valid.access_token).into_bytes()),
        Just(b"Basic MTp4".to_vec()),
        Just(b"Basic %".to_vec()),
        Just(b"Bearer abc".to_vec()),
        Just(b"DPoP abc".to_vec()),
        Just(b"99999999999999999999".to_vec()),
        vec(0x20_u8..=0xff, 0..30),
    ];
    let media_type = |value: &'static str, body: Vec<u8>| (Some(value), body);
    let body = prop_oneof![
        6 => form(valid).prop_map(move |form| media_type("application/x-www-form-urlencoded", form)),
        3 => json().prop_map(move |json| media_type("application/json", json)),
        1 => json().prop_map(move |json| media_type("application/trust-chain+json", json)),
        1 => form(valid).prop_map(|form| (None, form)),
        1 => vec(any::<u8>(), 0..200).prop_map(|bytes| (None, bytes)),
        1 => Just(media_type("application/x-www-form-urlencoded", vec![b'a'; LIMIT + 1])),
    ];
    let credentials = select(vec![
        None,
        Some(valid.basic.clone()),
        Some(format!("Bearer {}", valid.access_token)),
    ]);
    let methods = [
        "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH",
    ];
    let method = select(methods.to_vec());
    let query = prop_oneof![
        Just(String::new()),
        form(valid).prop_map(|form| {
            let bytes = form.into_iter().filter(u8::is_ascii_graphic);
            bytes
                .map(char::from)
                .filter(|it| !"\"<>`{}|\\^#".contains(*it))
                .collect()
        }),
    ];
    (
        method,
        path(valid),
        query,
        vec((select(names.to_vec()), value), 0..3),
        credentials,
        body,
    )
        .prop_map(|(method, path, query, mut headers, credentials, body)| {
            let (media_type, body) = body;
            let media_type = media_type.map(|value| ("content-type", value.as_bytes().to_vec()));
            let credentials = credentials.map(|value| ("authorization", value.into_bytes()));
            headers.extend(media_type.into_iter().chain(credentials));
            TestRequest {
                method,
                path: format!("{path}?{query}"),
                headers,
                body,
            }
        })
}

#[test]
fn no_request_is_answered_with_5xx() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for version in GENERATIONS {
        let start = Complete::start(version, |server| server.body_limit(LIMIT));
        let complete = runtime.block_on(start);
        let valid = runtime.block_on(ValidValues::of(&complete));
        let config = ProptestConfig {
            cases: 2000,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let statuses = RefCell::new(BTreeSet::new());
        proptest!(config, |(sent in requests(&valid))| {
            let mut request = Request::builder().method(sent.method).uri(&sent.path);
            for (name, value) in &sent.headers {
                let Ok(value) = HeaderValue::from_bytes(value) else { continue };
                request = request.header(HeaderName::from_static(name), value);
            }
            let Ok(request) = request.body(Body::from(sent.body.clone())) else {
                return Ok(());
            };
            runtime.block_on(async {
                let response = complete.router.clone().oneshot(request).await.unwrap();
                let status = response.status();
                let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
                prop_assert!(status.as_u16() < 500, "{} {:?}", status, body);
                statuses.borrow_mut().insert(status.as_u16());
                Ok(())
            })?;
        });
        let statuses = statuses.into_inner();
        for reached in [200, 400, 401, 405, 415] {
            assert!(statuses.contains(&reached), "{reached} {statuses:?}");
        }
    }
}
