//! Revocation of one or many tokens by the authorization server.

use crate::common::result_codes::{assert_code, assert_refusal};
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    Client, GetTokenListQuery, GrantType, IntrospectionAction, IntrospectionRequest, JwsAlg,
    TokenAction, TokenCreateRequest, TokenRevokeRequest,
};
use authlete::{Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::json;

/// An access token and its refresh token, with their hashes.
struct Pair {
    access: Secret,
    refresh: Secret,
    access_hash: String,
    refresh_hash: String,
}

async fn create(api: &Authlete, client_id: i64, subject: &str) -> Pair {
    let request = TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(client_id)
        .subject(subject);
    let created = api.token_create(&request).await.unwrap();
    let query = GetTokenListQuery::new().end(100);
    let listed = api.get_token_list(&query).await.unwrap();
    let last = listed.access_tokens.unwrap().pop().unwrap();
    Pair {
        access: created.access_token.unwrap(),
        refresh: created.refresh_token.unwrap(),
        access_hash: last.access_token_hash.unwrap(),
        refresh_hash: last.refresh_token_hash.unwrap(),
    }
}

async fn revoke(api: &Authlete, request: &TokenRevokeRequest) -> i32 {
    let answer = api.token_revoke(request).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A312001");
    answer.count.expect("a count")
}

async fn is_active(api: &Authlete, token: &Secret) -> bool {
    let request = IntrospectionRequest::new(token);
    let answer = api.introspection(&request).await.unwrap();
    answer.action == IntrospectionAction::Ok
}

/// Whether each access token is active.
async fn active(api: &Authlete, pairs: &[&Pair]) -> Vec<bool> {
    let mut active = Vec::new();
    for pair in pairs {
        active.push(is_active(api, &pair.access).await);
    }
    active
}

/// Creates a second client.
async fn another_client(api: &Authlete) -> i64 {
    let mut client = Client::new();
    client.client_id_alias = Some("another".to_owned());
    let created = api.create_client(&client).await.unwrap();
    created.client_id.unwrap()
}

async fn refresh(emulator: &Emulator, api: &Authlete, token: &Secret) -> TokenAction {
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    let answer = request_token(api, emulator.client(), &parameters).await;
    answer.action
}

#[rstest]
#[tokio::test]
async fn access_and_refresh_token_are_revoked_by_value_or_hash_of_either(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let ways: [fn(&Pair) -> TokenRevokeRequest; 4] = [
        |pair| TokenRevokeRequest::new().access_token_identifier(pair.access.clone()),
        |pair| TokenRevokeRequest::new().access_token_identifier(pair.access_hash.as_str()),
        |pair| TokenRevokeRequest::new().refresh_token_identifier(pair.refresh.clone()),
        |pair| TokenRevokeRequest::new().refresh_token_identifier(pair.refresh_hash.as_str()),
    ];
    let (emulator, api) = start(version).await;
    let id = emulator.client().id;
    let other = create(&api, id, "alice").await;
    for named in ways {
        let pair = create(&api, id, "alice").await;
        assert!(is_active(&api, &pair.access).await);
        assert_eq!(revoke(&api, &named(&pair)).await, 1);
        assert!(!is_active(&api, &pair.access).await);
        let refreshed = refresh(&emulator, &api, &pair.refresh).await;
        assert_eq!(refreshed, TokenAction::BadRequest);
        // There is nothing left to revoke.
        assert_eq!(revoke(&api, &named(&pair)).await, 0);
    }
    assert!(is_active(&api, &other.access).await);
    let refreshed = refresh(&emulator, &api, &other.refresh).await;
    assert_eq!(refreshed, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn identifier_of_the_other_token_type_revokes_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let pair = create(&api, emulator.client().id, "alice").await;
    for request in [
        TokenRevokeRequest::new().access_token_identifier(pair.refresh.clone()),
        TokenRevokeRequest::new().access_token_identifier(pair.refresh_hash.as_str()),
        TokenRevokeRequest::new().refresh_token_identifier(pair.access.clone()),
        TokenRevokeRequest::new().refresh_token_identifier(pair.access_hash.as_str()),
        TokenRevokeRequest::new().access_token_identifier("made-up"),
    ] {
        assert_eq!(revoke(&api, &request).await, 0);
    }
    assert!(is_active(&api, &pair.access).await);
}

#[rstest]
#[tokio::test]
async fn jwt_access_token_is_revoked_with_its_opaque_value(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let answer = tokens(&api, emulator.client()).await;
    let (jwt, opaque) = (
        answer.jwt_access_token.unwrap(),
        answer.access_token.unwrap(),
    );
    let request = TokenRevokeRequest::new().access_token_identifier(jwt.clone());
    assert_eq!(revoke(&api, &request).await, 1);
    assert!(!is_active(&api, &jwt).await);
    assert!(!is_active(&api, &opaque).await);
}

#[rstest]
#[tokio::test]
async fn tokens_are_revoked_by_client_by_user_or_by_both(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    // Whether the request has the client and the user, and which tokens remain active.
    for (by_client, by_user, left) in [
        (true, true, [false, true, true, true]),
        (true, false, [false, false, true, true]),
        (false, true, [false, true, false, true]),
    ] {
        for by_alias in [false, true] {
            let (emulator, api) = start(version).await;
            let own = emulator.client();
            let other = another_client(&api).await;
            let pairs = [
                &create(&api, own.id, "alice").await,
                &create(&api, own.id, "bob").await,
                &create(&api, other, "alice").await,
                &create(&api, other, "bob").await,
            ];
            let identifier = match by_alias {
                true => own.alias.clone(),
                false => own.id.to_string(),
            };
            let mut request = TokenRevokeRequest::new();
            request.client_identifier = by_client.then(|| identifier.into());
            request.subject = by_user.then(|| "alice".to_owned());
            let gone = left.iter().filter(|left| !**left).count();
            assert_eq!(revoke(&api, &request).await, i32::try_from(gone).unwrap());
            assert_eq!(active(&api, &pairs).await, left);
            assert_eq!(revoke(&api, &request).await, 0);
        }
    }
}

#[rstest]
#[tokio::test]
async fn first_given_criterion_is_used_and_the_others_are_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client().id;
    let pairs = [
        &create(&api, client, "alice").await,
        &create(&api, client, "alice").await,
        &create(&api, client, "alice").await,
    ];
    let all = TokenRevokeRequest::new()
        .client_identifier(client.to_string())
        .subject("alice");
    let none = all
        .clone()
        .access_token_identifier("made-up")
        .refresh_token_identifier(pairs[0].refresh.clone());
    assert_eq!(revoke(&api, &none).await, 0);
    let first = all
        .clone()
        .access_token_identifier(pairs[0].access.clone())
        .refresh_token_identifier(pairs[1].refresh.clone());
    assert_eq!(revoke(&api, &first).await, 1);
    assert_eq!(active(&api, &pairs).await, [false, true, true]);
    let second = all
        .clone()
        .refresh_token_identifier(pairs[1].refresh.clone());
    assert_eq!(revoke(&api, &second).await, 1);
    assert_eq!(active(&api, &pairs).await, [false, false, true]);
    assert_eq!(revoke(&api, &all).await, 1);
    assert_eq!(active(&api, &pairs).await, [false, false, false]);
}

#[rstest]
#[tokio::test]
async fn one_call_revokes_twenty_at_most(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client().id;
    let mut pairs = Vec::new();
    for _ in 0..41 {
        pairs.push(create(&api, client, "alice").await);
    }
    let of_user = TokenRevokeRequest::new().subject("alice");
    let of_client = TokenRevokeRequest::new().client_identifier(client.to_string());
    assert_eq!(revoke(&api, &of_user).await, 20);
    // The oldest tokens are revoked first.
    assert_eq!(
        active(&api, &[&pairs[0], &pairs[19], &pairs[20]]).await,
        [false, false, true]
    );
    assert_eq!(revoke(&api, &of_client).await, 20);
    assert!(is_active(&api, &pairs[40].access).await);
    assert_eq!(revoke(&api, &of_user.clone()).await, 1);
    assert_eq!(revoke(&api, &of_user).await, 0);
}

#[rstest]
#[tokio::test]
async fn call_without_criteria_or_with_an_unknown_client_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let pair = create(&api, emulator.client().id, "alice").await;
    for body in [
        json!({}),
        json!({ "subject": "", "clientIdentifier": "" }),
        json!({ "accessTokenIdentifier": null }),
    ] {
        let path = "/auth/token/revoke";
        let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
        assert_eq!(status, 400);
        assert_code(answer["resultCode"].as_str(), "A911205");
    }
    let unknown_client = TokenRevokeRequest::new()
        .client_identifier("unknown_client")
        .subject("alice");
    assert_refusal(api.token_revoke(&unknown_client).await, 404, "A001218");
    assert!(is_active(&api, &pair.access).await);
}

#[rstest]
#[tokio::test]
async fn tokens_of_other_services_are_not_revoked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let pair = create(&api, emulator.client().id, "alice").await;
    let other = another_service(&emulator, &api, version).await;
    for request in [
        TokenRevokeRequest::new().access_token_identifier(pair.access.clone()),
        TokenRevokeRequest::new().refresh_token_identifier(pair.refresh_hash.as_str()),
        TokenRevokeRequest::new().subject("alice"),
    ] {
        assert_eq!(revoke(&other, &request).await, 0);
    }
    assert!(is_active(&api, &pair.access).await);
}
