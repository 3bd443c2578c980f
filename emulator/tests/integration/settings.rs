//! The effects of service settings, client settings and members of a call on a flow.

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    AuthorizationIssueRequest, AuthorizationRequest, Client, ClientAuthMethod, ClientType,
    GrantType, IntrospectionAction, IntrospectionRequest, Pair, Property, ResponseType,
    RevocationAction, RevocationRequest, Scope, TokenAction, TokenRequest,
};
use authlete_emulator::Emulator;
use rstest::rstest;

async fn refresh(
    emulator: &Emulator,
    api: &Authlete,
    token: &authlete::Secret,
) -> authlete::types::TokenResponse {
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    request_token(api, emulator.client(), &parameters).await
}

#[rstest]
#[tokio::test]
async fn public_client_needs_no_secret_and_cannot_use_client_credentials(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let mut client = Client::new();
    client.client_type = Some(ClientType::Public);
    client.grant_types = Some(vec![
        GrantType::AuthorizationCode,
        GrantType::ClientCredentials,
    ]);
    client.redirect_uris = Some(vec!["https://app.example/".to_owned()]);
    let id = api
        .create_client(&client)
        .await
        .unwrap()
        .client_id
        .unwrap()
        .to_string();

    // Both requests may omit the redirect URI, because only one is registered.
    let code = code(
        &api,
        &form(&[("response_type", "code"), ("client_id", &id)]),
    )
    .await;
    let parameters = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", &id),
    ]);
    let answer = api.token(&TokenRequest::new(parameters)).await.unwrap();
    assert_eq!(
        answer.action,
        TokenAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    assert_eq!(answer.client_auth_method, Some(ClientAuthMethod::None));
    // The client is not registered for refresh tokens.
    assert_eq!(answer.refresh_token, None);

    let parameters = form(&[("grant_type", "client_credentials"), ("client_id", &id)]);
    let answer = api.token(&TokenRequest::new(parameters)).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A052301");
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "unauthorized_client"
    );

    let parameters = form(&[("token", "unheard-of"), ("client_id", &id)]);
    let answer = api
        .revocation(&RevocationRequest::new(parameters))
        .await
        .unwrap();
    assert_eq!(answer.action, RevocationAction::Ok);
}

#[rstest]
#[tokio::test]
async fn unregistered_grant_types_and_response_types_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let mut settings = api.get_client(client.id).await.unwrap();
    settings.grant_types = Some(vec![GrantType::AuthorizationCode]);
    settings.response_types = Some(vec![ResponseType::Token]);
    api.update_client(client.id, &settings).await.unwrap();
    let answer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "unauthorized_client"
    );
    let answer = request_token(&api, client, "grant_type=urn:example:made-up").await;
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "unsupported_grant_type"
    );
    let answer = api
        .authorization(&AuthorizationRequest::new(query(client)))
        .await
        .unwrap();
    assert_eq!(
        location(answer.response_content.as_ref()).1[0].1,
        "unauthorized_client"
    );
}

#[rstest]
#[tokio::test]
async fn only_the_registered_authentication_method_is_accepted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let mut settings = api.get_client(client.id).await.unwrap();
    settings.token_auth_method = Some(ClientAuthMethod::ClientSecretPost);
    api.update_client(client.id, &settings).await.unwrap();
    let answer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(answer.action, TokenAction::InvalidClient);
    assert_code(answer.result_code.as_deref(), "A157304");
    let parameters = form(&[
        ("grant_type", "client_credentials"),
        ("client_id", &client.alias),
        ("client_secret", client.secret.expose()),
    ]);
    assert_eq!(
        api.token(&TokenRequest::new(parameters))
            .await
            .unwrap()
            .action,
        TokenAction::Ok
    );
}

#[rstest]
#[tokio::test]
async fn refresh_token_is_kept_if_the_service_enables_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.refresh_token_kept = Some(true)
    })
    .await;
    let first = tokens(&api, emulator.client()).await;
    let token = first.refresh_token.unwrap();
    for _ in 0..2 {
        let answer = refresh(&emulator, &api, &token).await;
        assert_eq!(answer.action, TokenAction::Ok);
        assert_eq!(answer.refresh_token.as_ref(), Some(&token));
        assert_eq!(
            answer.refresh_token_expires_at,
            first.refresh_token_expires_at
        );
    }
    // Each refresh has replaced the access token.
    let request = IntrospectionRequest::new(first.access_token.unwrap());
    assert_eq!(
        api.introspection(&request).await.unwrap().action,
        IntrospectionAction::Unauthorized
    );
}

