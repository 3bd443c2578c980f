//! The code flow of OpenID Connect.

use authlete::Authlete;
use authlete::types::{AuthorizationIssueRequest, TokenResponse};
use authlete_emulator::RegisteredClient;

use super::{CHALLENGE, code_parameters, content, form, request_token, ticket};

/// The query of an authorization request that asks for an ID token.
pub fn request(client: &RegisteredClient, client_id: &str) -> String {
    form(&[
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", &client.redirect_uri),
        ("scope", "openid email"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

pub type Issue = AuthorizationIssueRequest;

/// The token response of a code flow. `decide` changes the request that issues the code.
pub async fn exchange(
    api: &Authlete,
    client: &RegisteredClient,
    decide: impl FnOnce(Issue) -> Issue,
) -> TokenResponse {
    let query = request(client, &client.id.to_string());
    let issue = decide(Issue::new(ticket(api, &query).await, "alice"));
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.expect("a code");
    request_token(api, client, &code_parameters(client, code.expose())).await
}

/// The ID token in a token response.
pub fn id_token_in(answer: &TokenResponse) -> String {
    let content = content(answer.response_content.as_ref());
    let id_token = content["id_token"].as_str().expect("an ID token");
    assert_eq!(answer.id_token.as_ref().unwrap().expose(), id_token);
    id_token.to_owned()
}

/// The ID token of a code flow. `decide` changes the request that issues the code.
pub async fn id_token(
    api: &Authlete,
    client: &RegisteredClient,
    decide: impl FnOnce(Issue) -> Issue,
) -> String {
    id_token_in(&exchange(api, client, decide).await)
}
