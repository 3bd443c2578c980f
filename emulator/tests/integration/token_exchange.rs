//! The grant type `urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{ClientType, GrantType, TokenAction, TokenRequest, TokenResponse, TokenType};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const SAML2: &str = "urn:ietf:params:oauth:token-type:saml2";

async fn start_with_exchange(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.grant_types = Some(vec![
            GrantType::TokenExchange,
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
        ]);
    })
    .await;
    (emulator, api)
}

fn parameters(more: &[(&str, &str)]) -> String {
    let pairs = [&[("grant_type", TOKEN_EXCHANGE)], more].concat();
    form(&pairs)
}

async fn exchange(emulator: &Emulator, api: &Authlete, more: &[(&str, &str)]) -> TokenResponse {
    request_token(api, emulator.client(), &parameters(more)).await
}

async fn exchange_one(
    emulator: &Emulator,
    api: &Authlete,
    token: &str,
    kind: &str,
) -> TokenResponse {
    let pairs = [("subject_token", token), ("subject_token_type", kind)];
    exchange(emulator, api, &pairs).await
}

fn assert_refused(answer: &TokenResponse, code: &str) {
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.action, TokenAction::BadRequest);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], "invalid_request");
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs()
}

#[rstest]
#[tokio::test]
async fn valid_request_is_returned_with_action_token_exchange_and_token_infos(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_exchange(version).await;
    let client = emulator.client();
    let own = tokens(&api, client).await;
    let access_token = own.access_token.unwrap();
    let refresh_token = own.refresh_token.unwrap();
    let answer = exchange(
        &emulator,
        &api,
        &[
            ("subject_token", access_token.expose()),
            ("subject_token_type", ACCESS_TOKEN),
            ("actor_token", refresh_token.expose()),
            ("actor_token_type", REFRESH_TOKEN),
            ("requested_token_type", JWT),
            ("audience", "one"),
            ("audience", "two"),
            ("resource", "https://api.example/a"),
            ("resource", "https://api.example/b"),
            ("scope", "read"),
        ],
    )
    .await;
    assert_eq!(
        answer.action,
        TokenAction::TokenExchange,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    assert_eq!(answer.response_content, None);
    assert_eq!(answer.grant_type, Some(GrantType::TokenExchange));
    assert_eq!(answer.client_id, Some(client.id));
    assert_eq!(answer.subject_token, Some(access_token));
    assert_eq!(answer.subject_token_type, Some(TokenType::AccessToken));
    assert_eq!(answer.actor_token, Some(refresh_token));
    assert_eq!(answer.actor_token_type, Some(TokenType::RefreshToken));
    assert_eq!(answer.requested_token_type, Some(TokenType::Jwt));
    assert_eq!(
        answer.audiences,
        Some(vec!["one".to_owned(), "two".to_owned()])
    );
    assert_eq!(
        answer.resources,
        Some(vec![
            "https://api.example/a".to_owned(),
            "https://api.example/b".to_owned()
        ])
    );
    assert_eq!(answer.scopes, Some(vec!["read".to_owned()]));
    let info = answer.subject_token_info.unwrap();
    assert_eq!(info.subject.as_deref(), Some("alice"));
    assert_eq!(info.client_id, Some(client.id));
    assert_eq!(info.client_id_alias.as_deref(), Some(client.alias.as_str()));
    // In seconds, unlike other timestamps.
    let end = own.access_token_expires_at.map(|end| end / 1000);
    assert_eq!(info.expires_at, end);
    let scopes = info.scopes.unwrap();
    let names: Vec<_> = scopes.iter().filter_map(|s| s.name.as_deref()).collect();
    assert_eq!(names, ["read", "write"]);
    let info = answer.actor_token_info.unwrap();
    let end = own.refresh_token_expires_at.map(|end| end / 1000);
    assert_eq!(info.expires_at, end);
}

#[rstest]
#[tokio::test]
async fn missing_or_inconsistent_parameters_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_exchange(version).await;
    let subject = [("subject_token", "x"), ("subject_token_type", SAML2)];
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[("subject_token_type", SAML2)], "A907311"),
        (&[("subject_token", "x")], "A907312"),
        (
            &[("subject_token", "x"), ("subject_token_type", "saml2")],
            "A907313",
        ),
        (
            &[subject[0], subject[1], ("requested_token_type", "x")],
            "A907313",
        ),
        (&[subject[0], subject[1], ("actor_token", "x")], "A907312"),
        (
            &[subject[0], subject[1], ("actor_token_type", SAML2)],
            "A907314",
        ),
        (
            &[
                subject[0],
                subject[1],
                ("actor_token", "x"),
                ("actor_token_type", "x"),
            ],
            "A907313",
        ),
        (
            &[
                subject[0],
                subject[1],
                ("actor_token", "x"),
                ("actor_token_type", ACCESS_TOKEN),
            ],
            "A907315",
        ),
    ];
    for (more, code) in cases {
        assert_refused(&exchange(&emulator, &api, more).await, code);
    }
    let more = [subject[0], subject[1], ("resource", "/relative")];
    let answer = exchange(&emulator, &api, &more).await;
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_target"
    );
    // SAML assertions are not checked.
    let answer = exchange(&emulator, &api, &subject).await;
    assert_eq!(answer.action, TokenAction::TokenExchange);
    assert_eq!(answer.subject_token_info, None);
}

