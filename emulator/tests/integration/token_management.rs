//! Token management: tokens are created, updated, listed and deleted without a flow.

use std::time::Duration;

use crate::common::result_codes::{assert_code, assert_refusal};
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AuthzDetails, AuthzDetailsElement, GrantType, IntrospectionAction, IntrospectionRequest,
    IntrospectionResponse, Pair, Property, Service, TokenAction, TokenCreateAction,
    TokenCreateRequest, TokenCreateResponse, TokenUpdateAction, TokenUpdateRequest,
};
use authlete::{Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;

const NEVER: i64 = 253_402_300_799_000;

fn request(emulator: &Emulator) -> TokenCreateRequest {
    TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(emulator.client().id)
        .subject("alice")
        .scopes(["read", "write"])
}

async fn create(api: &Authlete, request: &TokenCreateRequest) -> TokenCreateResponse {
    let answer = api.token_create(request).await.unwrap();
    assert_eq!(
        answer.action,
        TokenCreateAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(Secret::expose)
    );
    answer
}

async fn introspect(api: &Authlete, token: &Secret) -> IntrospectionResponse {
    let request = IntrospectionRequest::new(token.clone());
    api.introspection(&request).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn token_is_created_with_the_requested_values(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let details = AuthzDetails::new().elements([AuthzDetailsElement::new("account")]);
    let request = request(&emulator)
        .access_token("from-elsewhere")
        .refresh_token("refresh-from-elsewhere")
        .access_token_duration(100)
        .refresh_token_duration(200)
        .properties([Property::new("shop", "7")])
        .resources(["https://api.example/"])
        .authorization_details(details.clone())
        .client_id_alias_used(true)
        .acr("gold")
        .auth_time(1_700_000_000)
        .for_external_attachment(true);
    let created = create(&api, &request).await;
    assert_code(created.result_code.as_deref(), "A109001");
    let token = created.access_token.unwrap();
    assert_eq!(token.expose(), "from-elsewhere");
    let refresh_token = created.refresh_token.unwrap();
    assert_eq!(refresh_token.expose(), "refresh-from-elsewhere");
    assert_eq!(created.expires_in, Some(100));
    assert_eq!(created.token_type.as_deref(), Some("Bearer"));
    assert_eq!(created.client_id, Some(emulator.client().id));
    assert_eq!(created.subject.as_deref(), Some("alice"));
    assert_eq!(created.scopes.unwrap(), ["read", "write"]);
    assert_eq!(created.refresh_token_scopes.unwrap(), ["read", "write"]);
    assert_eq!(created.authorization_details, Some(details));
    assert_eq!(created.for_external_attachment, Some(true));
    assert!(created.token_id.is_some());

    let stored = introspect(&api, &token).await;
    assert_eq!(stored.action, IntrospectionAction::Ok);
    assert_eq!(stored.expires_at, created.expires_at);
    assert_eq!(stored.client_id_alias_used, Some(true));
    assert_eq!(stored.acr.as_deref(), Some("gold"));
    assert_eq!(stored.auth_time, Some(1_700_000_000));
    assert_eq!(stored.properties, created.properties);

    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
    ]);
    let refreshed = request_token(&api, emulator.client(), &parameters).await;
    assert_eq!(refreshed.action, TokenAction::Ok);

    let again = api.token_create(&request).await.unwrap();
    assert_eq!(again.action, TokenCreateAction::Ok);
    for (access_token, refresh_token, code) in [
        ("from-elsewhere", "x", "A144201"),
        ("x", "refresh-from-elsewhere", "A144202"),
    ] {
        let request = request
            .clone()
            .access_token(access_token)
            .refresh_token(refresh_token);
        let taken = api.token_create(&request).await.unwrap();
        assert_eq!(taken.action, TokenCreateAction::BadRequest);
        assert_code(taken.result_code.as_deref(), code);
    }
}

