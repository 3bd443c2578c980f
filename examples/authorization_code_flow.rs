//! The authorization code flow, from the point of view of an authorization server.
//!
//! `cargo run --example authorization_code_flow` runs it against the emulator; with `AUTHLETE_*` in the environment it
//! runs against your own service. It registers a client for itself and deletes it at the end.

mod connection;

use anyhow::{Context as _, Result, bail};
use authlete::types::{
    AuthorizationAction, AuthorizationIssueAction, AuthorizationIssueRequest, AuthorizationRequest,
    Client, ClientAuthMethod, ClientType, GrantType, ResponseType, TokenAction, TokenRequest,
};
use authlete::{Authlete, Secret};
use form_urlencoded::Serializer;

const REDIRECT_URI: &str = "https://client.example.com/callback";

/// RFC 7636, appendix B. A client makes a new one for each request.
const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let connection = connection::connect().await?;
    let api = &connection.api;

    let client = register_client(api).await?;
    let client_id = client.client_id.context("the new client has no ID")?;
    let flow = run_flow(api, client_id, client.client_secret.unwrap_or_default()).await;
    api.delete_client(client_id).await?;
    flow
}

async fn run_flow(api: &Authlete, client_id: i64, client_secret: Secret) -> Result<()> {
    // 1. The browser sends the client's request to the authorization endpoint.
    let query = Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &client_id.to_string())
        .append_pair("redirect_uri", REDIRECT_URI)
        .append_pair("state", "xyz")
        .append_pair("code_challenge", CODE_CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .finish();
    println!("GET /authorize?{query}\n");

    // 2. Authlete validates the request and requires an interaction with the user.
    let authorization = api.authorization(&AuthorizationRequest::new(query)).await?;
    let ticket = match authorization.action {
        AuthorizationAction::Interaction => authorization.ticket.context("no ticket")?,
        other => {
            bail!(
                "authorization: {other}: {:?}",
                authorization.result_message.as_ref().map(Secret::expose)
            );
        }
    };

    // 3. Your server shows its login and consent page here. John Doe logs in and consents.
    let request = AuthorizationIssueRequest::new(ticket, "john.doe");
    let issued = api.authorization_issue(&request).await?;
    let location = match issued.action {
        AuthorizationIssueAction::Location => issued.response_content.context("no location")?,
        other => {
            bail!(
                "authorization_issue: {other}: {:?}",
                issued.result_message.as_ref().map(Secret::expose)
            );
        }
    };
    println!("HTTP/1.1 302 Found\nLocation: {}\n", location.expose());

    // 4. The browser follows the redirect, and the client sends the code to the token endpoint.
    let code = issued.authorization_code.context("no authorization code")?;
    let body = Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code.expose())
        .append_pair("redirect_uri", REDIRECT_URI)
        .append_pair("code_verifier", CODE_VERIFIER)
        .finish();
    println!(
        "POST /token\n\ngrant_type=authorization_code&code=…&redirect_uri=…&code_verifier=…\n"
    );

    // 5. The client's credentials came in the Authorization header of its request.
    let request = TokenRequest::new(body)
        .client_id(client_id.to_string())
        .client_secret(client_secret);
    let token = api.token(&request).await?;
    let status = match token.action {
        TokenAction::Ok => "200 OK",
        TokenAction::BadRequest => "400 Bad Request",
        TokenAction::InvalidClient => "401 Unauthorized",
        other => bail!(
            "token: {other}: {:?}",
            token.result_message.as_ref().map(Secret::expose)
        ),
    };
    let content = token.response_content.context("no content")?;
    println!(
        "HTTP/1.1 {status}\nContent-Type: application/json\n\n{}",
        content.expose()
    );
    Ok(())
}

async fn register_client(api: &Authlete) -> Result<Client> {
    let client = Client::new()
        .client_name("authorization_code_flow")
        .client_type(ClientType::Confidential)
        .grant_types([GrantType::AuthorizationCode, GrantType::RefreshToken])
        .response_types([ResponseType::Code])
        .redirect_uris([REDIRECT_URI])
        .token_auth_method(ClientAuthMethod::ClientSecretBasic);
    Ok(api.create_client(&client).await?)
}