#[rstest]
#[tokio::test]
async fn access_and_refresh_tokens_have_to_be_issued_by_the_service_and_active(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_exchange(version).await;
    let own = tokens(&api, emulator.client()).await;
    let (access_token, refresh_token) = (own.access_token.unwrap(), own.refresh_token.unwrap());
    for kind in [ACCESS_TOKEN, REFRESH_TOKEN] {
        let answer = exchange_one(&emulator, &api, "made-up", kind).await;
        assert_refused(&answer, "A907315");
    }
    // An access token is not accepted as a refresh token.
    let answer = exchange_one(&emulator, &api, access_token.expose(), REFRESH_TOKEN).await;
    assert_refused(&answer, "A907315");
    emulator.advance(Duration::from_secs(86_400));
    let answer = exchange_one(&emulator, &api, access_token.expose(), ACCESS_TOKEN).await;
    assert_refused(&answer, "A907316");
    emulator.advance(Duration::from_secs(9 * 86_400));
    let answer = exchange_one(&emulator, &api, refresh_token.expose(), REFRESH_TOKEN).await;
    assert_refused(&answer, "A907316");
}

#[rstest]
#[tokio::test]
async fn jwt_format_and_lifetime_are_checked_but_not_the_signature(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_exchange(version).await;
    let key = jwt::Key::generate();
    let empty = key.sign(&json!({}));
    let unsigned = jwt::unsigned(&json!({}));
    let encrypted = jwt::encrypt(&key.jwk(), "secret");
    for token in [&empty, &unsigned, &encrypted] {
        let answer = exchange_one(&emulator, &api, token, JWT).await;
        assert_eq!(answer.action, TokenAction::TokenExchange, "{token}");
    }
    for (token, code) in [
        (key.sign(&json!({"exp": now()})), "A907307"),
        (key.sign(&json!({"iat": now() + 60})), "A907307"),
        (key.sign(&json!({"nbf": now() + 60})), "A907307"),
        ("x.y.z".to_owned(), "A907304"),
    ] {
        assert_refused(&exchange_one(&emulator, &api, &token, JWT).await, code);
    }
    configure(&emulator, &api, |service| {
        service.token_exchange_encrypted_jwt_rejected = Some(true);
        service.token_exchange_unsigned_jwt_rejected = Some(true);
    })
    .await;
    let answer = exchange_one(&emulator, &api, &encrypted, JWT).await;
    assert_refused(&answer, "A907305");
    for kind in [JWT, ID_TOKEN] {
        let mut claims = id_token_claims();
        claims["jti"] = "x".into();
        let answer = exchange_one(&emulator, &api, &jwt::unsigned(&claims), kind).await;
        assert_refused(&answer, "A907306");
    }
}

fn id_token_claims() -> Value {
    json!({
        "iss": "https://as.example",
        "sub": "alice",
        "aud": ["client"],
        "exp": now() + 60,
        "iat": now(),
    })
}

