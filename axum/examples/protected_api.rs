//! An API protected by access tokens, on the emulator. It needs no Authlete account.
//!
//! `cargo run -p authlete-axum --example protected_api` prints `curl` commands to try. With Authlete itself, only [`router`]
//! is needed.

use anyhow::{Context as _, Result};
use authlete::types::{GrantType, TokenCreateRequest};
use authlete::{ApiVersion, Authlete, IntrospectionCache};
use authlete_axum::{AccessToken, Dpop, ProtectedResource, RequireAccessToken, RequireScopes};
use authlete_emulator::Emulator;
use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;

async fn list(token: AccessToken) -> String {
    format!("the orders of {}\n", token.subject().unwrap_or("nobody"))
}

async fn create(token: AccessToken) -> String {
    format!("a new order of {}\n", token.subject().unwrap_or("nobody"))
}

/// `base_url` is the public URL of the API.
pub fn router(api: Authlete, base_url: &str) -> Result<Router> {
    let dpop = Dpop::new(base_url)?;
    let resource = ProtectedResource::new(base_url)?
        .authorization_servers(["https://as.example.com"])
        .scopes_supported(["read", "write"])
        .dpop(&dpop);
    let guard = RequireAccessToken::new(api)
        .scopes(["read"])
        .dpop(dpop)
        .metadata(&resource);
    let create = post(create).layer(RequireScopes::new(["write"]));
    Ok(Router::new()
        .route("/orders", get(list).merge(create))
        .layer(guard)
        .merge(resource.router()))
}

#[tokio::main]
async fn main() -> Result<()> {
    let emulator = Emulator::start().await?;
    let api = Authlete::builder(emulator.config(ApiVersion::V3))
        .introspection_cache(IntrospectionCache::new())
        .build()?;
    let reader = issue(&api, &emulator, &["read"]).await?;
    let writer = issue(&api, &emulator, &["read", "write"]).await?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    println!("Without a token, and the metadata that the challenge links to:");
    println!("  curl -i {base_url}/orders");
    println!("  curl {base_url}/.well-known/oauth-protected-resource");
    println!("With a token for the scope read:");
    println!("  curl -i -H 'Authorization: Bearer {reader}' {base_url}/orders");
    println!("  curl -i -X POST -H 'Authorization: Bearer {reader}' {base_url}/orders");
    println!("With a token for the scopes read and write:");
    println!("  curl -i -X POST -H 'Authorization: Bearer {writer}' {base_url}/orders");
    println!("With an unknown token:");
    println!("  curl -i -H 'Authorization: Bearer unknown' {base_url}/orders");
    println!("Press Ctrl-C to stop.");
    axum::serve(listener, router(api, &base_url)?).await?;
    Ok(())
}

/// Issues a token for the user `alice`, instead of an authorization server.
async fn issue(api: &Authlete, emulator: &Emulator, scopes: &[&str]) -> Result<String> {
    let request = TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(emulator.client().id)
        .subject("alice")
        .scopes(scopes.iter().copied());
    let answer = api.token_create(&request).await?;
    let token = answer.access_token.context("there is no token")?;
    Ok(token.expose().to_owned())
}