#[rstest]
#[tokio::test]
async fn refresh_token_and_subject_of_a_created_token_depend_on_the_grant_type(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for (grant_type, refreshable) in [
        (GrantType::AuthorizationCode, true),
        (GrantType::Password, true),
        (GrantType::Ciba, true),
        (GrantType::DeviceCode, true),
        (GrantType::TokenExchange, true),
        (GrantType::JwtBearer, true),
        (GrantType::PreAuthorizedCode, true),
        (GrantType::Implicit, false),
        (GrantType::ClientCredentials, false),
    ] {
        let mut request = request(&emulator);
        request.grant_type = grant_type.clone();
        let created = create(&api, &request).await;
        assert_eq!(
            created.refresh_token.is_some(),
            refreshable,
            "{grant_type:?}"
        );
        let subject = created.subject.as_deref();
        let expected = (grant_type != GrantType::ClientCredentials).then_some("alice");
        assert_eq!(subject, expected);
        assert_eq!(created.grant_type, Some(grant_type));
    }
    // A token without a client.
    let request = TokenCreateRequest::new(GrantType::TokenExchange).subject("alice");
    let created = create(&api, &request).await;
    assert_eq!(created.client_id.unwrap_or_default(), 0);
    assert_eq!(created.client_identifier, None);
    let stored = introspect(&api, &created.access_token.unwrap()).await;
    assert_eq!(stored.action, IntrospectionAction::Ok);

    configure(&emulator, &api, |service| {
        service.supported_grant_types = Some(vec![GrantType::AuthorizationCode]);
    })
    .await;
    let created = create(&api, &self::request(&emulator)).await;
    assert_eq!(created.refresh_token, None);
}

#[rstest]
#[tokio::test]
async fn invalid_create_request_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let good = || request(&emulator);
    let of_type = |grant_type: GrantType| {
        let mut request = good();
        request.grant_type = grant_type;
        request
    };
    let bad = TokenCreateAction::BadRequest;
    for (request, action, code) in [
        (of_type(GrantType::RefreshToken), bad.clone(), "A104202"),
        (of_type("MAGIC".into()), bad.clone(), "A104203"),
        (
            TokenCreateRequest::new(GrantType::Password).subject("alice"),
            bad.clone(),
            "A911201",
        ),
        (good().client_id(1), TokenCreateAction::Forbidden, "A107201"),
        (good().subject(""), bad.clone(), "A105201"),
        (good().subject("ä"), bad.clone(), "A105203"),
        (good().subject("a".repeat(101)), bad.clone(), "A105202"),
        (
            good().scopes(["read", "unheard-of"]),
            bad.clone(),
            "A106201",
        ),
        (good().auth_time(-1), bad.clone(), "A911202"),
        (good().jwt_at_claims("x"), bad.clone(), "A108205"),
        (good().access_token_duration(-1), bad.clone(), "A911206"),
        (good().refresh_token_duration(-1), bad.clone(), "A911206"),
    ] {
        let answer = api.token_create(&request).await.unwrap();
        assert_eq!(answer.action, action, "{code}");
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.access_token, None);
    }
    let mut by_alias = good();
    by_alias.client_id = None;
    let by_alias = by_alias.client_identifier(&emulator.client().alias);
    let created = create(&api, &by_alias).await;
    assert_eq!(created.client_id, Some(emulator.client().id));
}

#[rstest]
#[tokio::test]
async fn refresh_token_value_is_refused_when_no_refresh_token_can_be_created(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let refused = async |grant_type: GrantType, code: &str| {
        let mut request = request(&emulator).refresh_token("refresh-from-elsewhere");
        request.grant_type = grant_type;
        let answer = api.token_create(&request).await.unwrap();
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.action, TokenCreateAction::BadRequest);
        assert_eq!(answer.access_token, None);
    };
    refused(GrantType::ClientCredentials, "A108204").await;
    refused(GrantType::Implicit, "A108203").await;
    configure(&emulator, &api, |service| {
        service.supported_grant_types = Some(vec![GrantType::AuthorizationCode]);
    })
    .await;
    refused(GrantType::AuthorizationCode, "A108202").await;
}

