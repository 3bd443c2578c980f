//! Rules that the documentation of the Authlete Java library states for the management of tokens, if no other test covers
//! them.

use std::time::Duration;

use crate::common::result_codes::{assert_code, assert_refusal};
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AccessToken, AuthzDetails, AuthzDetailsElement, Client, GetTokenListQuery, GrantType,
    IntrospectionAction, IntrospectionRequest, IntrospectionResponse, JwsAlg, Pair, Property,
    RequestableScopes, Scope, TokenAction, TokenCreateAction, TokenCreateRequest,
    TokenCreateResponse, TokenListResponse, TokenRevokeRequest, TokenUpdateAction,
    TokenUpdateRequest, TokenUpdateResponse, UserInfoIssueAction, UserInfoIssueRequest,
};
use authlete::{Authlete, Secret};
use authlete_emulator::{Emulator, RegisteredClient};
use aws_lc_rs::digest::{SHA256, digest};
use rstest::rstest;
use serde_json::{Value, json};

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

fn creation(client: &RegisteredClient) -> TokenCreateRequest {
    TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(client.id)
        .subject("alice")
        .scopes(["read", "write"])
}

async fn create(api: &Authlete, request: &TokenCreateRequest) -> TokenCreateResponse {
    let answer = api.token_create(request).await.unwrap();
    let message = answer.result_message.as_ref().map(Secret::expose);
    assert_eq!(answer.action, TokenCreateAction::Ok, "{message:?}");
    answer
}

async fn update(api: &Authlete, request: &TokenUpdateRequest) -> TokenUpdateResponse {
    let answer = api.token_update(request).await.unwrap();
    assert_eq!(answer.action, TokenUpdateAction::Ok, "{answer:?}");
    answer
}

/// An update of a token that was created.
fn update_of(created: &TokenCreateResponse) -> TokenUpdateRequest {
    TokenUpdateRequest::new().access_token(created.access_token.clone().unwrap())
}

async fn introspect(api: &Authlete, token: &Secret) -> IntrospectionResponse {
    let request = IntrospectionRequest::new(token);
    api.introspection(&request).await.unwrap()
}

async fn introspect_created(
    api: &Authlete,
    created: &TokenCreateResponse,
) -> IntrospectionResponse {
    introspect(api, created.access_token.as_ref().unwrap()).await
}

async fn list(api: &Authlete, query: &GetTokenListQuery) -> TokenListResponse {
    api.get_token_list(query).await.unwrap()
}

/// The only token of the service.
async fn only_token(api: &Authlete) -> AccessToken {
    let mut tokens = list(api, &GetTokenListQuery::new())
        .await
        .access_tokens
        .unwrap();
    assert_eq!(tokens.len(), 1);
    tokens.remove(0)
}

async fn refresh(api: &Authlete, client: &RegisteredClient, token: &Secret) -> TokenAction {
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    request_token(api, client, &parameters).await.action
}

/// Authorization details with one element of each type.
fn details(types: &[&str]) -> AuthzDetails {
    let elements = types.iter().map(|kind| AuthzDetailsElement::new(*kind));
    AuthzDetails::new().elements(elements.collect::<Vec<_>>())
}

/// The time of the emulator, in milliseconds.
async fn now(emulator: &Emulator) -> i64 {
    let overview = data(emulator, "/emulator/overview").await;
    overview["now"].as_i64().unwrap()
}

/// Every grant type but that of a refresh.
fn grant_types() -> [GrantType; 9] {
    [
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::Password,
        GrantType::ClientCredentials,
        GrantType::Ciba,
        GrantType::DeviceCode,
        GrantType::TokenExchange,
        GrantType::JwtBearer,
        GrantType::PreAuthorizedCode,
    ]
}

