//! Client authentication with JWT assertions, and refused client authentication.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::jwt::Key;
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    Client, ClientAuthMethod, ClientType, JwsAlg, RevocationAction, RevocationRequest, TokenAction,
    TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::{Value, json};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ISSUER: &str = "https://as.example";

fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs()
}

/// The claims of a valid, unused assertion.
fn claims(client: &RegisteredClient, id: &str) -> Value {
    json!({
        "iss": client.id.to_string(),
        "sub": client.id.to_string(),
        "aud": ISSUER,
        "exp": now() + 60,
        "iat": now(),
        "jti": id,
    })
}

/// Sets a claim, or removes it if the value is null.
fn with(mut claims: Value, name: &str, value: Value) -> Value {
    let members = claims.as_object_mut().unwrap();
    members.remove(name);
    if !value.is_null() {
        members.insert(name.to_owned(), value);
    }
    claims
}

fn parameters(assertion: &str) -> String {
    form(&[
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ])
}

async fn token(api: &Authlete, parameters: String) -> TokenResponse {
    api.token(&TokenRequest::new(parameters)).await.unwrap()
}

async fn assert_refused(api: &Authlete, assertion: &str, code: &str) {
    let answer = token(api, parameters(assertion)).await;
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.action, TokenAction::InvalidClient);
    let content = content(answer.response_content.as_ref());
    assert_eq!(content["error"], "invalid_client");
}

/// Starts an emulator whose client authenticates with `private_key_jwt`.
async fn start_with_key(version: ApiVersion) -> (Emulator, Authlete, Key) {
    let (emulator, api) = start(version).await;
    let key = Key::generate();
    configure_client(&api, emulator.client().id, |client| {
        client.token_auth_method = Some(ClientAuthMethod::PrivateKeyJwt);
        client.jwks = Some(key.jwks().into());
    })
    .await;
    (emulator, api, key)
}

#[rstest]
#[tokio::test]
async fn private_key_authenticates_at_token_and_revocation(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_with_key(version).await;
    let client = emulator.client();
    let assertion = key.sign(&claims(client, "1"));
    let answer = token(&api, parameters(&assertion)).await;
    assert_code(answer.result_code.as_deref(), "A052001");
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(answer.client_id, Some(client.id));
    let method = answer.client_auth_method;
    assert_eq!(method, Some(ClientAuthMethod::PrivateKeyJwt));

    // An assertion works once (RFC 7523 §3), at whichever endpoint.
    assert_refused(&api, &assertion, "A904304").await;
    let access_token = answer.access_token.unwrap();
    let revoke = |assertion: &str| {
        RevocationRequest::new(form(&[
            ("token", access_token.expose()),
            ("client_id", &client.alias),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ]))
    };
    let answer = api.revocation(&revoke(&assertion)).await.unwrap();
    assert_eq!(answer.action, RevocationAction::InvalidClient);
    let fresh = key.sign(&claims(client, "2"));
    let answer = api.revocation(&revoke(&fresh)).await.unwrap();
    assert_eq!(answer.action, RevocationAction::Ok);
}

#[rstest]
#[tokio::test]
async fn assertion_without_jti_works_once_too(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_with_key(version).await;
    let assertion = key.sign(&with(claims(emulator.client(), ""), "jti", Value::Null));
    let answer = token(&api, parameters(&assertion)).await;
    assert_eq!(answer.action, TokenAction::Ok);
    assert_refused(&api, &assertion, "A904304").await;
}

