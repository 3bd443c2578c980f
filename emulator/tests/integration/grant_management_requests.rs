//! Grant management in authorization, device and backchannel requests (Grant Management for OAuth 2.0 §5).

use crate::common::grants::*;
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueRequest, BackchannelAuthenticationCompleteRequest,
    BackchannelAuthenticationCompleteResult, BackchannelAuthenticationIssueRequest,
    BackchannelAuthenticationRequest, ClientType, DeliveryMode, DeviceAuthorizationRequest,
    DeviceCompleteRequest, DeviceCompleteResult, DeviceVerificationRequest, GmAction, GrantType,
    IntrospectionAction, IntrospectionRequest, PushedAuthReqAction, ResponseType,
};
use rstest::rstest;
use serde_json::json;

const ACTION: &str = "grant_management_action";

/// The error in the redirect of a refused authorization request, and the result code.
async fn error(api: &Authlete, query: String) -> (String, String) {
    let requested = ask(api, query).await;
    assert_eq!(
        requested.action,
        AuthorizationAction::Location,
        "{requested:?}"
    );
    assert!(requested.grant.is_none());
    let (_, parameters) = location(requested.response_content.as_ref());
    let (name, error) = parameters[0].clone();
    assert_eq!(name, "error");
    (error, requested.result_code.unwrap())
}

#[rstest]
#[tokio::test]
async fn invalid_combination_of_action_and_grant_id_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    let known = Some(&*grant_id);
    let unknown = Some("made-up");
    for (action, grant_id, name, code) in [
        (None, known, "invalid_request", "A916309"),
        (Some("create"), known, "invalid_request", "A916312"),
        (Some("merge"), None, "invalid_request", "A916313"),
        (Some("replace"), None, "invalid_request", "A916313"),
        (Some("query"), known, "invalid_request", "A916310"),
        (Some("revoke"), known, "invalid_request", "A916310"),
        (Some("Merge"), known, "invalid_request", "A916310"),
        (Some("merge"), unknown, "invalid_grant_id", "A916314"),
        (Some("replace"), unknown, "invalid_grant_id", "A916314"),
    ] {
        let pairs = [(ACTION, action), ("grant_id", grant_id)];
        let own = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let own: Vec<_> = own.collect();
        let (error, actual) = error(&api, request(client, &own)).await;
        assert_code_for(Some(&actual), code, format_args!("{own:?}"));
        assert_eq!(error, name, "{own:?}");
    }
}

/// The grant ID is not a secret, so other clients must not be able to use it.
#[rstest]
#[tokio::test]
async fn grant_of_another_client_is_unknown(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    let other = another_client(&api, client).await.client_id.unwrap();
    let own = request(client, &[(ACTION, "merge"), ("grant_id", &grant_id)]);
    let of_other = own.replace(&client.id.to_string(), &other.to_string());
    let (error, code) = error(&api, of_other).await;
    assert_code(Some(&code), "A916314");
    assert_eq!(error, "invalid_grant_id");
}

#[rstest]
#[tokio::test]
async fn service_can_require_an_action(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    configure(&emulator, &api, |service| {
        service.grant_management_action_required = Some(true);
    })
    .await;
    let published = metadata(&api).await;
    assert_eq!(published["grant_management_action_required"], true);
    for own in [&[][..], &[("grant_id", &*grant_id)]] {
        let (error, code) = error(&api, request(client, own)).await;
        assert_code(Some(&code), "A916308");
        assert_eq!(error, "invalid_request");
    }
    let requested = ask(&api, request(client, &[(ACTION, "create")])).await;
    assert_eq!(requested.action, AuthorizationAction::Interaction);
}