/// `TokenCreateRequest.grantType`, `TokenCreateResponse`.
#[rstest]
#[tokio::test]
async fn creation_without_a_grant_type_is_a_bad_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    let body = json!({ "clientId": emulator.client().id, "subject": "alice" });
    let path = "/auth/token/create";
    let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
    assert_eq!(status, 200);
    assert_eq!(answer["action"], "BAD_REQUEST");
    assert_code(answer["resultCode"].as_str(), "A104201");
    assert_eq!(answer.get("accessToken"), None);
}

/// `TokenCreateRequest.subject`.
#[rstest]
#[tokio::test]
async fn each_grant_type_but_two_needs_a_subject_of_up_to_100_ascii_characters(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for grant_type in grant_types() {
        let is_ignored = grant_type == GrantType::ClientCredentials;
        let is_optional = is_ignored || grant_type == GrantType::JwtBearer;
        let base = TokenCreateRequest::new(grant_type.clone()).client_id(emulator.client().id);
        let longest = "a".repeat(100);
        for (subject, is_accepted) in [
            (None, is_optional),
            (Some(longest.clone()), true),
            (Some(format!("{longest}a")), is_ignored),
            (Some("é".to_owned()), is_ignored),
        ] {
            let mut request = base.clone();
            request.subject = subject.clone();
            let answer = api.token_create(&request).await.unwrap();
            let expected = match is_accepted {
                true => TokenCreateAction::Ok,
                false => TokenCreateAction::BadRequest,
            };
            assert_eq!(answer.action, expected, "{grant_type:?} {subject:?}");
            if is_accepted {
                assert_eq!(answer.subject, subject.filter(|_| !is_ignored));
            }
        }
    }
}

/// `TokenCreateRequest.clientId` and `clientIdentifier`.
#[rstest]
#[tokio::test]
async fn each_grant_type_but_two_needs_a_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    for grant_type in grant_types() {
        let is_optional = matches!(grant_type, GrantType::TokenExchange | GrantType::JwtBearer);
        let request = TokenCreateRequest::new(grant_type.clone()).subject("alice");
        let answer = api.token_create(&request).await.unwrap();
        let expected = match is_optional {
            true => TokenCreateAction::Ok,
            false => TokenCreateAction::BadRequest,
        };
        assert_eq!(answer.action, expected, "{grant_type:?}");
    }
}

/// `TokenCreateResponse.action`.
#[rstest]
#[tokio::test]
async fn creation_for_the_client_of_another_service_is_forbidden(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let other = another_service(&emulator, &api, version).await;
    let request = creation(emulator.client()).scopes(["openid"]);
    let refused = other.token_create(&request).await.unwrap();
    assert_eq!(refused.action, TokenCreateAction::Forbidden);
    assert_code(refused.result_code.as_deref(), "A107202");
    assert_eq!(refused.access_token, None);
    create(&api, &request).await;
}

/// `TokenCreateRequest.accessTokenDuration` and `refreshTokenDuration`.
#[rstest]
#[tokio::test]
async fn durations_are_in_seconds_and_zero_means_the_duration_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (given, expected) in [
        (None, [321, 654]),
        (Some(0), [321, 654]),
        (Some(1), [100, 200]),
    ] {
        let (emulator, api) = start(version).await;
        configure(&emulator, &api, |service| {
            service.access_token_duration = Some(321);
            service.refresh_token_duration = Some(654);
        })
        .await;
        let mut request = creation(emulator.client());
        request.access_token_duration = given.map(|factor| factor * 100);
        request.refresh_token_duration = given.map(|factor| factor * 200);
        let before = now(&emulator).await;
        let created = create(&api, &request).await;
        let after = now(&emulator).await;
        let [access, refresh] = expected.map(|seconds| seconds * 1000);
        assert_eq!(created.expires_in, Some(expected[0]));
        let end = created.expires_at.unwrap();
        assert!((before + access..=after + access).contains(&end), "{end}");
        let listed = only_token(&api).await;
        assert_eq!(listed.access_token_expires_at, Some(end));
        let refresh_end = listed.refresh_token_expires_at.unwrap();
        let range = before + refresh..=after + refresh;
        assert!(range.contains(&refresh_end), "{refresh_end}");

        emulator.advance(Duration::from_millis(access.unsigned_abs() + 1000));
        let found = introspect_created(&api, &created).await;
        assert_eq!(found.action, IntrospectionAction::Unauthorized);
    }
}