#[rstest]
#[tokio::test]
async fn persistent_token_does_not_expire(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let persistent = request(&emulator)
        .access_token_persistent(true)
        .access_token_duration(1);
    let created = create(&api, &persistent).await;
    assert_eq!(created.expires_at, Some(NEVER));
    let other = create(&api, &request(&emulator)).await;
    let update = TokenUpdateRequest::new()
        .access_token(other.access_token.clone().unwrap())
        .access_token_expires_at(1)
        .access_token_persistent(true);
    let updated = api.token_update(&update).await.unwrap();
    assert_eq!(updated.access_token_expires_at, Some(NEVER));
    emulator.advance(Duration::from_secs(10 * 365 * 86_400));
    for token in [created.access_token, other.access_token] {
        let stored = introspect(&api, &token.unwrap()).await;
        assert_eq!(stored.action, IntrospectionAction::Ok);
    }
}

#[rstest]
#[tokio::test]
async fn update_changes_only_the_given_members(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let created = create(&api, &request(&emulator)).await;
    let token = created.access_token.unwrap();
    let details = AuthzDetails::new().elements([AuthzDetailsElement::new("account")]);
    let end = created.expires_at.unwrap() + 5000;
    let update = TokenUpdateRequest::new()
        .access_token(token.clone())
        .access_token_expires_at(end)
        .refresh_token_expires_at(end + 1)
        .scopes(["read", "unheard-of"])
        .properties([Property::new("shop", "7")])
        .authorization_details(details.clone())
        .for_external_attachment(true);
    let updated = api.token_update(&update).await.unwrap();
    assert_eq!(updated.action, TokenUpdateAction::Ok);
    assert_code(updated.result_code.as_deref(), "A135001");
    assert_eq!(updated.access_token, Some(token.clone()));
    assert_eq!(updated.access_token_expires_at, Some(end));
    assert_eq!(updated.refresh_token_expires_at, Some(end + 1));
    assert_eq!(updated.scopes.unwrap(), ["read"]);
    assert_eq!(updated.authorization_details, Some(details));
    assert_eq!(updated.for_external_attachment, Some(true));
    assert_eq!(updated.token_type.as_deref(), Some("Bearer"));
    assert_eq!(updated.token_id, created.token_id);

    // Omitted members do not change.
    let update = TokenUpdateRequest::new().access_token(token.clone());
    let same = api.token_update(&update).await.unwrap();
    assert_eq!(same.scopes.unwrap(), ["read"]);
    assert_eq!(same.properties, updated.properties);
    assert_eq!(same.access_token_expires_at, Some(end));

    let update = TokenUpdateRequest::new()
        .token_id(created.token_id.unwrap())
        .properties(Vec::<Property>::new())
        .dpop_key_thumbprint("key")
        .certificate_thumbprint("certificate")
        .access_token_value_updated(true);
    let renewed = api.token_update(&update).await.unwrap();
    assert_eq!(renewed.properties, None);
    assert_eq!(renewed.token_type.as_deref(), Some("DPoP"));
    let renewed = renewed.access_token.unwrap();
    assert_ne!(renewed, token);
    assert_eq!(introspect(&api, &token).await.existent, Some(false));
    assert_eq!(introspect(&api, &renewed).await.existent, Some(true));
}

