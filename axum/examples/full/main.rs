//! An OpenID provider on Authlete or on the emulator, with all endpoints.
//!
//! `cargo run -p authlete-axum --example full` starts it on the emulator. With `AUTHLETE_*` in the environment, it uses your
//! service. More environment variables:
//!
//! - `LISTEN`: the address to listen on. Default: a free port on the loopback interface.
//! - `REGISTER`: writes endpoint URLs below that address into the settings of the service. Without it, the endpoints come
//!   from the settings.
//! - `CLIENT_CERTIFICATES=client-cert`: trusts the header `Client-Cert` (RFC 9440). Your proxy must remove this header from
//!   requests of clients.
//! - `INITIAL_ACCESS_TOKEN`: allows clients that present this token to register.
//!
//! `users.rs` and `pages.rs` stand in for the code that your server already has. The other files connect them with Authlete,
//! one topic each.

mod accounts;
mod credentials;
mod pages;
mod phone;
mod registration;
mod settings;
mod users;

use std::env;
use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use authlete::types::JwsAlg;
use authlete::{ApiVersion, Authlete, Config};
use authlete_axum::authorization_server::{Endpoints, ResourceServer, ResourceServerSecrets};
use authlete_axum::interaction::{Interactions, TowerSessions};
use authlete_axum::{AccessToken, AuthorizationServer, Dpop, RequireAccessToken};
use authlete_emulator::Emulator;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_sessions::cookie::SameSite;
use tower_sessions::{MemoryStore, SessionManagerLayer};
use users::Users;

#[tokio::main]
async fn main() -> Result<()> {
    // Kept in a variable: the emulator stops when it is dropped.
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
        settings::write(&mut service, &format!("http://{}", listener.local_addr()?))?;
        service = api.update_service(service_id, &service).await?;
    }
    let endpoints = Endpoints::from_service(&service)?;
    let issuer = service.issuer.unwrap_or_default();

    let users = Users::new();
    let interactions = Interactions::new(users.clone(), TowerSessions);
    let orders = ResourceServer::new("https://api.example.com").sign_alg(JwsAlg::Es256);
    let apis = ResourceServerSecrets::new().add("api", "api-secret", orders);
    let server = AuthorizationServer::new(api.clone(), endpoints, interactions.clone())
        .logout(interactions.clone())
        .token_grants(users.clone())
        .resource_servers(apis)
        .backchannel_users(users.clone())
        .registrations(registration::Partners::from_env())
        .credential_orders(users.clone())
        .client_certificates(settings::client_certificates())
        .allow_offline_access();
    let guard = RequireAccessToken::new(api)
        .scopes(["openid"])
        .dpop(Dpop::new(&issuer)?)
        .client_certificates(settings::client_certificates());
    let resource = Router::new().route("/me", get(me)).layer(guard);
    let own_pages = Router::new()
        .route("/phone", get(phone::page).post(phone::decide))
        .route("/offer", get(credentials::offer))
        .with_state(PageState {
            server: server.clone(),
            interactions: interactions.clone(),
            users,
        });
    let sessions = SessionManagerLayer::new(MemoryStore::default())
        .with_secure(issuer.starts_with("https:"))
        .with_same_site(SameSite::Lax);
    let router = server
        .router()
        .merge(interactions.router(&server))
        .merge(own_pages)
        .merge(resource)
        .layer(sessions);

    println!("{issuer}/.well-known/openid-configuration");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await?;
    Ok(())
}

/// The state of the pages beside login, consent, device and logout.
#[derive(Clone)]
struct PageState {
    server: AuthorizationServer,
    interactions: Interactions<Users, TowerSessions>,
    users: Users,
}

type Shared = State<PageState>;

/// A protected resource.
async fn me(token: AccessToken) -> String {
    format!("{}\n", token.subject().unwrap_or("nobody"))
}