/// `TokenCreateRequest.resources` and `authorizationDetails`.
#[rstest]
#[tokio::test]
async fn token_has_the_resources_and_details_of_its_creation(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let plain = create(&api, &creation(emulator.client())).await;
    assert_eq!(plain.authorization_details, None);
    let found = introspect_created(&api, &plain).await;
    assert_eq!(found.resources, None);
    assert_eq!(found.authorization_details, None);

    let resources = ["https://a.example/", "https://b.example/"].map(str::to_owned);
    let details = details(&["account"]);
    let request = creation(emulator.client())
        .resources(resources.clone())
        .authorization_details(details.clone());
    let created = create(&api, &request).await;
    assert_eq!(created.authorization_details.as_ref(), Some(&details));
    let found = introspect_created(&api, &created).await;
    assert_eq!(found.resources, Some(resources.to_vec()));
    assert_eq!(found.authorization_details, Some(details));
}

/// `TokenCreateRequest.jwtAtClaims`, `TokenCreateResponse.jwtAccessToken`.
#[rstest]
#[tokio::test]
async fn claims_of_a_creation_are_in_jwt_access_tokens_only(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let request = creation(emulator.client()).jwt_at_claims(r#"{"tenant":"a"}"#);
    let opaque = create(&api, &request).await;
    assert_eq!(opaque.jwt_access_token, None);
    let found = introspect_created(&api, &opaque).await;
    assert_eq!(
        (found.action, found.properties),
        (IntrospectionAction::Ok, None)
    );

    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let created = create(&api, &request).await;
    let jwt = created.jwt_access_token.unwrap();
    let claims = jwt::verified(jwt.expose(), &jwks(&api).await);
    assert_eq!(claims["tenant"], "a");
    assert_eq!(claims["jti"], created.access_token.unwrap().expose());
    let without = create(&api, &creation(emulator.client())).await;
    let claims = jwt::parts(without.jwt_access_token.unwrap().expose()).1;
    assert_eq!(claims.get("tenant"), None);
}

/// `TokenCreateRequest.clientIdAliasUsed`.
#[rstest]
#[tokio::test]
async fn alias_is_the_audience_of_userinfo_if_the_creation_says_so_and_the_client_has_one(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let number = client.id.to_string();
    for (alias, used, expected) in [
        (Some(&client.alias), true, &client.alias),
        (Some(&client.alias), false, &number),
        (None, true, &number),
    ] {
        configure_client(&api, client.id, |client| {
            client.user_info_sign_alg = Some(JwsAlg::Es256);
            client.client_id_alias = alias.cloned();
        })
        .await;
        let request = creation(client)
            .scopes(["openid"])
            .client_id_alias_used(used);
        let token = create(&api, &request).await.access_token.unwrap();
        let issue = UserInfoIssueRequest::new(token);
        let issued = api.userinfo_issue(&issue).await.unwrap();
        assert_eq!(issued.action, UserInfoIssueAction::Jwt);
        let jwt = issued.response_content.unwrap();
        let claims = jwt::verified(jwt.expose(), &jwks(&api).await);
        assert_eq!(claims["aud"], **expected);
    }
}

/// `TokenCreateRequest.accessToken` and `refreshToken`: only their digests are stored.
#[rstest]
#[tokio::test]
async fn any_text_can_be_the_value_of_a_new_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for value in ["x", "two words", "a.b.c", "ünï/=+\"", &"long".repeat(2000)] {
        let request = creation(emulator.client())
            .access_token(value)
            .refresh_token(value);
        let created = create(&api, &request).await;
        assert_eq!(created.access_token.as_ref().unwrap().expose(), value);
        let found = introspect_created(&api, &created).await;
        assert_eq!(found.action, IntrospectionAction::Ok, "{value}");
        let action = refresh(&api, emulator.client(), &value.into()).await;
        assert_eq!(action, TokenAction::Ok, "{value}");
    }
}

