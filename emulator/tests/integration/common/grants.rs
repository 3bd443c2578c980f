//! Grants that clients manage (Grant Management for OAuth 2.0).
#![allow(dead_code, reason = "each test file uses a part of it")]

use super::result_codes::assert_code;
use super::*;
use authlete::Secret;
use authlete::types::{
    ClientType, GmAction, GmRequest, GmResponse, GmResponseAction, Grant, GrantType,
    IntrospectionAction, IntrospectionRequest, IntrospectionResponse, ResponseType,
};

/// An authorization request with further parameters.
pub fn request(client: &RegisteredClient, own: &[(&str, &str)]) -> String {
    let id = client.id.to_string();
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", &*id),
        ("redirect_uri", &*client.redirect_uri),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    pairs.extend(own);
    form(&pairs)
}

/// The tokens for a request that `alice` grants.
pub async fn granted(
    api: &Authlete,
    client: &RegisteredClient,
    own: &[(&str, &str)],
) -> TokenResponse {
    let code = code(api, &request(client, own)).await;
    redeemed(api, client, &code).await
}

pub async fn redeemed(api: &Authlete, client: &RegisteredClient, code: &str) -> TokenResponse {
    let answer = request_token(api, client, &code_parameters(client, code)).await;
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    answer
}

/// A grant of the scope `read`, and its first tokens.
pub async fn created(api: &Authlete, client: &RegisteredClient) -> (String, TokenResponse) {
    let own = [("scope", "read"), ("grant_management_action", "create")];
    let issued = granted(api, client, &own).await;
    (issued.grant_id.clone().unwrap(), issued)
}

/// An access token with which a client manages its grants.
pub async fn management_token(api: &Authlete, id: i64, secret: &Secret) -> Secret {
    let parameters = form(&[
        ("grant_type", "client_credentials"),
        ("scope", "grant_management_query grant_management_revoke"),
    ]);
    let request = TokenRequest::new(parameters)
        .client_id(id.to_string())
        .client_secret(secret);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    answer.access_token.unwrap()
}

pub async fn manage(
    api: &Authlete,
    action: GmAction,
    grant_id: &str,
    token: &Secret,
) -> GmResponse {
    let request = GmRequest::new(action, grant_id, token);
    api.grant_management(&request).await.unwrap()
}

/// The response to a grant query.
pub async fn queried(api: &Authlete, client: &RegisteredClient, grant_id: &str) -> Value {
    let token = management_token(api, client.id, &client.secret).await;
    let answer = manage(api, GmAction::Query, grant_id, &token).await;
    assert_eq!(answer.action, GmResponseAction::Ok, "{answer:?}");
    assert_code(answer.result_code.as_deref(), "A916001");
    content(answer.response_content.as_ref())
}

pub async fn introspect(api: &Authlete, token: &TokenResponse) -> IntrospectionResponse {
    let token = token.access_token.as_ref().unwrap();
    let request = IntrospectionRequest::new(token);
    api.introspection(&request).await.unwrap()
}

pub async fn is_active(api: &Authlete, token: &TokenResponse) -> bool {
    introspect(api, token).await.action == IntrospectionAction::Ok
}

pub async fn refreshed(
    api: &Authlete,
    client: &RegisteredClient,
    token: &TokenResponse,
) -> TokenResponse {
    let refresh_token = token.refresh_token.as_ref().unwrap().expose();
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ]);
    request_token(api, client, &parameters).await
}

/// The scopes of a grant, each with its resources.
pub fn groups(grant: Option<Grant>) -> Vec<(String, Option<Vec<String>>)> {
    let scopes = grant.unwrap().scopes.unwrap().into_iter();
    scopes
        .map(|group| (group.scope.unwrap(), group.resource))
        .collect()
}

#[track_caller]
pub fn assert_refused(answer: &GmResponse, action: GmResponseAction, code: &str, challenge: &str) {
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.action, action);
    let content = answer.response_content.as_ref().unwrap().expose();
    let beginning = format!("{challenge},error_description=\"[{code}] ");
    assert!(content.starts_with(&beginning), "{content}");
}

/// Another confidential client.
pub async fn another_client(api: &Authlete, like: &RegisteredClient) -> Client {
    let client = Client::new()
        .client_type(ClientType::Confidential)
        .grant_types([GrantType::AuthorizationCode, GrantType::ClientCredentials])
        .response_types([ResponseType::Code])
        .redirect_uris([like.redirect_uri.as_str()]);
    api.create_client(&client).await.unwrap()
}