#[rstest]
#[tokio::test]
async fn grant_management_needs_a_confidential_client_and_a_code(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let own = request(client, &[(ACTION, "create")]);
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
        client.response_types = Some(vec![ResponseType::Code, ResponseType::Token]);
    })
    .await;
    let requested = ask(&api, own.replace("=code&", "=token&")).await;
    assert_eq!(requested.action, AuthorizationAction::Location);
    assert_code(requested.result_code.as_deref(), "A916315");
    configure_client(&api, client.id, |client| {
        client.client_type = Some(ClientType::Public);
    })
    .await;
    let (error, code) = error(&api, own).await;
    assert_code(Some(&code), "A916311");
    assert_eq!(error, "unauthorized_client");
}

#[rstest]
#[tokio::test]
async fn pushed_request_manages_a_grant(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    let own = [
        ("scope", "write"),
        (ACTION, "merge"),
        ("grant_id", &*grant_id),
    ];
    let unknown = request(client, &[(ACTION, "merge"), ("grant_id", "made-up")]);
    let answer = push(&api, client, &unknown).await;
    assert_eq!(answer.action, PushedAuthReqAction::BadRequest);
    let actual = content(answer.response_content.as_ref());
    assert_eq!(actual["error"], "invalid_grant_id");
    let pushed = push(&api, client, &request(client, &own)).await;
    assert_eq!(pushed.action, PushedAuthReqAction::Created, "{pushed:?}");
    let (id, uri) = (client.id.to_string(), pushed.request_uri.unwrap());
    let reference = form(&[("client_id", &*id), ("request_uri", &*uri)]);
    let requested = ask(&api, reference).await;
    assert_eq!(requested.grant_id.as_deref(), Some(&*grant_id));
    let issue = AuthorizationIssueRequest::new(requested.ticket.unwrap(), "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.unwrap();
    redeemed(&api, client, code.expose()).await;
    let expected = json!({ "scopes": [{ "scope": "read write" }] });
    assert_eq!(queried(&api, client, &grant_id).await, expected);
}

#[rstest]
#[tokio::test]
async fn device_manages_a_grant(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    configure(&emulator, &api, |service| {
        service.device_verification_uri = Some("https://as.example/device".to_owned());
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::DeviceCode, GrantType::ClientCredentials]);
    })
    .await;
    let authorize = async |own: &[(&str, &str)]| {
        let request = DeviceAuthorizationRequest::new(form(own))
            .client_id(client.id.to_string())
            .client_secret(&client.secret);
        api.device_authorization(&request).await.unwrap()
    };
    let unknown = [(ACTION, "merge"), ("grant_id", "made-up")];
    let refused = authorize(&unknown).await;
    assert_code(refused.result_code.as_deref(), "A916314");
    assert_eq!(
        content(refused.response_content.as_ref())["error"],
        "invalid_grant_id"
    );

    let own = [
        ("scope", "write"),
        (ACTION, "merge"),
        ("grant_id", &*grant_id),
    ];
    let requested = authorize(&own).await;
    assert_eq!(requested.gm_action, Some(GmAction::Merge));
    assert_eq!(requested.grant_subject.as_deref(), Some("alice"));
    let user_code = requested.user_code.unwrap();
    let verification = DeviceVerificationRequest::new(&user_code);
    let verified = api.device_verification(&verification).await.unwrap();
    assert_eq!(verified.grant_id.as_deref(), Some(&*grant_id));
    assert_eq!(groups(verified.grant), [("read".to_owned(), None)]);
    let authorized = DeviceCompleteResult::Authorized;
    let complete = DeviceCompleteRequest::new(user_code, authorized).subject("alice");
    api.device_complete(&complete).await.unwrap();
    let parameters = form(&[
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", requested.device_code.unwrap().expose()),
    ]);
    let token = request_token(&api, client, &parameters).await;
    assert_eq!(token.grant_id.as_deref(), Some(&*grant_id));
    let expected = json!({ "scopes": [{ "scope": "read write" }] });
    assert_eq!(queried(&api, client, &grant_id).await, expected);
}

