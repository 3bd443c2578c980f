//! The grant type `refresh_token` (RFC 6749 §6), and the settings of a service for refresh tokens.

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    GrantType, IntrospectionAction, IntrospectionRequest, Property, TokenAction, TokenRequest,
    TokenResponse,
};
use authlete::{Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;

async fn refresh(emulator: &Emulator, api: &Authlete, token: &Secret, more: &str) -> TokenResponse {
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    request_token(api, emulator.client(), &format!("{parameters}{more}")).await
}

async fn is_active(api: &Authlete, token: &Secret) -> bool {
    let request = IntrospectionRequest::new(token.clone());
    let answer = api.introspection(&request).await.unwrap();
    answer.action == IntrospectionAction::Ok
}

fn assert_invalid_grant(answer: &TokenResponse, code: &str) {
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), code);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn refresh_replaces_both_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let first = tokens(&api, emulator.client()).await;
    emulator.advance(Duration::from_secs(100));
    let old = first.refresh_token.unwrap();
    let answer = refresh(&emulator, &api, &old, "").await;
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(answer.grant_type, Some(GrantType::RefreshToken));
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(answer.previous_refresh_token_used, Some(false));
    assert_eq!(answer.refresh_token_duration, Some(864_000));
    let new = answer.refresh_token.unwrap();
    assert_ne!(new, old);
    assert!(!is_active(&api, &first.access_token.unwrap()).await);
    let access_token = answer.access_token.unwrap();
    assert!(is_active(&api, &access_token).await);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["access_token"], access_token.expose());
    assert_eq!(body["refresh_token"], new.expose());
    // The old refresh token is used up, and the new one is valid.
    let answer = refresh(&emulator, &api, &old, "").await;
    assert_invalid_grant(&answer, "A053305");
    assert_eq!(answer.previous_refresh_token_used, Some(false));
    let answer = refresh(&emulator, &api, &new, "").await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn refresh_is_idempotent_for_a_minute_if_the_service_enables_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.refresh_token_idempotent = Some(true);
    })
    .await;
    let old = tokens(&api, emulator.client()).await.refresh_token.unwrap();
    let first = refresh(&emulator, &api, &old, "").await;
    let new = first.refresh_token.unwrap();
    emulator.advance(Duration::from_secs(30));
    let second = refresh(&emulator, &api, &old, "").await;
    assert_eq!(second.action, TokenAction::Ok);
    assert_eq!(second.previous_refresh_token_used, Some(true));
    assert_eq!(second.refresh_token.as_ref(), Some(&new));
    assert_eq!(
        second.refresh_token_expires_at,
        first.refresh_token_expires_at
    );
    assert_ne!(second.access_token, first.access_token);
    assert!(is_active(&api, &second.access_token.unwrap()).await);
    // The minute is over.
    emulator.advance(Duration::from_secs(31));
    let answer = refresh(&emulator, &api, &old, "").await;
    assert_invalid_grant(&answer, "A053305");
    assert_eq!(answer.previous_refresh_token_used, Some(true));

    // Once the successor of a refresh token is used, the token cannot be used again.
    let third = refresh(&emulator, &api, &new, "").await;
    assert_eq!(third.previous_refresh_token_used, Some(false));
    let newest = third.refresh_token.unwrap();
    refresh(&emulator, &api, &newest, "").await;
    let answer = refresh(&emulator, &api, &new, "").await;
    assert_invalid_grant(&answer, "A053305");
    assert_eq!(answer.previous_refresh_token_used, Some(true));
    let answer = refresh(&emulator, &api, &Secret::from("made-up"), "").await;
    assert_eq!(answer.previous_refresh_token_used, Some(false));
}

