//! An OpenID provider with every endpoint, on Authlete or on the emulator.
//!
//! `cargo run -p authlete-axum --example full` starts it on the emulator. With `AUTHLETE_*` in the environment it runs on
//! your service, and writes its endpoints into the settings of that service. It listens on `LISTEN`, by default a free port
//! of this machine, and clients know it as `ISSUER`, by default the address that it listens on.
//!
//! `main.rs` is the glue: what connects the users of `users.rs` and the pages of `pages.rs` with Authlete.

mod pages;
mod users;

use std::env;

use anyhow::{Context as _, Result};
use authlete::server::ClientCertificateSource;
use authlete::{ApiVersion, Authlete, Config};
use authlete_axum::authorization_server::Endpoints;
use authlete_axum::{AccessToken, AuthorizationServer, Dpop, RequireAccessToken};
use authlete_emulator::Emulator;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_sessions::cookie::SameSite;
use tower_sessions::{MemoryStore, SessionManagerLayer};
use users::{Api, Users};

#[tokio::main]
async fn main() -> Result<()> {
    // It lives as long as the server.
    let emulator = Emulator::start().await?;
    let config = match env::var_os("AUTHLETE_BASE_URL") {
        Some(_) => Config::from_env()?,
        None => emulator.config(ApiVersion::V3),
    };
    let service_id = config.configured_service_id();
    let service_id = service_id.context("AUTHLETE_SERVICE_APIKEY is not set")?;
    let api = Authlete::new(config)?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(listen).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let issuer = env::var("ISSUER").unwrap_or(address);

    let endpoints = Endpoints::below(&issuer)?;
    let mut service = api.get_service(service_id).await?;
    endpoints.write_to(&mut service);
    service.device_verification_uri = Some(format!("{issuer}/device"));
    api.update_service(service_id, &service).await?;

    let users = Users::default();
    let server = AuthorizationServer::new(api.clone(), endpoints, users.clone())
        .token_grants(users.clone())
        .resource_servers(Api)
        .backchannel_users(users.clone())
        // Only because nothing but the proxy of the tests can reach this server.
        .client_certificates(ClientCertificateSource::ClientCert)
        .allow_offline_access();
    let guard = RequireAccessToken::new(api)
        .scopes(["openid"])
        .dpop(Dpop::at(&issuer)?)
        .client_certificates(ClientCertificateSource::ClientCert);
    let resource = Router::new().route("/me", get(me)).layer(guard);
    let sessions = SessionManagerLayer::new(MemoryStore::default())
        .with_secure(issuer.starts_with("https:"))
        .with_same_site(SameSite::Lax);
    let router = server
        .router()
        .merge(pages::router(server, users))
        .merge(resource)
        .layer(sessions);
    println!("{issuer}/.well-known/openid-configuration");
    axum::serve(listener, router).await?;
    Ok(())
}

/// A protected resource.
async fn me(token: AccessToken) -> String {
    format!("{}\n", token.subject().unwrap_or("nobody"))
}