/// `TokenCreateRequest.accessTokenPersistent`.
#[rstest]
#[tokio::test]
async fn persistent_token_can_be_revoked_and_deleted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let request = creation(emulator.client()).access_token_persistent(true);
    let [revoked, deleted] = [create(&api, &request).await, create(&api, &request).await];
    let token = revoked.access_token.clone().unwrap();
    let revocation = TokenRevokeRequest::new().access_token_identifier(token);
    assert_eq!(api.token_revoke(&revocation).await.unwrap().count, Some(1));
    let token = deleted.access_token.as_ref().unwrap();
    assert_eq!(
        introspect(&api, token).await.action,
        IntrospectionAction::Ok
    );
    api.token_delete(token.expose()).await.unwrap();
    for gone in [revoked, deleted] {
        let found = introspect_created(&api, &gone).await;
        assert_eq!(found.action, IntrospectionAction::Unauthorized);
    }
}

/// `TokenCreateRequest.sessionId`.
#[rstest]
#[tokio::test]
async fn refresh_is_answered_with_native_sso_if_the_creation_had_a_session(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.native_sso_supported = Some(true);
        let scopes = service.supported_scopes.as_mut().unwrap();
        scopes.push(Scope::new("device_sso"));
    })
    .await;
    for (session, action) in [
        (Some("session-1"), TokenAction::NativeSso),
        (None, TokenAction::Ok),
    ] {
        let mut request = creation(emulator.client()).scopes(["openid", "device_sso"]);
        request.session_id = session.map(str::to_owned);
        let created = create(&api, &request).await;
        assert_eq!(created.session_id.as_deref(), session);
        let token = created.refresh_token.unwrap();
        assert_eq!(refresh(&api, emulator.client(), &token).await, action);
    }
}

/// `TokenUpdateRequest`, on the precedence of the identifiers of a token.
#[rstest]
#[tokio::test]
async fn token_of_an_update_is_that_of_the_first_identifier_present(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let mut created = Vec::new();
    for _ in 0..4 {
        created.push(create(&api, &creation(emulator.client())).await);
    }
    let listed = list(&api, &GetTokenListQuery::new()).await;
    let listed = listed.access_tokens.unwrap();
    // Each identifier is that of another token.
    let mut request = TokenUpdateRequest::new()
        .access_token(created[0].access_token.clone().unwrap())
        .access_token_hash(listed[1].access_token_hash.clone().unwrap())
        .refresh_token(created[2].refresh_token.clone().unwrap())
        .refresh_token_hash(listed[3].refresh_token_hash.clone().unwrap());
    let drop_first: [fn(&mut TokenUpdateRequest); 4] = [
        |request| request.access_token = None,
        |request| request.access_token_hash = None,
        |request| request.refresh_token = None,
        |request| request.refresh_token_hash = None,
    ];
    for (expected, drop) in created.iter().zip(drop_first) {
        let updated = update(&api, &request).await;
        assert_eq!(updated.token_id, expected.token_id);
        drop(&mut request);
    }
}

