//! PKCE requirements, the lists of tokens and authorizations, and the echo API.

use std::collections::HashMap;
use std::time::Duration;

use crate::common::result_codes::{assert_code, assert_refusal};
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AuthorizationAction, AuthorizationRequest, ClientAuthorizationDeleteRequest,
    ClientAuthorizationGetListRequest, GetTokenListQuery, GrantType, IntrospectionAction,
    IntrospectionRequest, TokenStatus,
};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn authorization_request_without_the_pkce_that_the_client_requires_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let mut settings = api.get_client(client.id).await.unwrap();
    settings.pkce_required = Some(true);
    settings.pkce_s256_required = Some(true);
    api.update_client(client.id, &settings).await.unwrap();
    let good = query(client);
    for (query, code) in [
        (good.replace("code_challenge_method=S256", ""), "A124307"),
        (good.replace("S256", "plain"), "A124308"),
        (
            form(&[("response_type", "code"), ("client_id", &client.alias)]),
            "A124301",
        ),
    ] {
        let answer = api
            .authorization(&AuthorizationRequest::new(query))
            .await
            .unwrap();
        assert_eq!(answer.action, AuthorizationAction::Location);
        assert_code(answer.result_code.as_deref(), code);
    }
    assert!(tokens(&api, client).await.access_token.is_some());
}

#[rstest]
#[tokio::test]
async fn tokens_are_listed_by_hash(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    tokens(&api, client).await;
    emulator.advance(Duration::from_secs(86_400));
    tokens(&api, client).await;
    request_token(&api, client, "grant_type=client_credentials").await;

    let all = api.get_token_list(&GetTokenListQuery::new()).await.unwrap();
    assert_eq!(all.total_count, Some(3));
    let tokens = all.access_tokens.unwrap();
    assert_eq!(tokens[0].access_token_hash.as_ref().unwrap().len(), 43);
    assert_eq!(tokens[2].grant_type, Some(GrantType::ClientCredentials));
    assert_eq!(tokens[2].refresh_token_hash, None);

    let counts = [
        (GetTokenListQuery::new().subject("alice"), 2),
        (GetTokenListQuery::new().subject("bob"), 0),
        (GetTokenListQuery::new().client_identifier(&client.alias), 3),
        (GetTokenListQuery::new().token_status(TokenStatus::Valid), 2),
        (
            GetTokenListQuery::new().token_status(TokenStatus::Invalid),
            1,
        ),
    ];
    for (query, expected) in counts {
        assert_eq!(
            api.get_token_list(&query).await.unwrap().total_count,
            Some(expected),
            "{query:?}"
        );
    }
    let unknown = api
        .get_token_list(&GetTokenListQuery::new().client_identifier("nobody"))
        .await;
    assert_refusal(unknown, 404, "A001218");
}

#[rstest]
#[tokio::test]
async fn client_authorizations_are_derived_from_active_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = ClientAuthorizationGetListRequest::new("alice");
    assert_eq!(
        api.get_client_authorization_list(&request)
            .await
            .unwrap()
            .total_count,
        Some(0)
    );
    let token = tokens(&api, client).await.access_token.unwrap();
    tokens(&api, client).await;
    let list = api.get_client_authorization_list(&request).await.unwrap();
    assert_eq!(
        (list.total_count, list.subject.as_deref()),
        (Some(1), Some("alice"))
    );
    let clients = list.clients.unwrap();
    assert_eq!(clients[0].client_id, Some(client.id));
    assert_eq!(clients[0].client_secret, None);

    let delete = ClientAuthorizationDeleteRequest::new("alice");
    let deleted = api
        .delete_client_authorization(client.id, &delete)
        .await
        .unwrap();
    assert_code(deleted.result_code.as_deref(), "A137001");
    assert_eq!(
        api.get_client_authorization_list(&request)
            .await
            .unwrap()
            .total_count,
        Some(0)
    );
    let answer = api
        .introspection(&IntrospectionRequest::new(token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
}

#[rstest]
#[tokio::test]
async fn echo_returns_the_sent_parameters(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let parameters = HashMap::from([
        ("a".to_owned(), "1 & 2".to_owned()),
        ("b".to_owned(), "é".to_owned()),
    ]);
    assert_eq!(api.echo(&parameters).await.unwrap(), parameters);
}
