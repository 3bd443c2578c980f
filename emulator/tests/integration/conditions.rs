//! Simulated latency, rate limits and outages.

use crate::common::result_codes::assert_code;
use std::time::{Duration, Instant};

use authlete::ApiVersion;
use authlete::types::{Client, GetClientListQuery, IntrospectionRequest};
use authlete::{Authlete, Error, RetryPolicy};
use authlete_emulator::{Emulator, EmulatorBuilder};
use reqwest::{Response, StatusCode};
use rstest::rstest;
use serde_json::Value;

async fn get(emulator: &Emulator, path: &str) -> Response {
    let url = format!("{}{path}", emulator.base_url());
    reqwest::get(url).await.unwrap()
}

async fn clients(api: &Authlete) -> authlete::Result<i32> {
    let list = api.get_client_list(&GetClientListQuery::new()).await?;
    Ok(list.total_count.unwrap())
}

fn number(response: &Response, name: &str) -> u64 {
    let value = response.headers().get(name);
    let value = value.unwrap_or_else(|| panic!("no {name}"));
    value.to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn configured_fraction_of_calls_is_answered_with_503() {
    for (rate, expected) in [
        (0.0, "........"),
        (0.25, "...x...x"),
        (0.5, ".x.x.x.x"),
        (0.75, ".xxx.xxx"),
        (1.0, "xxxxxxxx"),
    ] {
        let emulator = Emulator::builder()
            .failure_rate(rate)
            .start()
            .await
            .unwrap();
        let mut seen = String::new();
        for _ in 0..expected.len() {
            let answer = get(&emulator, "/api/misc/echo").await;
            match answer.status() {
                StatusCode::OK => seen.push('.'),
                StatusCode::SERVICE_UNAVAILABLE => {
                    seen.push('x');
                    assert_eq!(answer.headers()["content-type"], "text/html");
                    let html = answer.text().await.unwrap();
                    assert!(
                        html.contains("503 Service Temporarily Unavailable"),
                        "{html}"
                    );
                }
                other => panic!("{other}"),
            }
        }
        assert_eq!(seen, expected, "{rate}");
    }
}

#[rstest]
#[tokio::test]
async fn call_that_is_answered_with_503_changes_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let emulator = Emulator::builder().failure_rate(0.5).start().await.unwrap();
    let api = Authlete::new(emulator.config(version)).unwrap();
    assert_eq!(clients(&api).await.unwrap(), 1);
    let error = api.create_client(&Client::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 503, "{error}");
    assert_eq!(clients(&api).await.unwrap(), 1);
}

/// The SDK waits for the time in `Retry-After`.
#[rstest]
#[tokio::test]
async fn client_that_retries_succeeds_within_the_rate_limit(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let emulator = Emulator::builder().rate_limit(3).start().await.unwrap();
    let api = Authlete::new(emulator.config(version)).unwrap();
    for _ in 0..5 {
        let request = IntrospectionRequest::new("made up");
        api.introspection(&request).await.unwrap();
    }
    assert_eq!(api.rate_limit().unwrap().limit, Some(3));
}