/// `TokenUpdateRequest.accessTokenExpiresAt` and `refreshTokenExpiresAt`.
#[rstest]
#[tokio::test]
async fn expiry_times_are_in_milliseconds_and_ignored_unless_positive(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let created = create(&api, &creation(emulator.client())).await;
    let listed = only_token(&api).await;
    let ends = |updated: &TokenUpdateResponse| {
        let ends = [
            updated.access_token_expires_at,
            updated.refresh_token_expires_at,
        ];
        ends.map(Option::unwrap)
    };
    let before = [
        listed.access_token_expires_at.unwrap(),
        listed.refresh_token_expires_at.unwrap(),
    ];
    for end in [None, Some(0), Some(-1)] {
        let mut request = update_of(&created);
        request.access_token_expires_at = end;
        request.refresh_token_expires_at = end;
        assert_eq!(ends(&update(&api, &request).await), before);
    }
    let now = now(&emulator).await;
    let request = update_of(&created)
        .access_token_expires_at(now + 60_000)
        .refresh_token_expires_at(now + 120_000);
    let expected = [now + 60_000, now + 120_000];
    assert_eq!(ends(&update(&api, &request).await), expected);
    let listed = only_token(&api).await;
    assert_eq!(listed.access_token_expires_at, Some(expected[0]));
    assert_eq!(listed.refresh_token_expires_at, Some(expected[1]));
    emulator.advance(Duration::from_secs(61));
    let found = introspect_created(&api, &created).await;
    assert_eq!(found.action, IntrospectionAction::Unauthorized);
    emulator.advance(Duration::from_secs(60));
    let token = created.refresh_token.unwrap();
    let action = refresh(&api, emulator.client(), &token).await;
    assert_eq!(action, TokenAction::BadRequest);
}

/// `TokenUpdateRequest.scopes`.
#[rstest]
#[tokio::test]
async fn scopes_that_the_client_may_not_request_are_ignored_by_an_update(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let created = create(&api, &creation(client)).await;
    let scopes = RequestableScopes::new().requestable_scopes(["write", "email"]);
    api.set_requestable_scopes(client.id, &scopes)
        .await
        .unwrap();
    let request = update_of(&created).scopes(["read", "email"]);
    let updated = update(&api, &request).await;
    assert_eq!(updated.scopes.unwrap(), ["email"]);
    let found = introspect_created(&api, &created).await;
    assert_eq!(found.scopes.unwrap(), ["email"]);
}

/// `TokenUpdateRequest.accessTokenExpiresAtUpdatedOnScopeUpdate` and `refreshTokenExpiresAtUpdatedOnScopeUpdate`.
#[rstest]
#[tokio::test]
async fn new_scopes_change_expiry_times_whose_flag_is_set_and_that_are_not_given(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        let scopes = service.supported_scopes.as_mut().unwrap();
        let scope = scopes
            .iter_mut()
            .find(|scope| scope.name.as_deref() == Some("email"));
        scope.unwrap().attributes = Some(vec![
            Pair::new("access_token.duration", "1000"),
            Pair::new("refresh_token.duration", "2000"),
        ]);
    })
    .await;
    for flags in [
        None,
        Some([false, false]),
        Some([true, false]),
        Some([false, true]),
    ] {
        for given in [None, Some(0), Some(-1), Some(7_000_000_000_000)] {
            let mut request = creation(emulator.client());
            request.access_token_duration = Some(50);
            request.refresh_token_duration = Some(60);
            let created = create(&api, &request).await;
            let before = update(&api, &update_of(&created)).await;
            let mut request = update_of(&created).scopes(["email"]);
            request.access_token_expires_at_updated_on_scope_update = flags.map(|f| f[0]);
            request.refresh_token_expires_at_updated_on_scope_update = flags.map(|f| f[1]);
            request.access_token_expires_at = given;
            request.refresh_token_expires_at = given;
            let start = now(&emulator).await;
            let updated = update(&api, &request).await;
            let end = now(&emulator).await;
            for (index, seconds, before, after) in [
                (
                    0,
                    1000,
                    before.access_token_expires_at,
                    updated.access_token_expires_at,
                ),
                (
                    1,
                    2000,
                    before.refresh_token_expires_at,
                    updated.refresh_token_expires_at,
                ),
            ] {
                let case = format!("{flags:?} {given:?} {index}");
                let after = after.unwrap();
                match (
                    given.filter(|end| *end > 0),
                    flags.is_some_and(|f| f[index]),
                ) {
                    (Some(given), _) => assert_eq!(after, given, "{case}"),
                    (None, false) => assert_eq!(Some(after), before, "{case}"),
                    (None, true) => {
                        let duration = seconds * 1000;
                        let range = start + duration..=end + duration;
                        assert!(range.contains(&after), "{case}");
                    }
                }
            }
        }
    }
}

