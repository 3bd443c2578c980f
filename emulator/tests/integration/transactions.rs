//! A call that fails leaves the state as it was, but for what must not be undone.

use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AuthorizationIssueAction, AuthorizationIssueRequest, GrantType, IntrospectionAction,
    IntrospectionRequest, JwsAlg, ResponseType, TokenAction, TokenIssueAction, TokenIssueRequest,
};
use authlete::{Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;

/// Makes access tokens JWTs, and takes away the keys for them.
async fn take_keys(emulator: &Emulator, api: &Authlete) -> Option<Secret> {
    let mut keys = None;
    configure(emulator, api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
        keys = service.jwks.take();
    })
    .await;
    keys
}

async fn give_back(emulator: &Emulator, api: &Authlete, keys: Option<Secret>) {
    assert!(keys.is_some());
    configure(emulator, api, |service| service.jwks = keys).await;
}

#[rstest]
#[tokio::test]
async fn issue_that_fails_leaves_the_ticket(
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
    let keys = take_keys(&emulator, &api).await;
    for _ in 0..2 {
        let answer = api.authorization_issue(&issue()).await.unwrap();
        assert_eq!(
            answer.action,
            AuthorizationIssueAction::InternalServerError,
            "{version}: {answer:?}"
        );
    }
    give_back(&emulator, &api, keys).await;
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
async fn token_issue_that_fails_leaves_the_ticket(
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
    let keys = take_keys(&emulator, &api).await;
    let answer = api.token_issue(&issue()).await.unwrap();
    let expected = TokenIssueAction::InternalServerError;
    assert_eq!(answer.action, expected, "{version}");
    give_back(&emulator, &api, keys).await;
    let answer = api.token_issue(&issue()).await.unwrap();
    assert_eq!(answer.action, TokenIssueAction::Ok, "{version}");
}

#[rstest]
#[tokio::test]
async fn code_whose_exchange_fails_works_later_and_then_once(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let code = code(&api, &query(client)).await;
    let parameters = code_parameters(client, &code);
    let keys = take_keys(&emulator, &api).await;
    let answer = request_token(&api, client, &parameters).await;
    assert_eq!(answer.action, TokenAction::InternalServerError, "{version}");
    give_back(&emulator, &api, keys).await;
    let answer = request_token(&api, client, &parameters).await;
    assert_eq!(answer.action, TokenAction::Ok, "{version}");
    let access_token = answer.access_token.unwrap();

    // The second use is refused, and what it does to the tokens stays (RFC 6749 §4.1.2).
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
