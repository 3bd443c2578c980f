//! The example `protected_api`.

#[allow(dead_code, reason = "the main function of the example is not called")]
#[path = "../../examples/protected_api.rs"]
mod example;

use authlete::ApiVersion;
use reqwest::Method;
use rstest::rstest;

use crate::common::*;

#[rstest]
#[tokio::test]
async fn example_requires_read_for_get_and_write_for_post(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let reader = token(&emulator, &api).await;
    let writer = issue(&api, token_request(&emulator).scopes(["read", "write"])).await;
    let router = example::router(api, "https://api.example.com").unwrap();
    let url = format!("{}/orders", serve_router(router).await);
    let http = reqwest::Client::new();
    for (method, token, status) in [
        (Method::GET, None, 401),
        (Method::GET, Some("unknown"), 401),
        (Method::GET, Some(&*reader), 200),
        (Method::POST, Some(&*reader), 403),
        (Method::POST, Some(writer.expose()), 200),
    ] {
        let request = http.request(method.clone(), &url);
        let answer = Answer::of(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
        .await;
        assert_eq!(answer.status, status, "{method} {answer:?}");
        if status != 200 {
            let challenge = answer.challenges()[0];
            assert!(challenge.contains("resource_metadata="), "{challenge}");
        }
    }
}