#[rstest]
#[tokio::test]
async fn calls_over_the_rate_limit_get_429_with_retry_after(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let emulator = Emulator::builder().rate_limit(3).start().await.unwrap();
    let api = Authlete::new(emulator.config(version)).unwrap();
    let api = api.with_retry(RetryPolicy::never()).unwrap();
    let start = Instant::now();
    let (mut allowed, mut error) = (0_u32, None);
    while error.is_none() {
        let request = IntrospectionRequest::new("made up");
        match api.introspection(&request).await {
            Ok(answer) => {
                allowed += 1;
                let headers = answer.response_headers.unwrap();
                for prefix in ["x-ratelimit", "ratelimit"] {
                    assert_eq!(headers[format!("{prefix}-limit")], "3");
                    let remaining = headers[format!("{prefix}-remaining")].to_str().unwrap();
                    assert!(["2", "1", "0"].contains(&remaining));
                    assert_eq!(headers[format!("{prefix}-reset")], "1");
                }
                assert!(!headers.contains_key("retry-after"));
            }
            Err(refused) => error = Some(refused),
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "no call was refused"
        );
    }
    assert!(allowed >= 3, "{allowed}");
    // If all calls fall into one second, the limit is exact.
    assert!(
        allowed == 3 || start.elapsed() >= Duration::from_secs(1),
        "{allowed}"
    );

    let Some(Error::Api(refused)) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(refused.status.as_u16(), 429);
    assert_code(refused.result_code.as_deref(), "A001311");
    let headers = error.as_ref().unwrap().headers().unwrap();
    for prefix in ["x-ratelimit", "ratelimit"] {
        assert_eq!(headers[format!("{prefix}-limit")], "3");
        assert_eq!(headers[format!("{prefix}-remaining")], "0");
        assert_eq!(headers[format!("{prefix}-reset")], "1");
    }
    assert_eq!(headers["retry-after"], "1");
    // After the announced delay, a call succeeds.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(clients(&api).await.unwrap(), 1);
}

#[tokio::test]
async fn error_responses_count_against_the_rate_limit() {
    let emulator = Emulator::builder()
        .rate_limit(1000)
        .failure_rate(0.5)
        .start()
        .await
        .unwrap();
    for (path, status) in [
        ("/api/service/get/list", StatusCode::UNAUTHORIZED),
        ("/api/misc/echo", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let answer = get(&emulator, path).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(number(&answer, "x-ratelimit-limit"), 1000);
        assert!(number(&answer, "x-ratelimit-remaining") < 1000);
        assert!(number(&answer, "ratelimit-reset") <= 1);
    }
}

#[tokio::test]
async fn responses_have_no_rate_limit_headers_without_a_limit() {
    let emulator = Emulator::start().await.unwrap();
    let answer = get(&emulator, "/api/misc/echo").await;
    let mut names = answer.headers().keys();
    assert!(!names.any(|name| name.as_str().contains("ratelimit")));
}

#[tokio::test]
async fn all_responses_are_delayed_by_the_latency() {
    let latency = Duration::from_millis(300);
    let emulator = Emulator::builder()
        .latency(latency)
        .failure_rate(0.5)
        .start()
        .await
        .unwrap();
    for status in [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE] {
        let start = Instant::now();
        assert_eq!(get(&emulator, "/api/misc/echo").await.status(), status);
        assert!(start.elapsed() >= latency);
    }
}

#[tokio::test]
async fn conditions_do_not_apply_outside_of_the_api() {
    let emulator = Emulator::builder()
        .latency(Duration::from_secs(3600))
        .rate_limit(1)
        .failure_rate(1.0)
        .start()
        .await
        .unwrap();
    for _ in 0..3 {
        let answer = get(&emulator, "/emulator/clock").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(!answer.headers().contains_key("ratelimit-limit"));
        assert_eq!(answer.json::<Value>().await.unwrap()["ahead"], 0);
    }
}

#[tokio::test]
async fn invalid_conditions_are_refused() {
    type Change = fn(EmulatorBuilder) -> EmulatorBuilder;
    let changes: [(Change, &str); 5] = [
        (
            |builder| builder.rate_limit(0),
            "rate_limit: must be at least 1",
        ),
        (
            |builder| builder.failure_rate(-0.1),
            "failure_rate: must be from 0 to 1",
        ),
        (
            |builder| builder.failure_rate(1.1),
            "failure_rate: must be from 0 to 1",
        ),
        (
            |builder| builder.failure_rate(f64::NAN),
            "failure_rate: must be from 0 to 1",
        ),
        (
            |builder| builder.failure_rate(f64::INFINITY),
            "failure_rate: must be from 0 to 1",
        ),
    ];
    for (change, words) in changes {
        let error = change(Emulator::builder()).start().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains(words), "{error}");
    }
}