#[rstest]
#[tokio::test]
async fn refresh_token_lifetime_follows_the_service_settings(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (kept, flag, remaining) in [
        (false, false, 864_000),
        (false, true, 863_900),
        (true, false, 863_900),
        (true, true, 864_000),
    ] {
        let (emulator, api) = start(version).await;
        configure(&emulator, &api, |service| {
            service.refresh_token_kept = Some(kept);
            service.refresh_token_duration_kept = Some(flag && !kept);
            service.refresh_token_duration_reset = Some(flag && kept);
        })
        .await;
        let old = tokens(&api, emulator.client()).await.refresh_token.unwrap();
        emulator.advance(Duration::from_secs(100));
        let answer = refresh(&emulator, &api, &old, "").await;
        let left = answer.refresh_token_duration.unwrap();
        // A second may have passed.
        assert!((remaining - 2..=remaining).contains(&left), "{left}");
        assert_eq!(answer.refresh_token.as_ref() == Some(&old), kept);
        emulator.advance(Duration::from_secs(864_000));
        let answer = refresh(&emulator, &api, &answer.refresh_token.unwrap(), "").await;
        assert_invalid_grant(&answer, "A053308");
    }
}

#[rstest]
#[tokio::test]
async fn access_token_expires_with_its_refresh_token_if_the_expirations_are_linked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.token_expiration_linked = Some(true);
        service.refresh_token_duration = Some(1000);
        service.refresh_token_duration_kept = Some(true);
    })
    .await;
    let first = tokens(&api, emulator.client()).await;
    assert_eq!(first.access_token_duration, Some(1000));
    emulator.advance(Duration::from_secs(400));
    let answer = refresh(&emulator, &api, &first.refresh_token.unwrap(), "").await;
    assert_eq!(
        answer.access_token_expires_at,
        first.refresh_token_expires_at
    );
}

#[rstest]
#[tokio::test]
async fn refresh_can_narrow_the_scopes_but_not_extend_them(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let mut token = tokens(&api, emulator.client()).await.refresh_token.unwrap();
    for (more, scopes) in [
        ("&scope=read", vec!["read"]),
        ("&scope=write", vec!["write"]),
        ("", vec!["read", "write"]),
    ] {
        let answer = refresh(&emulator, &api, &token, more).await;
        assert_eq!(answer.action, TokenAction::Ok);
        assert_eq!(answer.scopes.unwrap(), scopes);
        assert_eq!(answer.refresh_token_scopes.unwrap(), ["read", "write"]);
        token = answer.refresh_token.unwrap();
    }
    let answer = refresh(&emulator, &api, &token, "&scope=read+profile").await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_scope"
    );
    // A refused request does not use up the refresh token.
    let answer = refresh(&emulator, &api, &token, "").await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn openid_is_dropped_on_refresh_without_offline_access_if_the_service_enables_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (scope, flag, scopes) in [
        ("openid read", false, vec!["openid", "read"]),
        ("openid read", true, vec!["read"]),
        (
            "openid offline_access",
            true,
            vec!["openid", "offline_access"],
        ),
    ] {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        configure(&emulator, &api, |service| {
            service.openid_dropped_on_refresh_without_offline_access = Some(flag);
        })
        .await;
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &client.id.to_string()),
            ("redirect_uri", &client.redirect_uri),
            ("scope", scope),
            ("prompt", "consent"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let code = code(&api, &query).await;
        let first = request_token(&api, client, &code_parameters(client, &code)).await;
        assert!(first.id_token.is_some());
        let answer = refresh(&emulator, &api, &first.refresh_token.unwrap(), "").await;
        assert_eq!(answer.scopes.unwrap(), scopes);
        assert_eq!(answer.id_token, None);
    }
}

#[rstest]
#[tokio::test]
async fn token_request_sets_value_lifetimes_and_properties(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let first = tokens(&api, client).await;
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh_token.unwrap().expose()),
    ]);
    let request = TokenRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .access_token("chosen")
        .access_token_duration(11)
        .refresh_token_duration(22)
        .properties([Property::new("scope", "no"), Property::new("shop", "7")]);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.access_token.as_ref().unwrap().expose(), "chosen");
    assert_eq!(answer.access_token_duration, Some(11));
    assert_eq!(answer.refresh_token_duration, Some(22));
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["shop"], "7");
    assert_eq!(body["scope"], "read write");
    // The value is already in use.
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", answer.refresh_token.unwrap().expose()),
    ]);
    let mut request = request;
    request.parameters = parameters.into();
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::InternalServerError);
    assert_code(answer.result_code.as_deref(), "A144201");
}
