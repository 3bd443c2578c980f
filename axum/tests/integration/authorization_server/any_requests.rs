//! Whatever a client sends, an endpoint refuses it or answers it.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tower::ServiceExt as _;

use super::*;

const LIMIT: usize = 4096;

/// What is sent, as a client would not.
#[derive(Debug, Clone)]
struct Sent {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

/// Pieces of forms, well and badly made.
fn form() -> impl Strategy<Value = Vec<u8>> {
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
        Just("authorization_code".to_owned()),
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

fn sent(paths: Vec<String>) -> impl Strategy<Value = Sent> {
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
        Just(b"Basic MTp4".to_vec()),
        Just(b"Basic %".to_vec()),
        Just(b"Bearer abc".to_vec()),
        Just(b"DPoP abc".to_vec()),
        Just(b"99999999999999999999".to_vec()),
        vec(0x20_u8..=0xff, 0..30),
    ];
    let body = prop_oneof![
        4 => form(),
        1 => vec(any::<u8>(), 0..200),
        1 => Just(vec![b'a'; LIMIT + 1]),
    ];
    let method = select(&["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"][..]);
    let query = prop_oneof![
        Just(String::new()),
        form().prop_map(|form| {
            let bytes = form.into_iter().filter(u8::is_ascii_graphic);
            bytes
                .map(char::from)
                .filter(|it| !"\"<>`{}|\\^#".contains(*it))
                .collect()
        }),
    ];
    (
        method,
        select(paths),
        query,
        vec((select(names.to_vec()), value), 0..5),
        body,
    )
        .prop_map(|(method, path, query, headers, body)| Sent {
            method,
            path: format!("{path}?{query}"),
            headers,
            body,
        })
}

#[test]
fn no_request_is_an_error_of_the_server() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let router = Arc::new(std::sync::Mutex::new(None));
    let keep = Arc::clone(&router);
    // It lives as long as the test.
    let provider = runtime.block_on(Provider::with(ApiVersion::V3, move |server| {
        let router = users::router(server.body_limit(LIMIT));
        *keep.lock().unwrap() = Some(router.clone());
        router
    }));
    // What a service does not support is an error of the server that has an endpoint for it.
    runtime.block_on(provider.change_service(|service| {
        service.dynamic_registration_supported = Some(true);
    }));
    let router: Router = router.lock().unwrap().take().unwrap();
    let paths = [
        "/authorize",
        "/par",
        "/token",
        "/userinfo",
        "/jwks",
        "/introspect",
        "/revoke",
        "/device_authorization",
        "/backchannel_authentication",
        "/logout",
        "/register",
        "/register/1",
        "/grants/1",
        "/challenge",
        "/federation/register",
        "/.well-known/openid-federation",
        "/login",
        "/consent",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ];
    let paths = paths.map(str::to_owned).to_vec();
    let config = ProptestConfig {
        cases: 600,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(sent in sent(paths))| {
        let mut request = Request::builder().method(sent.method).uri(&sent.path);
        for (name, value) in &sent.headers {
            let Ok(value) = HeaderValue::from_bytes(value) else { continue };
            request = request.header(HeaderName::from_static(name), value);
        }
        let Ok(request) = request.body(Body::from(sent.body.clone())) else {
            return Ok(());
        };
        runtime.block_on(async {
            let response = router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            prop_assert!(status.as_u16() < 500, "{} {:?}", status, body);
            Ok(())
        })?;
    });
}
