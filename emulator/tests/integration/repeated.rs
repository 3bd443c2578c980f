//! Repeated members and parameters of a request are refused, because only one of the values could be used.

use authlete::ApiVersion;
use authlete_emulator::Emulator;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::common::result_codes::assert_code;
use crate::common::{start, variable};
use rstest::rstest;

fn request(emulator: &Emulator, version: ApiVersion, method: Method, path: &str) -> RequestBuilder {
    let value = |name: &str| variable(emulator, version, &format!("AUTHLETE_SERVICE_{name}"));
    let base = format!("{}/api", emulator.base_url());
    let key = value("APIKEY");
    match version {
        ApiVersion::V2 => Client::new()
            .request(method, format!("{base}{path}"))
            .basic_auth(key, Some(value("APISECRET"))),
        ApiVersion::V3 => Client::new()
            .request(method, format!("{base}/{key}{path}"))
            .bearer_auth(value("ACCESSTOKEN")),
    }
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn assert_refused((status, body): (u16, Value), code: &str, name: &str) {
    assert_eq!(status, 400, "{body}");
    assert_code(body["resultCode"].as_str(), code);
    let message = body["resultMessage"].as_str().unwrap();
    let expected = format!("{name}: given more than once.");
    assert!(message.ends_with(&expected), "{message}");
}

#[rstest]
#[tokio::test]
async fn repeated_body_member_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    let (emulator, _api) = start(version).await;
    for (media_type, body, place) in [
        (JSON, r#"{"subject":"a","subject":"b"}"#, "subject"),
        (JSON, r#"{"subject":"a","subject":null}"#, "subject"),
        (
            JSON,
            r#"{"properties":[{"key":"a","key":"b"}]}"#,
            "properties: 0: key",
        ),
        (FORM, "subject=a&subject=b", "subject"),
    ] {
        let request = request(&emulator, version, Method::POST, "/auth/token/create");
        let request = request.header("Content-Type", media_type).body(body);
        assert_refused(answer(request).await, "A900212", place);
    }
}

#[rstest]
#[tokio::test]
async fn query_parameter_with_two_values_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    let id = emulator.client().id;
    for (path, name) in [
        ("/client/get/list?start=0&start=5", "start"),
        ("/service/configuration?pretty=true&pretty=false", "pretty"),
        (
            "/client/authorization/get/list?subject=a&subject=b",
            "subject",
        ),
        (
            &format!("/client/granted_scopes/get/{id}/a?subject=b"),
            "subject",
        ),
    ] {
        let request = request(&emulator, version, Method::GET, path);
        assert_refused(answer(request).await, "A900211", name);
    }
    for path in [
        "/client/get/list?later=1&later=2",
        // The TypeScript SDK sends such requests.
        &format!("/client/granted_scopes/get/{id}/a?subject=a"),
    ] {
        let (status, body) = answer(request(&emulator, version, Method::GET, path)).await;
        assert_eq!(status, 200, "{body}");
    }
}
