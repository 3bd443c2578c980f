//! Pushed authorization requests.

use super::*;
use crate::common::jwt;
use authlete::ApiVersion;
use authlete::types::JwsAlg;
use rstest::rstest;
use serde_json::{Value, json};

async fn push(provider: &Provider, more: &[(&str, &str)]) -> Reply {
    let parameters = provider.client().parameters("openid", more);
    let pairs: Vec<_> = form_urlencoded::parse(parameters.as_bytes())
        .into_owned()
        .collect();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| (&name[..], &value[..]))
        .collect();
    provider.client().post("/par", &pairs).await
}

fn query(provider: &Provider, pushed: &Reply) -> String {
    let pushed = pushed.json();
    form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &provider.emulator.client().id.to_string())
        .append_pair("request_uri", pushed["request_uri"].as_str().unwrap())
        .finish()
}

#[rstest]
#[tokio::test]
async fn pushed_request_is_authorized_with_its_request_uri(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let pushed = push(&provider, &[]).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let response = provider
        .browser()
        .authorization_response(&query(&provider, &pushed))
        .await;
    let reply = provider.client().redeem(&response["code"]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[rstest]
#[tokio::test]
async fn pushed_max_age_zero_requires_a_new_login(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let mut browser = provider.browser();
    let parameters = provider.client().parameters("openid", &[]);
    browser.authorization_response(&parameters).await;
    let pushed = push(&provider, &[("max_age", "0")]).await;
    let page = browser.authorize(&query(&provider, &pushed)).await;
    assert!(page.body.contains("action=/login"), "{page:?}");
    let pushed = push(&provider, &[]).await;
    let page = browser.authorize(&query(&provider, &pushed)).await;
    assert!(page.body.contains("action=/consent"), "{page:?}");
    push(&provider, &[("max_age", "0"), ("prompt", "none")])
        .await
        .assert_error(400, "login_required");
}

/// Pushes the parameters of a request in a signed request object (RFC 9101), with other parameters in it.
async fn push_object(provider: &Provider, key: &jwt::Key, more: &Value) -> Reply {
    let parameters = provider.client().parameters("openid", &[]);
    let pairs = form_urlencoded::parse(parameters.as_bytes());
    let pairs = pairs.map(|(name, value)| (name.into_owned(), Value::from(value)));
    let mut claims: serde_json::Map<_, _> = pairs.collect();
    claims.extend(more.as_object().unwrap().clone());
    let object = key.sign(&claims.into());
    provider
        .client()
        .post("/par", &[("request", &object)])
        .await
}

#[rstest]
#[tokio::test]
async fn pushed_request_object_with_max_age_zero_requires_a_new_login(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let key = jwt::Key::generate();
    provider
        .change_client(|client| {
            client.jwks = Some(key.jwks().into());
            client.request_sign_alg = Some(JwsAlg::Es256);
        })
        .await;
    let mut browser = provider.browser();
    let parameters = provider.client().parameters("openid", &[]);
    browser.authorization_response(&parameters).await;
    for (more, page) in [
        (json!({ "max_age": 0 }), "action=/login"),
        (json!({ "max_age": "0" }), "action=/login"),
        (json!({}), "action=/consent"),
    ] {
        let pushed = push_object(&provider, &key, &more).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let reply = browser.authorize(&query(&provider, &pushed)).await;
        assert!(reply.body.contains(page), "{more}: {reply:?}");
    }
}

#[rstest]
#[tokio::test]
async fn client_without_credentials_cannot_push(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let request = provider.client().form("/par", &[("client_id", "1")]);
    let reply = Reply::of(request).await;
    assert!(matches!(reply.status, 400 | 401), "{reply:?}");
    assert!(reply.json()["error"].is_string());
}
