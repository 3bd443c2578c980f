//! An OpenID provider on Authlete or on the emulator, with all endpoints but a credential issuer and a policy for registrations.
//!
//! `cargo run -p authlete-axum --example full` starts it on the emulator. With `AUTHLETE_*` in the environment it runs on
//! your service. Then these variables count, too:
//!
//! - `LISTEN`: where it listens; by default a free port of this machine.
//! - `REGISTER`: writes endpoints below that address into the settings of the service. Otherwise the endpoints are where the
//!   settings say.
//! - `CLIENT_CERTIFICATES=client-cert`: believes the header `Client-Cert` (RFC 9440), which your proxy must remove from what
//!   clients send.
//!
//! `main.rs` is the glue: what connects the users of `users.rs` and the pages of `pages.rs` with Authlete.

mod pages;
mod users;

use std::env;
use std::net::SocketAddr;

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
    let emulator = match env::var_os("AUTHLETE_BASE_URL") {
        Some(_) => None,
        None => Some(Emulator::start().await?),
    };
    let config = match &emulator {
        Some(emulator) => emulator.config(ApiVersion::V3),
        None => Config::from_env()?,
    };
    let service_id = config.configured_service_id();
    let service_id = service_id.context("AUTHLETE_SERVICE_APIKEY is not set")?;
    let api = Authlete::new(config)?;
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(listen).await?;

    let mut service = api.get_service(service_id).await?;
    if emulator.is_some() || env::var_os("REGISTER").is_some() {
        let issuer = format!("http://{}", listener.local_addr()?);
        Endpoints::below(&issuer)?.write_to(&mut service);
        service.device_verification_uri = Some(format!("{issuer}/device"));
        service = api.update_service(service_id, &service).await?;
    }
    let endpoints = Endpoints::of(&service)?;
    let issuer = service.issuer.unwrap_or_default();
    let certificates = match env::var("CLIENT_CERTIFICATES").as_deref() {
        Ok("client-cert") => ClientCertificateSource::ClientCert,
        _ => ClientCertificateSource::None,
    };

    let users = Users::new();
    let server = AuthorizationServer::new(api.clone(), endpoints, users.clone())
        .token_grants(users.clone())
        .resource_servers(Api)
        .backchannel_users(users.clone())
        .logout(users.clone())
        .client_certificates(certificates.clone())
        .allow_offline_access();
    let guard = RequireAccessToken::new(api)
        .scopes(["openid"])
        .dpop(Dpop::at(&issuer)?)
        .client_certificates(certificates);
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
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await?;
    Ok(())
}

/// A protected resource.
async fn me(token: AccessToken) -> String {
    format!("{}\n", token.subject().unwrap_or("nobody"))
}