#[rstest]
#[tokio::test]
async fn invalid_assertion_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_with_key(version).await;
    let client = emulator.client();
    let good = claims(client, "1");
    let wrong = [
        ("iss", Value::Null, "A244304"),
        ("iss", json!("somebody-else"), "A157315"),
        ("aud", Value::Null, "A157318"),
        ("aud", json!("https://other.example"), "A157318"),
        ("aud", json!([]), "A157318"),
        ("exp", Value::Null, "A157319"),
        ("exp", json!(now() - 1), "A157320"),
        ("exp", json!("tomorrow"), "A157320"),
        ("nbf", json!(now() + 60), "A157322"),
        ("iat", json!(now() + 60), "A157323"),
    ];
    for (name, value, code) in wrong {
        let assertion = key.sign(&with(good.clone(), name, value));
        assert_refused(&api, &assertion, code).await;
    }
    // Signed with another key, with an unregistered key ID, and unsigned.
    assert_refused(&api, &Key::generate().sign(&good), "A157326").await;
    let unknown = json!({ "alg": "ES256", "kid": "unknown" });
    assert_refused(&api, &key.sign_with(&unknown, &good), "A156304").await;
    assert_refused(&api, &jwt::unsigned(&good), "A156304").await;
    assert_refused(&api, "not a JWT", "A244303").await;
    let mut tampered = key.sign(&good);
    tampered.insert(tampered.find('.').unwrap() + 1, 'A');
    assert_refused(&api, &tampered, "A157314").await;
    let type_of_saml = parameters(&key.sign(&good)).replace("jwt-bearer", "saml2-bearer");
    let answer = token(&api, type_of_saml).await;
    assert_code(answer.result_code.as_deref(), "A157310");
    assert_eq!(answer.action, TokenAction::InvalidClient);
    // Refused assertions do not use up the `jti`.
    let answer = token(&api, parameters(&key.sign(&good))).await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn audience_is_the_issuer_or_an_endpoint_unless_it_is_restricted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_with_key(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.token_endpoint = Some("https://as.example/token".to_owned());
    })
    .await;
    let audiences = [
        json!("https://as.example/token"),
        json!([ISSUER]),
        json!(["https://other.example", "https://as.example/token"]),
    ];
    let assertion =
        |id: &str, audience: &Value| key.sign(&with(claims(client, id), "aud", audience.clone()));
    for (id, audience) in audiences.iter().enumerate() {
        let assertion = assertion(&id.to_string(), audience);
        let answer = token(&api, parameters(&assertion)).await;
        assert_eq!(answer.action, TokenAction::Ok, "{audience}");
    }
    configure(&emulator, &api, |service| {
        service.client_assertion_aud_restricted_to_issuer = Some(true);
    })
    .await;
    for (id, audience) in audiences.iter().enumerate() {
        assert_refused(&api, &assertion(&format!("r{id}"), audience), "A157356").await;
    }
    let answer = token(&api, parameters(&assertion("r", &json!(ISSUER)))).await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn clock_skew_of_the_service_is_tolerated(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_with_key(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.allowable_clock_skew = Some(120);
    })
    .await;
    let late = key.sign(&with(claims(client, "1"), "exp", json!(now() - 60)));
    let answer = token(&api, parameters(&late)).await;
    assert_eq!(answer.action, TokenAction::Ok);
    // A used assertion is remembered as long as the skew would allow it.
    assert_refused(&api, &late, "A904304").await;
    let early = key.sign(&with(claims(client, "2"), "nbf", json!(now() + 60)));
    let answer = token(&api, parameters(&early)).await;
    assert_eq!(answer.action, TokenAction::Ok);
    emulator.advance(Duration::from_secs(300));
    assert_refused(&api, &early, "A157320").await;
}

#[rstest]
#[tokio::test]
async fn client_with_client_secret_jwt_is_refused_by_any_other_method(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let key = Key::generate();
    configure_client(&api, client.id, |settings| {
        settings.token_auth_method = Some(ClientAuthMethod::ClientSecretJwt);
        settings.jwks = Some(key.jwks().into());
    })
    .await;
    let secret = client.secret.expose().as_bytes();
    let answer = token(&api, parameters(&jwt::hmac(secret, &claims(client, "1")))).await;
    assert_eq!(answer.action, TokenAction::Ok);
    let method = answer.client_auth_method;
    assert_eq!(method, Some(ClientAuthMethod::ClientSecretJwt));

    let good = claims(client, "2");
    assert_refused(&api, &jwt::hmac(&[7; 64], &good), "A157326").await;
    // The public key, used as an HMAC secret (RFC 8725 §2.1).
    let as_secret = jwt::hmac(key.jwks().as_bytes(), &good);
    assert_refused(&api, &as_secret, "A157326").await;
    assert_refused(&api, &key.sign(&good), "A157313").await;
    let by_secret = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(by_secret.action, TokenAction::InvalidClient);
    assert_code(by_secret.result_code.as_deref(), "A157311");
    let with_secret = form(&[
        ("client_id", &client.id.to_string()),
        ("client_secret", client.secret.expose()),
    ]);
    let both = parameters(&jwt::hmac(secret, &good)) + "&" + &with_secret;
    let answer = token(&api, both).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A904301");

    configure_client(&api, client.id, |settings| {
        settings.token_auth_sign_alg = Some(JwsAlg::Hs512);
    })
    .await;
    assert_refused(&api, &jwt::hmac(secret, &good), "A157313").await;
}

#[rstest]
#[tokio::test]
async fn keys_at_a_uri_are_not_fetched(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_with_key(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |settings| {
        settings.jwks = None;
        settings.jwks_uri = Some("https://client.example/jwks".to_owned());
    })
    .await;
    assert_refused(&api, &key.sign(&claims(client, "1")), "A904305").await;
}

#[rstest]
#[tokio::test]
async fn different_client_identifiers_in_a_request_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_with_key(version).await;
    let client = emulator.client();
    let mut other = authlete::types::Client::new();
    other.client_type = Some(ClientType::Confidential);
    let other = api.create_client(&other).await.unwrap().client_id.unwrap();
    let assertion = key.sign(&claims(client, "1"));
    let ambiguous = format!("{}&client_id={other}", parameters(&assertion));
    let answer = token(&api, ambiguous).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A048312");
    let unknown = key.sign(&with(claims(client, "1"), "sub", json!("unknown")));
    assert_refused(&api, &unknown, "A244306").await;

    let answer = token(&api, "grant_type=client_credentials".to_owned()).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A244305");
    let content = content(answer.response_content.as_ref());
    assert_eq!(content["error"], "invalid_request");
}

