//! Property test: no combination of headers reaches the handler without a valid token.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use authlete_axum::{Dpop, RequireAccessToken};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::routing::get as on_get;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tower::ServiceExt as _;

use crate::common::*;

/// The placeholder for the valid token in a header value.
const TOKEN: &str = "{token}";

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just("authorization"),
        1 => Just("proxy-authorization"),
        1 => Just("dpop"),
        1 => Just("client-cert"),
        1 => Just("x-forwarded-client-cert"),
        1 => Just("cookie"),
        1 => Just("oauth-client-attestation"),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let scheme = prop_oneof![
        Just("Bearer".to_owned()),
        Just("bEARER".to_owned()),
        Just("DPoP".to_owned()),
        Just("Basic".to_owned()),
        "[ -~]{0,8}",
    ];
    let separator = prop_oneof![4 => Just(" ".to_owned()), 1 => "[ \t,=:]{0,3}"];
    let credentials = prop_oneof![
        Just(TOKEN.to_owned()),
        "[ -~]{0,20}",
        "[A-Za-z0-9._-]{0,20}"
    ];
    let plausible = (scheme, separator, credentials, "[ ,;]{0,2}");
    prop_oneof![
        2 => Just(format!("Bearer {TOKEN}").into_bytes()),
        4 => plausible.prop_map(|(a, b, c, d)| [a, b, c, d].concat().into_bytes()),
        1 => vec(any::<u8>(), 0..40),
    ]
}

/// The only accepted form: one header, the scheme in any case, a space, and the token.
fn has_valid_token(headers: &[(&'static str, Vec<u8>)]) -> bool {
    let mut values = headers.iter().filter(|(name, _)| *name == "authorization");
    let (Some((_, value)), None) = (values.next(), values.next()) else {
        return false;
    };
    let text = String::from_utf8_lossy(value).to_ascii_lowercase();
    let scheme_and_token = text
        .split_once(' ')
        .map(|(scheme, token)| (scheme, token.trim()));
    scheme_and_token == Some(("bearer", TOKEN))
}

#[test]
fn headers_without_the_valid_token_never_reach_the_handler() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (emulator, api) = runtime.block_on(start(GENERATIONS[1]));
    let valid = runtime.block_on(token(&emulator, &api));
    let reached = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&reached);
    let handler = move || async move {
        count.fetch_add(1, Ordering::SeqCst);
    };
    let dpop = Dpop::new("https://api.example.com").unwrap();
    let guard = RequireAccessToken::new(api).dpop(dpop);
    let router = Router::new().route("/things", on_get(handler)).layer(guard);

    let cases = (vec((name(), value()), 0..4), "[a-z_={}&]{0,20}");
    TestRunner::default()
        .run(&cases, |(headers, query)| {
            let target = format!(
                "/things?access_token={valid}&{}",
                query.replace(['{', '}'], "")
            );
            let mut request = Request::get(target).body(Body::empty()).unwrap();
            let mut sent = Vec::new();
            for (name, value) in headers {
                let bytes = match std::str::from_utf8(&value) {
                    Ok(text) => text.replace(TOKEN, &valid).into_bytes(),
                    Err(_) => value.clone(),
                };
                // An HTTP library rejects invalid header values before they reach the server.
                if let Ok(bytes) = HeaderValue::from_bytes(&bytes) {
                    request
                        .headers_mut()
                        .append(HeaderName::from_static(name), bytes);
                    sent.push((name, value));
                }
            }
            let before = reached.load(Ordering::SeqCst);
            let response = runtime.block_on(router.clone().oneshot(request)).unwrap();
            let was_reached = reached.load(Ordering::SeqCst) > before;
            let status = response.status().as_u16();
            prop_assert_eq!(was_reached, status == 200);
            prop_assert!(matches!(status, 200 | 400 | 401), "{}", status);
            prop_assert!(status != 200 || has_valid_token(&sent), "{:?}", sent);
            Ok(())
        })
        .unwrap();
    let accepted = reached.load(Ordering::SeqCst);
    assert!(accepted > 0, "some of the generated requests are valid");
}
