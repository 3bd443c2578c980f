//! The grant type `urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523 §2.1).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{GrantType, TokenAction, TokenRequest, TokenResponse};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

async fn start_with_jwt_bearer(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.grant_types = Some(vec![GrantType::JwtBearer]);
    })
    .await;
    (emulator, api)
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs()
}

/// The claims that RFC 7523 §3 requires.
fn claims() -> Value {
    json!({
        "iss": "https://partner.example",
        "sub": "alice@partner.example",
        "aud": "https://as.example",
        "exp": now() + 60,
    })
}

fn parameters(assertion: &str) -> String {
    form(&[
        ("grant_type", JWT_BEARER),
        ("assertion", assertion),
        ("scope", "read unheard-of"),
    ])
}

async fn present(emulator: &Emulator, api: &Authlete, assertion: &str) -> TokenResponse {
    request_token(api, emulator.client(), &parameters(assertion)).await
}

#[rstest]
#[tokio::test]
async fn valid_assertion_is_returned_with_action_jwt_bearer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_jwt_bearer(version).await;
    let audiences = json!(["https://else.example", "https://as.example/token"]);
    let mut for_endpoint = claims();
    for_endpoint["aud"] = audiences;
    for_endpoint["iat"] = now().into();
    for_endpoint["nbf"] = now().into();
    for claims in [claims(), for_endpoint] {
        // Authlete leaves the check of the signature to the authorization server.
        let assertion = jwt::Key::generate().sign(&claims);
        let answer = present(&emulator, &api, &assertion).await;
        assert_eq!(
            answer.action,
            TokenAction::JwtBearer,
            "{:?}",
            answer.result_message.as_ref().map(authlete::Secret::expose)
        );
        assert_eq!(answer.response_content, None);
        assert_eq!(answer.access_token, None);
        assert_eq!(answer.assertion.unwrap().expose(), assertion);
        assert_eq!(answer.subject.as_deref(), Some("alice@partner.example"));
        assert_eq!(answer.scopes, Some(vec!["read".to_owned()]));
        assert_eq!(answer.client_id, Some(emulator.client().id));
        assert_eq!(answer.grant_type, Some(GrantType::JwtBearer));
    }
}

#[rstest]
#[tokio::test]
async fn invalid_or_missing_assertion_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_jwt_bearer(version).await;
    let without = |name: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        claims
    };
    for (claims, code) in [
        (without("iss"), "A907309"),
        (without("sub"), "A907309"),
        (without("exp"), "A907309"),
        (without("aud"), "A907310"),
        (with("iss", 1.into()), "A907309"),
        (with("sub", json!({})), "A907309"),
        (with("aud", json!(["https://else.example"])), "A907310"),
        (with("aud", json!(["https://as.example", 1])), "A907310"),
        (with("exp", now().into()), "A907307"),
        (with("exp", json!("soon")), "A907307"),
        (with("iat", (now() + 60).into()), "A907307"),
        (with("nbf", (now() + 60).into()), "A907307"),
        (json!([]), "A907304"),
    ] {
        let assertion = jwt::Key::generate().sign(&claims);
        let answer = present(&emulator, &api, &assertion).await;
        assert_eq!(answer.action, TokenAction::BadRequest, "{claims}");
        assert_code_for(answer.result_code.as_deref(), code, &claims);
        let body = content(answer.response_content.as_ref());
        assert_eq!(body["error"], "invalid_grant");
    }
    for broken in ["x", "a.b.c", "e30.e30.", "a.b.c.d.e"] {
        let answer = present(&emulator, &api, broken).await;
        assert_code_for(answer.result_code.as_deref(), "A907304", broken);
    }
    let parameters = form(&[("grant_type", JWT_BEARER)]);
    let answer = request_token(&api, emulator.client(), &parameters).await;
    assert_code(answer.result_code.as_deref(), "A907308");
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_request"
    );
}

#[rstest]
#[tokio::test]
async fn unsigned_and_encrypted_assertions_are_refused_if_the_service_rejects_them(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_jwt_bearer(version).await;
    let unsigned = jwt::unsigned(&claims());
    let encrypted = jwt::encrypt(&jwt::Key::generate().jwk(), "secret");
    for assertion in [&unsigned, &encrypted] {
        let answer = present(&emulator, &api, assertion).await;
        assert_eq!(
            answer.action,
            TokenAction::JwtBearer,
            "{:?}",
            answer.result_message.as_ref().map(authlete::Secret::expose)
        );
    }
    configure(&emulator, &api, |service| {
        service.jwt_grant_encrypted_jwt_rejected = Some(true);
        service.jwt_grant_unsigned_jwt_rejected = Some(true);
    })
    .await;
    for (assertion, code) in [(&unsigned, "A907306"), (&encrypted, "A907305")] {
        let answer = present(&emulator, &api, assertion).await;
        assert_eq!(answer.action, TokenAction::BadRequest);
        assert_code(answer.result_code.as_deref(), code);
    }
}

#[rstest]
#[tokio::test]
async fn client_identification_is_optional_unless_the_service_requires_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_jwt_bearer(version).await;
    let assertion = jwt::Key::generate().sign(&claims());
    let anonymous = TokenRequest::new(parameters(&assertion));
    let answer = api.token(&anonymous).await.unwrap();
    assert_eq!(answer.action, TokenAction::JwtBearer);
    assert_eq!(answer.client_id, None);
    // A client that is identified has to authenticate.
    let named = anonymous
        .clone()
        .client_id(emulator.client().id.to_string());
    let answer = api.token(&named).await.unwrap();
    assert_eq!(answer.action, TokenAction::InvalidClient);
    configure(&emulator, &api, |service| {
        service.jwt_grant_by_identifiable_clients_only = Some(true);
    })
    .await;
    let answer = api.token(&anonymous).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A244305");
}