#[rstest]
#[tokio::test]
async fn refresh_cannot_widen_the_scope(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.refresh_token.unwrap();
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
        ("scope", "read email"),
    ]);
    let answer = request_token(&api, emulator.client(), &parameters).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_scope"
    );
    // The refresh token was not used up.
    assert_eq!(
        refresh(&emulator, &api, &token).await.action,
        TokenAction::Ok
    );
}

#[rstest]
#[tokio::test]
async fn shortest_lifetime_applies(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_duration = Some(600);
        service.refresh_token_duration = Some(1200);
        let mut brief = Scope::new("write");
        brief.attributes = Some(vec![Pair::new("access_token.duration", "30")]);
        let mut given = Scope::new("read");
        given.default_entry = Some(true);
        service.supported_scopes = Some(vec![given, brief]);
    })
    .await;
    let client = emulator.client();
    let answer = tokens(&api, client).await;
    assert_eq!(answer.access_token_duration, Some(30));
    assert_eq!(answer.refresh_token_duration, Some(1200));
    let answer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(answer.scopes, Some(vec!["read".to_owned()]), "the default");
    assert_eq!(answer.access_token_duration, Some(600));

    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(&client.alias)
        .client_secret(&client.secret)
        .access_token_duration(5)
        .access_token("chosen");
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.access_token_duration, Some(5));
    assert_eq!(answer.access_token.as_ref().unwrap().expose(), "chosen");
    let again = api.token(&request).await.unwrap();
    assert_eq!(again.action, TokenAction::InternalServerError);
    assert_code(again.result_code.as_deref(), "A144201");
}

#[rstest]
#[tokio::test]
async fn granted_scopes_properties_and_acr_are_kept_with_the_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let mut hidden = Property::new("note", "inside");
    hidden.hidden = Some(true);
    let request = AuthorizationIssueRequest::new(ticket(&api, &query(client)).await, "alice")
        .scopes(["write", "openid", "email"])
        .properties([Property::new("account", "42"), hidden])
        .acr("gold")
        .auth_time(1_700_000_000);
    let code = api
        .authorization_issue(&request)
        .await
        .unwrap()
        .authorization_code
        .unwrap();
    let answer = request_token(&api, client, &code_parameters(client, code.expose())).await;
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["account"], "42");
    assert_eq!(body.get("note"), None);
    // `openid` was not requested, and cannot be added.
    assert_eq!(body["scope"], "write email");

    let request = IntrospectionRequest::new(answer.access_token.unwrap());
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.acr.as_deref(), Some("gold"));
    assert_eq!(answer.auth_time, Some(1_700_000_000));
    assert_eq!(answer.properties.unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn single_access_token_per_subject_revokes_the_earlier_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.single_access_token_per_subject = Some(true)
    })
    .await;
    let first = tokens(&api, emulator.client()).await.access_token.unwrap();
    let second = tokens(&api, emulator.client()).await.access_token.unwrap();
    let first = api
        .introspection(&IntrospectionRequest::new(first))
        .await
        .unwrap();
    assert_eq!(first.action, IntrospectionAction::Unauthorized);
    let second = api
        .introspection(&IntrospectionRequest::new(second))
        .await
        .unwrap();
    assert_eq!(second.action, IntrospectionAction::Ok);
}

#[rstest]
#[tokio::test]
async fn error_uri_and_error_description_can_be_omitted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let members = async || {
        let answer = request_token(&api, emulator.client(), "grant_type=made-up").await;
        let content = content(answer.response_content.as_ref());
        let members = content.as_object().unwrap();
        members.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(members().await, ["error", "error_description", "error_uri"]);
    configure(&emulator, &api, |service| {
        service.error_uri_omitted = Some(true);
    })
    .await;
    assert_eq!(members().await, ["error", "error_description"]);
    configure(&emulator, &api, |service| {
        service.error_description_omitted = Some(true);
    })
    .await;
    assert_eq!(members().await, ["error"]);
}