#[rstest]
#[tokio::test]
async fn scope_update_can_apply_the_lifetimes_of_the_scopes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service: &mut Service| {
        let scopes = service.supported_scopes.as_mut().unwrap();
        for (name, seconds) in [("read", "1000"), ("write", "500")] {
            let scope = scopes.iter_mut().find(|s| s.name.as_deref() == Some(name));
            scope.unwrap().attributes = Some(vec![
                Pair::new("access_token.duration", seconds),
                Pair::new("refresh_token.duration", seconds),
            ]);
        }
    })
    .await;
    let created = create(&api, &request(&emulator).scopes(["profile"])).await;
    let token = created.access_token.unwrap();
    let both_flags = || {
        TokenUpdateRequest::new()
            .access_token(token.clone())
            .access_token_expires_at_updated_on_scope_update(true)
            .refresh_token_expires_at_updated_on_scope_update(true)
    };
    // Unchanged scopes and scopes without lifetimes do not change the expiration.
    for scopes in [vec!["profile"], vec!["email"]] {
        let updated = api
            .token_update(&both_flags().scopes(scopes))
            .await
            .unwrap();
        assert_eq!(updated.access_token_expires_at, created.expires_at);
    }
    let before = created.expires_at.unwrap() - 86_400_000;
    let updated = api
        .token_update(&both_flags().scopes(["read", "write"]))
        .await;
    let updated = updated.unwrap();
    for end in [
        updated.access_token_expires_at,
        updated.refresh_token_expires_at,
    ] {
        let lifetime = end.unwrap() - before;
        assert!((500_000..510_000).contains(&lifetime), "{lifetime}");
    }
    // An explicit expiration takes precedence.
    let update = both_flags()
        .scopes(["read"])
        .access_token_expires_at(before + 7000);
    let updated = api.token_update(&update).await.unwrap();
    assert_eq!(updated.access_token_expires_at, Some(before + 7000));
}

#[rstest]
#[tokio::test]
async fn token_is_found_by_value_digest_and_identifier(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let created = create(&api, &request(&emulator)).await;
    let (access_token, refresh_token) = (
        created.access_token.unwrap(),
        created.refresh_token.unwrap(),
    );
    let list = api.get_token_list(&Default::default()).await.unwrap();
    let listed = list.access_tokens.unwrap().remove(0);
    let named = |change: fn(TokenUpdateRequest, String) -> TokenUpdateRequest, value: &str| {
        change(TokenUpdateRequest::new(), value.to_owned())
    };
    let hash = listed.access_token_hash.unwrap();
    for request in [
        named(|r, v| r.access_token(v), access_token.expose()),
        named(|r, v| r.access_token_hash(v), &hash),
        named(|r, v| r.token_id(v), &created.token_id.unwrap()),
        named(|r, v| r.refresh_token(v), refresh_token.expose()),
        named(
            |r, v| r.refresh_token_hash(v),
            &listed.refresh_token_hash.unwrap(),
        ),
        // The value takes precedence over the digest.
        named(|r, v| r.access_token(v), access_token.expose()).access_token_hash("x"),
    ] {
        let updated = api.token_update(&request).await.unwrap();
        assert_eq!(updated.action, TokenUpdateAction::Ok, "{request:?}");
    }
    for request in [
        named(|r, v| r.access_token(v), "x"),
        named(|r, v| r.token_id(v), "999"),
        named(|r, v| r.token_id(v), "x"),
        named(|r, v| r.refresh_token(v), access_token.expose()),
    ] {
        let updated = api.token_update(&request).await.unwrap();
        assert_eq!(updated.action, TokenUpdateAction::NotFound);
    }
    for request in [
        TokenUpdateRequest::new(),
        named(|r, v| r.access_token_hash(v), "no digest"),
    ] {
        let updated = api.token_update(&request).await.unwrap();
        assert_eq!(updated.action, TokenUpdateAction::BadRequest);
    }
}

#[rstest]
#[tokio::test]
async fn deleting_a_token_deletes_its_refresh_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for by in ["value", "hash", "id"] {
        let created = create(&api, &request(&emulator)).await;
        let token = created.access_token.unwrap();
        let list = api.get_token_list(&Default::default()).await.unwrap();
        let hash = list.access_tokens.unwrap().remove(0).access_token_hash;
        let identifier = match by {
            "value" => token.expose().to_owned(),
            "hash" => hash.unwrap(),
            _ => created.token_id.unwrap(),
        };
        api.token_delete(&identifier).await.unwrap();
        assert_eq!(introspect(&api, &token).await.existent, Some(false));
        let parameters = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", created.refresh_token.unwrap().expose()),
        ]);
        let answer = request_token(&api, emulator.client(), &parameters).await;
        assert_code(answer.result_code.as_deref(), "A053305");
        assert_refusal(api.token_delete(&identifier).await, 404, "A161202");
    }
}
