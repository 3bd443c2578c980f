//! The management of services, clients, tokens and keys.

use authlete::ApiVersion;
use authlete::types::Client;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, VERSION};
use crate::common::result_codes::assert_code;
use crate::common::{another_service, tokens, variable};

#[tokio::test]
async fn client_update_with_the_alias_of_another_client_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    let other = caller.api.create_client(&Client::new()).await.unwrap();
    let path = format!("/client/update/{}", other.client_id.unwrap());
    let body = json!({ "clientIdAlias": caller.client().alias });
    assert_code(Some(&caller.code(&path, &body).await), "A030601");
}

#[tokio::test]
async fn secret_update_of_unknown_client_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    let body = json!({ "clientSecret": "a" });
    let code = caller.code("/client/secret/update/unheard-of", &body).await;
    assert_code(Some(&code), "A149201");
}

#[tokio::test]
async fn token_update_returns_different_codes_for_missing_unknown_and_other_services_tokens() {
    let caller = Caller::start().await;
    let path = "/auth/token/update";
    assert_code(Some(&caller.code(path, &json!({})).await), "A134201");
    let unknown = json!({ "accessToken": "unheard-of" });
    assert_code(Some(&caller.code(path, &unknown).await), "A134202");
    let token = tokens(&caller.api, caller.client())
        .await
        .access_token
        .unwrap();
    let other = another_service(&caller.emulator, &caller.api, VERSION).await;
    let request = authlete::types::TokenUpdateRequest::new().access_token(&token);
    let answer = other.token_update(&request).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A134203");
    let known = json!({ "accessToken": token.expose() });
    assert_code(Some(&caller.code(path, &known).await), "A135001");
}

/// Calls an API of the owner by 2.x with a body as text.
async fn owner_code(caller: &Caller, path: &str, body: &str) -> Value {
    let value = |name: &str| {
        let name = format!("AUTHLETE_SERVICEOWNER_{name}");
        variable(&caller.emulator, ApiVersion::V2, &name)
    };
    let request = reqwest::Client::new()
        .post(format!("{}/api{path}", caller.emulator.base_url()))
        .basic_auth(value("APIKEY"), Some(value("APISECRET")))
        .header("Content-Type", "application/json")
        .body(body.to_owned());
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["resultCode"].clone()
}

#[rstest]
#[case::no_body("", "A039201")]
#[case::fragment(r#"{"issuer":"https://as.example/#a"}"#, "A031217")]
#[case::query(r#"{"issuer":"https://as.example/?a"}"#, "A031218")]
#[tokio::test]
async fn invalid_service_returns_the_result_code_for_the_invalid_part(
    #[case] body: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    assert_code(
        owner_code(&caller, "/service/create", body).await.as_str(),
        expected,
    );
}

#[tokio::test]
async fn calls_about_a_hardware_secured_key_return_the_result_code_of_the_operation() {
    let caller = Caller::start().await;
    caller
        .configure(|service| service.hsm_enabled = Some(true))
        .await;
    let body = json!({ "kty": "EC", "use": "sig", "alg": "ES256" });
    let created = caller.call("/hsk/create", &body).await;
    assert_code(created["resultCode"].as_str(), "A266001");
    let handle = created["hsk"]["handle"].as_str().unwrap();
    let found = caller.api.hsk_get(handle).await.unwrap();
    assert_code(found.result_code.as_deref(), "A268001");
    let listed = caller.api.hsk_get_list().await.unwrap();
    assert_code(listed.result_code.as_deref(), "A269001");
    let deleted = caller.api.hsk_delete(handle).await.unwrap();
    assert_code(deleted.unwrap().result_code.as_deref(), "A270001");
}
