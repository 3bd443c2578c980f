//! A failed call does not change the state, except for changes that must not be rolled back.

use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AuthorizationIssueAction, AuthorizationIssueRequest, GrantType, IntrospectionAction,
    IntrospectionRequest, JwsAlg, ResponseType, TokenAction, TokenIssueAction, TokenIssueRequest,
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
