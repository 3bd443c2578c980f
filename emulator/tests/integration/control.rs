//! The clock endpoint, and access control of the paths outside of the API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{IntrospectionAction, IntrospectionRequest};
use authlete_emulator::Emulator;
use reqwest::{Client, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

async fn time(emulator: &Emulator) -> Value {
    let url = format!("{}/emulator/clock", emulator.base_url());
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

fn advance(emulator: &Emulator, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
    Client::new()
        .post(format!("{}/emulator/clock", emulator.base_url()))
        .header("Content-Type", "application/json")
        .body(body)
}

#[rstest]
#[tokio::test]
async fn clock_can_be_read_and_moved(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let system = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis()
    };
    let before = system();
    let answer = time(&emulator).await;
    let now = u128::from(answer["now"].as_u64().unwrap());
    assert!((before..=system()).contains(&now));
    assert_eq!(answer["ahead"], 0);
    assert_eq!(answer.as_object().unwrap().len(), 2);

    let tokens = tokens(&api, emulator.client()).await;
    let request = IntrospectionRequest::new(tokens.access_token.unwrap());
    let moved: Value = advance(&emulator, r#"{"advance": 90000}"#)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(moved["ahead"], 90_000);
    assert!(moved["now"].as_u64().unwrap() >= u64::try_from(now).unwrap() + 90_000_000);
    assert_eq!(
        api.introspection(&request).await.unwrap().action,
        IntrospectionAction::Unauthorized
    );

    // `Emulator::advance` and the endpoint move the same clock.
    emulator.advance(Duration::from_millis(1500));
    assert_eq!(time(&emulator).await["ahead"], 90_001);
}

#[tokio::test]
async fn clock_refuses_invalid_bodies() {
    let emulator = Emulator::start().await.unwrap();
    for body in [
        "",
        "null",
        "[]",
        "60",
        "{}",
        r#"{"advance": -1}"#,
        r#"{"advance": 1.5}"#,
        r#"{"advance": "60"}"#,
        r#"{"advance": null}"#,
        r#"{"advance": 3153600001}"#,
        r#"{"advance": 18446744073709551616}"#,
        r#"{"advance": 60, "back": 60}"#,
        r#"{"advance": 60"#,
    ] {
        let answer = advance(&emulator, body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
        let answer: Value = answer.json().await.unwrap();
        let words =
            "the body must be {\"advance\": seconds}, with a whole number from 0 to 3153600000";
        assert_eq!(answer, json!({"message": words}), "{body}");
    }
    let url = format!("{}/emulator/clock", emulator.base_url());
    let answer = Client::new().post(&url).body(r#"{"advance": 60}"#).send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(
        answer["message"],
        "the body must be JSON with the media type application/json"
    );

    let answer = Client::new().delete(&url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(time(&emulator).await["ahead"], 0);
}

#[tokio::test]
async fn clock_stops_a_century_ahead() {
    let emulator = Emulator::start().await.unwrap();
    emulator.advance(Duration::MAX);
    assert_eq!(time(&emulator).await["ahead"], 3_153_600_000_u64);
    let answer = advance(&emulator, r#"{"advance": 3153600000}"#).send();
    assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
    assert_eq!(time(&emulator).await["ahead"], 3_153_600_000_u64);
}

#[tokio::test]
async fn requests_of_other_web_sites_are_forbidden() {
    let emulator = Emulator::start().await.unwrap();
    let authority = emulator.base_url().strip_prefix("http://").unwrap();
    let port = authority.rsplit_once(':').unwrap().1;
    let own = emulator.base_url();
    for (host, origin, allowed) in [
        (authority, None, true),
        (authority, Some(own), true),
        ("localhost", None, true),
        ("LOCALHOST:1234", None, true),
        ("emulator.localhost", None, true),
        ("[::1]:80", None, true),
        ("192.0.2.7", None, true),
        ("localhost:80", Some("http://localhost:80"), true),
        // DNS rebinding: the host is the name of another site.
        ("evil.example", None, false),
        (
            &format!("evil.example:{port}"),
            Some(&format!("http://evil.example:{port}")),
            false,
        ),
        ("localhost.evil.example", None, false),
        ("127.0.0.1.evil.example", None, false),
        ("localhost@evil.example", None, false),
        ("", None, false),
        // Requests from a page of another site.
        (authority, Some("https://evil.example"), false),
        (authority, Some("null"), false),
        (authority, Some(""), false),
        (authority, Some("http://127.0.0.1:1"), false),
        (authority, Some(&own.replace("http:", "https:")), false),
    ] {
        let mut request = advance(&emulator, r#"{"advance": 1}"#).header("Host", host);
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        let status = request.send().await.unwrap().status();
        let expected = if allowed {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(status, expected, "{host} {origin:?}");
    }
    // Two origins, one of which is another site.
    let request = advance(&emulator, r#"{"advance": 1}"#);
    let request = request
        .header("Origin", own)
        .header("Origin", "https://evil.example");
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(time(&emulator).await["ahead"], 8);
}

#[tokio::test]
async fn api_accepts_any_host_and_origin() {
    let emulator = Emulator::start().await.unwrap();
    let answer = Client::new()
        .get(format!("{}/api/misc/echo", emulator.base_url()))
        .header("Host", "authlete.test")
        .header("Origin", "https://as.example")
        .send();
    assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn unknown_path_is_not_found() {
    let emulator = Emulator::start().await.unwrap();
    for path in ["/emulator/", "/emulator/nothing", "/nothing"] {
        let answer = reqwest::get(format!("{}{path}", emulator.base_url()))
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

/// Starts an emulator that listens on all addresses.
async fn start_on_all_addresses() -> Emulator {
    let builder = Emulator::builder().host("0.0.0.0");
    builder.start().await.unwrap()
}

#[tokio::test]
async fn emulator_on_all_addresses_requires_its_token_for_the_page_and_the_clock() {
    let emulator = start_on_all_addresses().await;
    assert!(emulator.address().ip().is_unspecified());
    let token = emulator.control_token().unwrap();
    for path in [
        "/",
        "/emulator/clock",
        "/emulator/overview",
        "/emulator/page.js",
    ] {
        let url = format!("{}{path}", emulator.base_url());
        assert_eq!(reqwest::get(&url).await.unwrap().status(), 401, "{path}");
        for wrong in ["", "x", &token[1..]] {
            let answer = Client::new().get(&url).bearer_auth(wrong).send().await;
            assert_eq!(answer.unwrap().status(), 401, "{path}");
        }
        let answer = Client::new().get(&url).bearer_auth(token).send().await;
        assert_eq!(answer.unwrap().status(), 200, "{path}");
    }
    let moved = advance(&emulator, r#"{"advance": 1}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(moved.status(), 401);
    let moved = advance(&emulator, r#"{"advance": 1}"#).bearer_auth(token);
    assert_eq!(moved.send().await.unwrap().status(), 200);
    // The API needs its own credentials only.
    let api = authlete::Authlete::new(emulator.config(authlete::ApiVersion::V3)).unwrap();
    api.get_client_list(&authlete::types::GetClientListQuery::new())
        .await
        .unwrap();
}

#[tokio::test]
async fn token_in_the_url_sets_a_cookie_that_gives_access() {
    let emulator = start_on_all_addresses().await;
    let token = emulator.control_token().unwrap();
    let no_redirects = reqwest::redirect::Policy::none();
    let browser = Client::builder().redirect(no_redirects).build().unwrap();
    let open = async |path: &str, cookie: &str| {
        let url = format!("{}{path}", emulator.base_url());
        let request = browser.get(url).header("Cookie", cookie);
        request.send().await.unwrap()
    };
    assert_eq!(open("/?token=wrong", "").await.status(), 401);
    assert_eq!(
        open(&format!("/emulator/clock?token={token}"), "")
            .await
            .status(),
        401
    );
    let answer = open(&format!("/?token={token}"), "").await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split_once(';').unwrap().0;
    for path in ["/", "/emulator/page.js", "/emulator/clock"] {
        assert_eq!(open(path, cookie).await.status(), 200, "{path}");
        assert_eq!(
            open(path, &format!("a=b; {cookie}")).await.status(),
            200,
            "{path}"
        );
        assert_eq!(
            open(path, "authlete-emulator=x").await.status(),
            401,
            "{path}"
        );
    }
}

#[tokio::test]
async fn emulator_on_loopback_has_no_token() {
    let emulator = Emulator::start().await.unwrap();
    assert_eq!(emulator.control_token(), None);
    assert!(emulator.address().ip().is_loopback());
}