#[rstest]
#[tokio::test]
async fn id_of_a_grant_is_pushed_with_the_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::Ciba, GrantType::ClientCredentials]);
        client.bc_delivery_mode = Some(DeliveryMode::Push);
        client.bc_notification_endpoint = Some("https://client.example/notify".to_owned());
    })
    .await;
    let parameters = form(&[
        ("scope", "openid read"),
        ("login_hint", "alice"),
        ("client_notification_token", "tell-me"),
        (ACTION, "create"),
    ]);
    let request = BackchannelAuthenticationRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let requested = api.backchannel_authentication(&request).await.unwrap();
    assert_eq!(requested.gm_action, Some(GmAction::Create), "{requested:?}");
    let ticket = requested.ticket.unwrap();
    let issue = BackchannelAuthenticationIssueRequest::new(&ticket);
    api.backchannel_authentication_issue(&issue).await.unwrap();
    let authorized = BackchannelAuthenticationCompleteResult::Authorized;
    let complete =
        BackchannelAuthenticationCompleteRequest::new(&ticket, authorized).subject("alice");
    let completed = api
        .backchannel_authentication_complete(&complete)
        .await
        .unwrap();
    let grant_id = completed.grant_id.unwrap();
    let pushed = content(completed.response_content.as_ref());
    assert_eq!(pushed["grant_id"], *grant_id);
    let expected = json!({ "scopes": [{ "scope": "openid read" }] });
    assert_eq!(queried(&api, client, &grant_id).await, expected);
}

/// A token in the authorization response does not belong to the grant, since the response cannot have the grant ID.
#[rstest]
#[tokio::test]
async fn grant_is_created_at_the_token_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        let grant_types = client.grant_types.as_mut().unwrap();
        grant_types.push(GrantType::Implicit);
        client.response_types = Some(vec![ResponseType::CodeToken]);
    })
    .await;
    let own = [("scope", "read"), (ACTION, "create")];
    let hybrid = request(client, &own).replace("=code&", "=code+token&");
    let issue = AuthorizationIssueRequest::new(ticket(&api, &hybrid).await, "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    let response = issued.response_content.unwrap();
    assert!(!response.expose().contains("grant_id"));
    let request = IntrospectionRequest::new(issued.access_token.unwrap());
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.grant_id, None);
    let code = issued.authorization_code.unwrap();
    let token = redeemed(&api, client, code.expose()).await;
    queried(&api, client, &token.grant_id.unwrap()).await;
}

#[rstest]
#[tokio::test]
async fn backchannel_request_returns_and_merges_the_grant_that_it_names(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::Ciba, GrantType::ClientCredentials]);
        client.bc_delivery_mode = Some(DeliveryMode::Push);
        client.bc_notification_endpoint = Some("https://client.example/notify".to_owned());
    })
    .await;
    let parameters = form(&[
        ("scope", "openid write"),
        ("login_hint", "alice"),
        ("client_notification_token", "tell-me"),
        (ACTION, "merge"),
        ("grant_id", &grant_id),
    ]);
    let request = BackchannelAuthenticationRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    // The grant is merged if it belongs to the subject, and unchanged otherwise.
    for (subject, scopes) in [("bob", "read"), ("alice", "read openid write")] {
        let requested = api.backchannel_authentication(&request).await.unwrap();
        assert_eq!(requested.gm_action, Some(GmAction::Merge));
        assert_eq!(requested.grant_id.as_deref(), Some(&*grant_id));
        assert_eq!(requested.grant_subject.as_deref(), Some("alice"));
        assert_eq!(groups(requested.grant), [("read".to_owned(), None)]);
        let ticket = requested.ticket.unwrap();
        let issue = BackchannelAuthenticationIssueRequest::new(&ticket);
        api.backchannel_authentication_issue(&issue).await.unwrap();
        let authorized = BackchannelAuthenticationCompleteResult::Authorized;
        let complete =
            BackchannelAuthenticationCompleteRequest::new(&ticket, authorized).subject(subject);
        api.backchannel_authentication_complete(&complete)
            .await
            .unwrap();
        let expected = json!({ "scopes": [{ "scope": scopes }] });
        assert_eq!(
            queried(&api, client, &grant_id).await,
            expected,
            "{subject}"
        );
    }
}
