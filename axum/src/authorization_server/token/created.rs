//! Token responses for grants that the server decides on.

use authlete::server::TokenCreateNext;
use authlete::types::{TokenCreateRequest, TokenCreateResponse, TokenResponse, TokenType};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use serde::Serialize;

use crate::authorization_server::{AuthorizationServer, Failure};

/// A token response (RFC 6749 §5.1, RFC 8693 §2.2.1).
#[derive(Serialize)]
struct Tokens<'a> {
    access_token: &'a str,
    token_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
}

impl AuthorizationServer {
    /// Creates an access token, by default for the client of the token request.
    pub(super) async fn create(
        &self,
        mut request: TokenCreateRequest,
        answer: &TokenResponse,
        issued: Option<TokenType>,
    ) -> Result<Response, Failure> {
        if request.client_id.is_none() {
            request.client_id = answer.client_id;
        }
        let created = match self.api().token_create(&request).await?.next() {
            TokenCreateNext::Respond(response) => return Err(Failure::from(response)),
            TokenCreateNext::Ok { answer } => answer,
        };
        tokens(&created, issued)
    }
}

fn tokens(created: &TokenCreateResponse, issued: Option<TokenType>) -> Result<Response, Failure> {
    let token = created.jwt_access_token.as_ref();
    let token = token.or(created.access_token.as_ref());
    let token = token.ok_or_else(Failure::server_error)?;
    let scopes = created
        .scopes
        .as_deref()
        .filter(|scopes| !scopes.is_empty());
    let body = Tokens {
        access_token: token.expose(),
        token_type: created.token_type.as_deref().unwrap_or("Bearer"),
        issued_token_type: issued.as_ref().and_then(TokenType::protocol_value),
        expires_in: created.expires_in,
        scope: scopes.map(|scopes| scopes.join(" ")),
        refresh_token: created.refresh_token.as_ref().map(|token| token.expose()),
    };
    let mut response = Json(body).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    Ok(response)
}
