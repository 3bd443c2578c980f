//! FAPI profiles at the authorization endpoint.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::fapi::FapiClient;
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    AuthorizationAction, ClientType, FapiMode, GrantType, JwsAlg, Pair, PushedAuthReqAction,
    ResponseType, ServiceProfile, TokenAction,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::{Value, json};

async fn start_fapi(version: ApiVersion, modes: &[FapiMode]) -> (Emulator, Authlete, jwt::Key) {
    let (emulator, api) = start(version).await;
    let key = jwt::Key::generate();
    configure(&emulator, &api, |service| {
        service.supported_service_profiles = Some(vec![ServiceProfile::Fapi]);
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.fapi_modes = Some(modes.to_vec());
        client.response_types = Some(vec![ResponseType::Code, ResponseType::CodeIdToken]);
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
        client.jwks = Some(key.jwks().into());
        client.authorization_sign_alg = Some(JwsAlg::Ps256);
    })
    .await;
    (emulator, api, key)
}

/// The result code of a request that is refused.
async fn refused(api: &Authlete, query: impl Into<String>) -> String {
    let answer = ask(api, query).await;
    assert_eq!(answer.action, AuthorizationAction::Location, "{answer:?}");
    answer.result_code.unwrap()
}

fn object(client: &RegisteredClient, key: &jwt::Key, changes: &[(&str, Value)]) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mut claims = json!({
        "client_id": client.id.to_string(),
        "response_type": "code",
        "response_mode": "jwt",
        "redirect_uri": client.redirect_uri,
        "aud": "https://as.example",
        "scope": "read",
        "state": "s",
        "nbf": now,
        "exp": now + 300,
    });
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes {
        match value.as_i64() {
            _ if value.is_null() => members.remove(*name),
            Some(seconds) => members.insert((*name).to_owned(), json!(now as i64 + seconds)),
            None => members.insert((*name).to_owned(), value.clone()),
        };
    }
    let request = key.sign(&claims);
    form(&[
        ("client_id", &client.id.to_string()),
        ("redirect_uri", &client.redirect_uri),
        ("request", &request),
    ])
}

#[rstest]
#[tokio::test]
async fn fapi_2_requires_pushed_requests_s256_and_short_lived_codes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fapi = FapiClient::start(version, &[FapiMode::Fapi2Security]).await;
    let (api, client) = (&fapi.api, fapi.registered());
    let good = query(client);
    assert_code(Some(&refused(api, good.as_str()).await), "A903303");
    for (weak, code) in [
        (good.replace("S256", "plain"), "A150316"),
        (
            good.replace("response_type=code", "response_type=code+id_token&nonce=n")
                .replace("read", "openid"),
            "A150312",
        ),
        (format!("{good}&response_mode=fragment"), "A150312"),
    ] {
        let answer = fapi.push(&weak).await;
        assert_eq!(answer.action, PushedAuthReqAction::BadRequest);
        assert_code_for(answer.result_code.as_deref(), code, weak);
    }
    let answer = fapi.push(&good).await;
    assert_eq!(answer.action, PushedAuthReqAction::Created);
    let uri = answer.request_uri.unwrap();
    let by_reference = form(&[("client_id", client.alias.as_str()), ("request_uri", &uri)]);
    let code = code(api, &by_reference).await;
    fapi.emulator.advance(Duration::from_secs(60));
    let token = fapi.token(&code_parameters(client, &code)).await;
    assert_eq!(token.action, TokenAction::BadRequest);
    assert_code(token.result_code.as_deref(), "A050311");

    fapi.configure(|client| {
        client.client_type = Some(ClientType::Public);
        client.token_auth_method = None;
    })
    .await;
    assert_code(Some(&refused(api, good).await), "A150367");
}

#[rstest]
#[tokio::test]
async fn fapi_2_message_signing_requires_signed_requests_and_responses(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let modes = [
        FapiMode::Fapi2MessageSigningAuthReq,
        FapiMode::Fapi2MessageSigningAuthRes,
    ];
    let (emulator, api, key) = start_fapi(version, &modes).await;
    let client = emulator.client();
    assert_code(Some(&refused(&api, query(client)).await), "A150301");
    let open = object(client, &key, &[("response_mode", json!("query"))]);
    assert_code(Some(&refused(&api, open).await), "A901313");
    let good = ask(&api, object(client, &key, &[])).await;
    assert_eq!(good.action, AuthorizationAction::Interaction);
}

#[rstest]
#[tokio::test]
async fn fapi_1_advanced_requires_short_lived_signed_requests(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_fapi(version, &[FapiMode::Fapi1Advanced]).await;
    let client = emulator.client();
    assert_code(Some(&refused(&api, query(client)).await), "A150301");
    let good = ask(&api, object(client, &key, &[])).await;
    assert_eq!(good.action, AuthorizationAction::Interaction);
    for (changes, code) in [
        (vec![("exp", Value::Null)], "A150319"),
        (vec![("nbf", Value::Null)], "A150351"),
        (vec![("exp", json!(7200))], "A150365"),
        (vec![("state", Value::Null)], "A150313"),
        (vec![("scope", json!("openid"))], "A150314"),
        (vec![("response_mode", json!("query"))], "A150312"),
    ] {
        let object = object(client, &key, &changes);
        assert_code_for(
            Some(&refused(&api, object).await),
            code,
            format_args!("{changes:?}"),
        );
    }
    let hybrid = [
        ("response_type", json!("code id_token")),
        ("response_mode", Value::Null),
        ("scope", json!("openid")),
        ("nonce", json!("n")),
    ];
    let answer = ask(&api, object(client, &key, &hybrid)).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    configure(&emulator, &api, |service| service.nbf_optional = Some(true)).await;
    let answer = ask(&api, object(client, &key, &[("nbf", Value::Null)])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
}

#[rstest]
#[tokio::test]
async fn profile_of_service_client_or_scopes_applies(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, _) = start_fapi(version, &[]).await;
    let client = emulator.client();
    let good = query(client);
    let stateless = good.replace("state=af0ifjsldkj", "");
    let is_accepted =
        async |query: &str| ask(&api, query).await.action == AuthorizationAction::Interaction;
    assert!(is_accepted(&stateless).await);
    let attributed = async |value: &str| {
        configure(&emulator, &api, |service| {
            for scope in service.supported_scopes.as_mut().unwrap() {
                if scope.name.as_deref() == Some("read") {
                    scope.attributes = Some(vec![Pair::new("fapi", value)]);
                }
            }
        })
        .await;
    };
    attributed("r").await;
    assert!(is_accepted(&good).await);
    assert_code(Some(&refused(&api, stateless.as_str()).await), "A150313");
    assert!(is_accepted(&stateless.replace("read+write", "write")).await);
    attributed("rw").await;
    assert_code(Some(&refused(&api, good.as_str()).await), "A150301");
    configure(&emulator, &api, |service| {
        service.fapi_modes = Some(vec![FapiMode::Fapi1Baseline]);
    })
    .await;
    assert!(is_accepted(&good).await);
    configure(&emulator, &api, |service| {
        service.supported_service_profiles = None;
    })
    .await;
    assert!(is_accepted(&stateless).await);
}