#[rstest]
#[tokio::test]
async fn client_credentials_of_a_public_client_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |settings| {
        settings.client_type = Some(ClientType::Public);
        settings.token_auth_method = Some(ClientAuthMethod::None);
    })
    .await;
    let answer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(answer.action, TokenAction::InvalidClient);
    assert_code(answer.result_code.as_deref(), "A157303");
}

#[rstest]
#[tokio::test]
async fn locked_client_is_refused_before_it_can_authenticate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    lock(&api, client.id, true).await;
    let credentials = ["wrong", client.secret.expose()];
    for secret in credentials {
        let request = TokenRequest::new("grant_type=client_credentials")
            .client_id(client.id.to_string())
            .client_secret(secret);
        let answer = api.token(&request).await.unwrap();
        assert_eq!(answer.action, TokenAction::InvalidClient);
        assert_code(answer.result_code.as_deref(), "A048307");
        let request = RevocationRequest::new("token=a")
            .client_id(client.id.to_string())
            .client_secret(secret);
        let answer = api.revocation(&request).await.unwrap();
        assert_eq!(answer.action, RevocationAction::InvalidClient);
        assert_code(answer.result_code.as_deref(), "A114307");
        // These operations have no codes of their own for it.
        for (name, code) in [
            (&client.id.to_string(), "A001215"),
            (&client.alias, "A001221"),
        ] {
            let body = json!({ "parameters": "a=b", "clientId": name, "clientSecret": secret });
            for path in [
                "/pushed_auth_req",
                "/backchannel/authentication",
                "/device/authorization",
            ] {
                let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
                assert_code_for(answer["resultCode"].as_str(), code, path);
                assert_eq!(status, 403, "{path}");
            }
        }
    }
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    lock(&api, client.id, false).await;
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn method_that_the_service_does_not_support_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        let methods = vec![ClientAuthMethod::ClientSecretPost];
        service.supported_token_auth_methods = Some(methods.clone());
        service.supported_revocation_auth_methods = Some(methods);
    })
    .await;
    let client = emulator.client();
    let answer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(answer.action, TokenAction::InvalidClient);
    assert_code(answer.result_code.as_deref(), "A157344");
    let revoke = RevocationRequest::new("token=any")
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let answer = api.revocation(&revoke).await.unwrap();
    assert_eq!(answer.action, RevocationAction::InvalidClient);
}

#[rstest]
#[tokio::test]
async fn credentials_in_the_header_take_precedence_over_the_body(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let in_body = |secret: &str| {
        form(&[
            ("grant_type", "client_credentials"),
            ("client_id", &client.id.to_string()),
            ("client_secret", secret),
        ])
    };
    let in_header = |parameters: String, secret: &str| {
        TokenRequest::new(parameters)
            .client_id(client.id.to_string())
            .client_secret(secret)
    };
    let (own, wrong) = (client.secret.expose(), "wrong");
    let with_assertion = parameters("no.assertion.at all");
    for parameters in [in_body(own), in_body(wrong), with_assertion.clone()] {
        let answer = api.token(&in_header(parameters, own)).await.unwrap();
        assert_eq!(answer.action, TokenAction::Ok);
        let method = answer.client_auth_method;
        assert_eq!(method, Some(ClientAuthMethod::ClientSecretBasic));
    }
    let answer = api.token(&in_header(in_body(own), wrong)).await.unwrap();
    assert_eq!(answer.action, TokenAction::InvalidClient);
    assert_code(answer.result_code.as_deref(), "A157305");
    configure_client(&api, client.id, |client| {
        client.token_auth_method = Some(ClientAuthMethod::ClientSecretPost);
    })
    .await;
    let answer = api.token(&in_header(in_body(own), own)).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A157304");
    configure_client(&api, client.id, |client| {
        client.token_auth_method = Some(ClientAuthMethod::ClientSecretBasic);
    })
    .await;
    let answer = token(&api, in_body(own)).await;
    assert_eq!(answer.action, TokenAction::InvalidClient);
    assert_code(answer.result_code.as_deref(), "A157357");
    // Both name the client, and must name the same one.
    let other = api.create_client(&Client::new()).await.unwrap();
    let mut request = in_header(in_body(own), own);
    request.client_id = other.client_id.map(Into::into);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A048312");
    // Two methods in the body are refused.
    let twice = format!("{}&client_secret=x", with_assertion.replace("all", "a.b"));
    let answer = token(&api, twice).await;
    assert_ne!(answer.action, TokenAction::Ok);

    let revoke = |secret: &str| {
        let parameters = form(&[("token", "unknown"), ("client_secret", secret)]);
        RevocationRequest::new(parameters)
            .client_id(client.id.to_string())
            .client_secret(own)
    };
    let answer = api.revocation(&revoke(own)).await.unwrap();
    assert_eq!(answer.action, RevocationAction::Ok);
    // Only revocation has a published result code for this.
    let answer = api.revocation(&revoke(wrong)).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A114313");
}