/// `TokenUpdateRequest.certificateThumbprint` and `dpopKeyThumbprint`.
#[rstest]
#[tokio::test]
async fn update_with_a_thumbprint_binds_the_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let made = rcgen::generate_simple_self_signed(["client.example".to_owned()]);
    let certificate = made.unwrap().cert;
    let thumbprint = jwt::encode(digest(&SHA256, certificate.der()));
    let (emulator, api) = start(version).await;
    for (of_certificate, of_key, token_type) in [
        (Some(&*thumbprint), None, "Bearer"),
        (None, Some("of-a-key"), "DPoP"),
    ] {
        let created = create(&api, &creation(emulator.client())).await;
        let found = introspect_created(&api, &created).await;
        assert_eq!(found.action, IntrospectionAction::Ok);
        let mut request = update_of(&created);
        request.certificate_thumbprint = of_certificate.map(str::to_owned);
        request.dpop_key_thumbprint = of_key.map(str::to_owned);
        let updated = update(&api, &request).await;
        assert_eq!(updated.token_type.as_deref(), Some(token_type));
        let found = introspect_created(&api, &created).await;
        assert_eq!(found.action, IntrospectionAction::Unauthorized);
        let request = IntrospectionRequest::new(created.access_token.unwrap())
            .client_certificate(certificate.pem());
        let found = api.introspection(&request).await.unwrap();
        assert_eq!(found.action == IntrospectionAction::Ok, of_key.is_none());
    }
}

/// `TokenUpdateRequest.authorizationDetails`.
#[rstest]
#[tokio::test]
async fn details_of_an_update_replace_all_details_and_missing_ones_change_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let old = details(&["account", "payment"]);
    let request = creation(emulator.client()).authorization_details(old.clone());
    let created = create(&api, &request).await;
    let same = update(&api, &update_of(&created).scopes(["read"])).await;
    assert_eq!(same.authorization_details, Some(old));
    let new = details(&["loan"]);
    let request = update_of(&created).authorization_details(new.clone());
    let updated = update(&api, &request).await;
    assert_eq!(updated.authorization_details.as_ref(), Some(&new));
    let found = introspect_created(&api, &created).await;
    assert_eq!(found.authorization_details, Some(new));
}

/// `TokenUpdateResponse.action`.
#[rstest]
#[tokio::test]
async fn token_of_another_service_is_not_updated(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let created = create(&api, &creation(emulator.client())).await;
    let other = another_service(&emulator, &api, version).await;
    let by_refresh_token = TokenUpdateRequest::new();
    let by_refresh_token = by_refresh_token.refresh_token(created.refresh_token.clone().unwrap());
    for request in [update_of(&created), by_refresh_token] {
        let request = request.scopes(["read"]);
        let refused = other.token_update(&request).await.unwrap();
        assert_eq!(refused.action, TokenUpdateAction::Forbidden);
        assert_eq!(refused.access_token, None);
    }
    let found = introspect_created(&api, &created).await;
    assert_eq!(found.scopes.unwrap(), ["read", "write"]);
}

