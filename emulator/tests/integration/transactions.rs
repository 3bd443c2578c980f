//! A failed call does not change the state, except for changes that must not be rolled back.

use crate::common::result_codes::assert_code_for;
use crate::common::*;
use authlete::ApiVersion;
use std::time::Duration;

use authlete::types::{
    AuthorizationFailAction, AuthorizationFailReason, AuthorizationFailRequest,
    AuthorizationIssueAction, AuthorizationIssueRequest, GrantType, IntrospectionAction,
    IntrospectionRequest, JwsAlg, ResponseType, Scope, TokenAction, TokenFailReason,
    TokenFailRequest, TokenIssueAction, TokenIssueRequest,
};
use authlete::{Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;

/// Enables JWT access tokens, and removes the keys to sign them.
async fn remove_keys(emulator: &Emulator, api: &Authlete) -> Option<Secret> {
    let mut keys = None;
    configure(emulator, api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
        keys = service.jwks.take();
    })
    .await;
    keys
}

async fn restore_keys(emulator: &Emulator, api: &Authlete, keys: Option<Secret>) {
    assert!(keys.is_some());
    configure(emulator, api, |service| service.jwks = keys).await;
}

#[rstest]
#[tokio::test]
async fn failed_authorization_issue_does_not_use_up_the_ticket(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.response_types = Some(vec![ResponseType::CodeToken]);
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
    })
    .await;
    let query = query(client).replace("response_type=code", "response_type=code+token");
    let ticket = ticket(&api, &query).await;
    let issue = || AuthorizationIssueRequest::new(ticket.clone(), "alice");
    let keys = remove_keys(&emulator, &api).await;
    for _ in 0..2 {
        let answer = api.authorization_issue(&issue()).await.unwrap();
        assert_eq!(
            answer.action,
            AuthorizationIssueAction::InternalServerError,
            "{version}: {answer:?}"
        );
    }
    restore_keys(&emulator, &api, keys).await;
    let answer = api.authorization_issue(&issue()).await.unwrap();
    assert_eq!(
        answer.action,
        AuthorizationIssueAction::Location,
        "{version}"
    );
    let answer = api.authorization_issue(&issue()).await.unwrap();
    assert_eq!(
        answer.action,
        AuthorizationIssueAction::BadRequest,
        "{version}"
    );
}

#[rstest]
#[tokio::test]
async fn failed_authorization_fail_does_not_use_up_the_ticket(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.authorization_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let query = format!("{}&response_mode=jwt", query(client));
    let ticket = ticket(&api, &query).await;
    let fail = || AuthorizationFailRequest::new(ticket.clone(), AuthorizationFailReason::Denied);
    let keys = remove_keys(&emulator, &api).await;
    for _ in 0..2 {
        let answer = api.authorization_fail(&fail()).await.unwrap();
        let action = answer.action;
        assert_eq!(
            action,
            AuthorizationFailAction::InternalServerError,
            "{version}"
        );
    }
    restore_keys(&emulator, &api, keys).await;
    let answer = api.authorization_fail(&fail()).await.unwrap();
    assert_eq!(
        answer.action,
        AuthorizationFailAction::Location,
        "{version}"
    );
    let answer = api.authorization_fail(&fail()).await.unwrap();
    assert_eq!(
        answer.action,
        AuthorizationFailAction::BadRequest,
        "{version}"
    );
}

/// With Native SSO, a missing session ID is the caller's fault, but the client gets the error.
#[rstest]
#[tokio::test]
async fn error_that_cannot_be_delivered_does_not_use_up_the_ticket(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.native_sso_supported = Some(true);
        let scopes = service.supported_scopes.get_or_insert_default();
        scopes.push(Scope::new("device_sso"));
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.authorization_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let query = query(client).replace("scope=read", "scope=openid+device_sso+read");
    let ticket = ticket(&api, &format!("{query}&response_mode=jwt")).await;
    let issue = || AuthorizationIssueRequest::new(ticket.clone(), "alice");
    let keys = remove_keys(&emulator, &api).await;
    for _ in 0..2 {
        let answer = api.authorization_issue(&issue()).await.unwrap();
        let action = answer.action;
        assert_eq!(
            action,
            AuthorizationIssueAction::InternalServerError,
            "{version}"
        );
    }
    restore_keys(&emulator, &api, keys).await;
    let answer = api.authorization_issue(&issue()).await.unwrap();
    assert_eq!(
        answer.action,
        AuthorizationIssueAction::Location,
        "{version}"
    );
    assert_eq!(answer.authorization_code, None, "{version}");
}

#[rstest]
#[tokio::test]
async fn expired_ticket_is_reported_as_expired_each_time(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let fail = AuthorizationFailRequest::new(
        ticket(&api, &query(client)).await,
        AuthorizationFailReason::Denied,
    );
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::Password]);
    })
    .await;
    let parameters = "grant_type=password&username=alice&password=wonderland";
    let asked = request_token(&api, client, parameters).await;
    let token_fail = TokenFailRequest::new(
        asked.ticket.unwrap(),
        TokenFailReason::InvalidResourceOwnerCredentials,
    );
    emulator.advance(Duration::from_secs(86_400));
    for _ in 0..2 {
        let answer = api.authorization_fail(&fail).await.unwrap();
        assert_code_for(answer.result_code.as_deref(), "A059301", version);
        let answer = api.token_fail(&token_fail).await.unwrap();
        assert_code_for(answer.result_code.as_deref(), "A063301", version);
    }
}

#[rstest]
#[tokio::test]
async fn failed_token_issue_does_not_use_up_the_ticket(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::Password]);
    })
    .await;
    let parameters = "grant_type=password&username=alice&password=wonderland";
    let asked = request_token(&api, client, parameters).await;
    let ticket = asked.ticket.unwrap();
    let issue = || TokenIssueRequest::new(ticket.clone(), "alice");
    let keys = remove_keys(&emulator, &api).await;
    let answer = api.token_issue(&issue()).await.unwrap();
    let expected = TokenIssueAction::InternalServerError;
    assert_eq!(answer.action, expected, "{version}");
    restore_keys(&emulator, &api, keys).await;
    let answer = api.token_issue(&issue()).await.unwrap();
    assert_eq!(answer.action, TokenIssueAction::Ok, "{version}");
}

#[rstest]
#[tokio::test]
async fn code_can_be_used_once_after_a_failed_exchange(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let code = code(&api, &query(client)).await;
    let parameters = code_parameters(client, &code);
    let keys = remove_keys(&emulator, &api).await;
    let answer = request_token(&api, client, &parameters).await;
    assert_eq!(answer.action, TokenAction::InternalServerError, "{version}");
    restore_keys(&emulator, &api, keys).await;
    let answer = request_token(&api, client, &parameters).await;
    assert_eq!(answer.action, TokenAction::Ok, "{version}");
    let access_token = answer.access_token.unwrap();

    // The second use is refused, but its revocation of the tokens is not rolled back (RFC 6749 §4.1.2).
    let answer = request_token(&api, client, &parameters).await;
    assert_eq!(answer.action, TokenAction::BadRequest, "{version}");
    let request = IntrospectionRequest::new(access_token);
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(
        answer.action,
        IntrospectionAction::Unauthorized,
        "{version}"
    );
}