#[rstest]
#[tokio::test]
async fn id_token_signature_and_claims_are_checked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_exchange(version).await;
    let client = emulator.client();
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &client.id.to_string()),
        ("redirect_uri", &client.redirect_uri),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let code = code(&api, &query).await;
    let issued = request_token(&api, client, &code_parameters(client, &code)).await;
    let id_token = issued.id_token.unwrap();
    let answer = exchange_one(&emulator, &api, id_token.expose(), ID_TOKEN).await;
    assert_eq!(
        answer.action,
        TokenAction::TokenExchange,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    // An unsigned ID token is accepted.
    let unsigned = jwt::unsigned(&id_token_claims());
    let answer = exchange_one(&emulator, &api, &unsigned, ID_TOKEN).await;
    assert_eq!(answer.action, TokenAction::TokenExchange);

    let (key, claims) = (jwt::Key::generate(), id_token_claims());
    let forged = [
        key.sign(&claims),
        key.sign_with(&json!({"alg": "ES256", "kid": "p256-signing"}), &claims),
        jwt::hmac(client.secret.expose().as_bytes(), &claims),
        format!("{}x", id_token.expose()),
    ];
    for token in &forged[..3] {
        let answer = exchange_one(&emulator, &api, token, ID_TOKEN).await;
        assert_refused(&answer, "A907318");
    }
    let answer = exchange_one(&emulator, &api, &forged[3], ID_TOKEN).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    for (name, value) in [
        ("iss", Value::Null),
        ("iss", "http://as.example".into()),
        ("iss", "https://as.example?x".into()),
        ("iss", "https://as.example#x".into()),
        ("aud", json!([1])),
        ("aud", Value::Null),
        ("nonce", 1.into()),
    ] {
        let mut claims = id_token_claims();
        claims[name] = value;
        let token = jwt::unsigned(&claims);
        assert_refused(
            &exchange_one(&emulator, &api, &token, ID_TOKEN).await,
            "A907317",
        );
    }
    for (name, time) in [("exp", now()), ("iat", now() + 60), ("nbf", now() + 60)] {
        let mut claims = id_token_claims();
        claims[name] = time.into();
        let token = jwt::unsigned(&claims);
        let answer = exchange_one(&emulator, &api, &token, ID_TOKEN).await;
        assert_eq!(answer.action, TokenAction::BadRequest, "{name}");
    }
    for name in ["exp", "iat"] {
        let mut claims = id_token_claims();
        claims.as_object_mut().unwrap().remove(name);
        let token = jwt::unsigned(&claims);
        assert_refused(
            &exchange_one(&emulator, &api, &token, ID_TOKEN).await,
            "A907317",
        );
    }
}

#[rstest]
#[tokio::test]
async fn service_settings_restrict_which_clients_may_exchange(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_exchange(version).await;
    let saml = [("subject_token", "x"), ("subject_token_type", SAML2)];
    let anonymous = TokenRequest::new(parameters(&saml));
    let answer = api.token(&anonymous).await.unwrap();
    assert_eq!(answer.action, TokenAction::TokenExchange);
    assert_eq!(answer.client_id, None);
    configure(&emulator, &api, |service| {
        service.token_exchange_by_identifiable_clients_only = Some(true);
    })
    .await;
    let answer = api.token(&anonymous).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A244305");

    configure(&emulator, &api, |service| {
        service.token_exchange_by_confidential_clients_only = Some(true);
    })
    .await;
    let answer = exchange(&emulator, &api, &saml).await;
    assert_eq!(answer.action, TokenAction::TokenExchange);
    configure_client(&api, emulator.client().id, |client| {
        client.client_type = Some(ClientType::Public);
    })
    .await;
    let id = emulator.client().id.to_string();
    let public = TokenRequest::new(parameters(&saml)).client_id(id);
    let answer = api.token(&public).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A907319");

    configure(&emulator, &api, |service| {
        service.token_exchange_by_confidential_clients_only = Some(false);
        service.token_exchange_by_permitted_clients_only = Some(true);
    })
    .await;
    let answer = api.token(&public).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A907320");
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "unauthorized_client"
    );
    configure_client(&api, emulator.client().id, |client| {
        let mut extension = client.extension.take().unwrap_or_default();
        extension.token_exchange_permitted = Some(true);
        client.extension = Some(extension);
    })
    .await;
    let answer = api.token(&public).await.unwrap();
    assert_eq!(answer.action, TokenAction::TokenExchange);
}

#[rstest]
#[tokio::test]
async fn token_info_is_returned_only_for_access_and_refresh_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_exchange(version).await;
    let own = tokens(&api, emulator.client()).await;
    let access_token = own.access_token.unwrap();
    let refresh_token = own.refresh_token.unwrap();
    let jwt = jwt::Key::generate().sign(&json!({}));
    let id_token = jwt::unsigned(&id_token_claims());
    let given = [
        (access_token.expose(), ACCESS_TOKEN, true),
        (refresh_token.expose(), REFRESH_TOKEN, true),
        (&jwt, JWT, false),
        (&id_token, ID_TOKEN, false),
        ("x", SAML2, false),
    ];
    for (subject, actor) in given.iter().zip(given.iter().rev()) {
        let parameters = [
            ("subject_token", subject.0),
            ("subject_token_type", subject.1),
            ("actor_token", actor.0),
            ("actor_token_type", actor.1),
        ];
        let answer = exchange(&emulator, &api, &parameters).await;
        assert_eq!(answer.action, TokenAction::TokenExchange, "{}", subject.1);
        assert_eq!(answer.subject_token_info.is_some(), subject.2);
        assert_eq!(answer.actor_token_info.is_some(), actor.2);
    }
}