/// `TokenListResponse`, `AuthleteApi.getTokenList`.
#[rstest]
#[tokio::test]
async fn token_list_returns_its_query_and_the_number_of_all_matches(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let own = emulator.client();
    let other = api.create_client(&Client::new()).await.unwrap();
    let other = other.client_id.unwrap();
    // Eight tokens: five of `alice` and the client, one of `alice` and the other client, two of `bob`.
    let mut ids = Vec::new();
    for (client, subject, number) in [
        (own.id, "alice", 5),
        (other, "alice", 1),
        (own.id, "bob", 1),
        (other, "bob", 1),
    ] {
        for _ in 0..number {
            let request = creation(own).client_id(client).subject(subject);
            create(&api, &request).await;
            ids.push(client);
        }
    }
    let all = GetTokenListQuery::new();
    let (number, alias) = (own.id.to_string(), own.alias.clone());
    for (query, client, subject, total) in [
        (all.clone(), None, None, 8),
        (all.clone().subject("alice"), None, Some("alice"), 6),
        (
            all.clone().client_identifier(&number),
            Some(own.id),
            None,
            6,
        ),
        (all.clone().client_identifier(&alias), Some(own.id), None, 6),
        (
            all.clone().client_identifier(other.to_string()),
            Some(other),
            None,
            2,
        ),
        (
            all.clone().client_identifier(&alias).subject("alice"),
            Some(own.id),
            Some("alice"),
            5,
        ),
    ] {
        let answer = list(&api, &query).await;
        let case = format!("{query:?}");
        assert_eq!((answer.start, answer.end), (Some(0), Some(5)), "{case}");
        assert_eq!(answer.total_count, Some(total), "{case}");
        assert_eq!(answer.subject.as_deref(), subject, "{case}");
        let actual = answer.client.map(|client| client.client_id.unwrap());
        assert_eq!(actual, client, "{case}");
        let tokens = answer.access_tokens.unwrap();
        assert_eq!(
            tokens.len(),
            usize::try_from(total.min(5)).unwrap(),
            "{case}"
        );
        for token in tokens {
            assert!(client.is_none_or(|client| token.client_id == Some(client)));
            assert!(subject.is_none_or(|subject| token.subject.as_deref() == Some(subject)));
        }
    }
    let hash = |token: AccessToken| token.access_token_hash.unwrap();
    let hashes = list(&api, &all.clone().end(100))
        .await
        .access_tokens
        .unwrap();
    let hashes: Vec<_> = hashes.into_iter().map(hash).collect();
    assert_eq!(hashes.len(), ids.len());
    for (start, end) in [(5, 7), (0, 1), (7, 100), (0, 0), (3, 3), (3, 1), (8, 9)] {
        let answer = list(&api, &all.clone().start(start).end(end)).await;
        assert_eq!((answer.start, answer.end), (Some(start), Some(end)));
        assert_eq!(answer.total_count, Some(8));
        let tokens = answer.access_tokens;
        let tokens: Option<Vec<_>> = tokens.map(|t| t.into_iter().map(hash).collect());
        let [first, last] = [start, end.min(8)].map(|index| usize::try_from(index).unwrap());
        let expected = hashes.get(first..last).filter(|hashes| !hashes.is_empty());
        assert_eq!(tokens.as_deref(), expected, "{start}..{end}");
    }
}

/// `AuthleteApi.getTokenList`.
#[rstest]
#[tokio::test]
async fn range_of_a_list_of_tokens_must_not_be_negative(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    for (query, code) in [
        (GetTokenListQuery::new().start(-1), "A159202"),
        (GetTokenListQuery::new().end(-1), "A159204"),
    ] {
        assert_refusal(api.get_token_list(&query).await, 400, code);
    }
}

/// `AccessToken`.
#[rstest]
#[tokio::test]
async fn refresh_keeps_grant_type_and_creation_time_and_sets_the_refresh_time_of_a_listed_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let properties = vec![Property::new("shop", "7")];
    let request = creation(client)
        .refresh_token_duration(600)
        .properties(properties.clone());
    let before = now(&emulator).await;
    let created = create(&api, &request).await;
    let after = now(&emulator).await;
    let first = only_token(&api).await;
    assert_eq!(first.access_token_expires_at, created.expires_at);
    let lifetime = first.refresh_token_expires_at.unwrap() - first.created_at.unwrap();
    assert_eq!(lifetime, 600_000);
    assert!((before..=after).contains(&first.created_at.unwrap()));
    assert_eq!(first.last_refreshed_at, Some(0));
    assert_eq!(first.properties.as_ref(), Some(&properties));
    assert_eq!(first.subject.as_deref(), Some("alice"));

    emulator.advance(Duration::from_secs(100));
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", created.refresh_token.unwrap().expose()),
        ("scope", "read"),
    ]);
    let before = now(&emulator).await;
    let refreshed = request_token(&api, client, &parameters).await;
    let after = now(&emulator).await;
    assert_eq!(refreshed.action, TokenAction::Ok);
    let second = only_token(&api).await;
    assert_eq!(second.grant_type, Some(GrantType::AuthorizationCode));
    assert_eq!(second.created_at, first.created_at);
    assert!((before..=after).contains(&second.last_refreshed_at.unwrap()));
    assert_ne!(second.access_token_hash, first.access_token_hash);
    assert_eq!(second.scopes.unwrap(), ["read"]);
    assert_eq!(second.refresh_token_scopes.unwrap(), ["read", "write"]);
    assert_eq!(second.properties, Some(properties));

    let (emulator, api) = start(version).await;
    let parameters = "grant_type=client_credentials&scope=read";
    let issued = request_token(&api, emulator.client(), parameters).await;
    assert_eq!(issued.action, TokenAction::Ok);
    let own = only_token(&api).await;
    assert_eq!((own.subject, own.properties), (None, None));
    assert_eq!(own.refresh_token_hash, None);
    assert_eq!(own.refresh_token_expires_at, Some(0));
    assert_eq!(own.refresh_token_scopes, None);
}

/// The information about a token that is the subject token of an exchange.
async fn info(api: &Authlete, client: &RegisteredClient, token: &Secret, kind: &str) -> Value {
    let parameters = form(&[
        ("grant_type", TOKEN_EXCHANGE),
        ("subject_token", token.expose()),
        ("subject_token_type", kind),
    ]);
    let answer = request_token(api, client, &parameters).await;
    assert_eq!(answer.action, TokenAction::TokenExchange, "{answer:?}");
    serde_json::to_value(answer.subject_token_info.unwrap()).unwrap()
}

/// `TokenInfo`.
#[rstest]
#[tokio::test]
async fn info_of_an_exchanged_token_has_the_values_of_the_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::TokenExchange, GrantType::AuthorizationCode]);
    })
    .await;
    let plain = create(&api, &creation(client)).await;
    let info_of_plain = info(
        &api,
        client,
        plain.access_token.as_ref().unwrap(),
        ACCESS_TOKEN,
    );
    let info_of_plain = info_of_plain.await;
    assert_eq!(info_of_plain["clientIdAliasUsed"], false);
    for name in ["properties", "resources", "authorizationDetails"] {
        assert_eq!(info_of_plain.get(name), None, "{name}");
    }

    let request = creation(client)
        .client_id_alias_used(true)
        .properties([Property::new("shop", "7")])
        .resources(["https://a.example/"])
        .authorization_details(details(&["account"]));
    let created = create(&api, &request).await;
    let renamed = Some("renamed".to_owned());
    configure_client(&api, client.id, |client| client.client_id_alias = renamed).await;
    for (token, kind) in [
        (created.access_token, ACCESS_TOKEN),
        (created.refresh_token, REFRESH_TOKEN),
    ] {
        let info = info(&api, client, &token.unwrap(), kind).await;
        assert_eq!(info["clientId"], client.id);
        assert_eq!(info["clientIdAlias"], client.alias);
        assert_eq!(info["clientIdAliasUsed"], true);
        assert_eq!(info["properties"][0]["key"], "shop");
        assert_eq!(info["resources"], json!(["https://a.example/"]));
        let elements = &info["authorizationDetails"]["elements"];
        assert_eq!(elements[0]["type"], "account");
    }
}
