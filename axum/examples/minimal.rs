//! An OpenID provider with login and consent pages, on the emulator. It needs no Authlete account.
//!
//! `cargo run -p authlete-axum --example minimal` prints the discovery URL and a registered client. The only user is `alice`
//! with the password `wonderland`.

use std::{net::SocketAddr, time::UNIX_EPOCH};

use authlete::server::{Interaction, Session, StandardClaims};
use authlete::{ApiVersion, Authlete};
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::Endpoints;
use authlete_axum::interaction::{Interactions, Page, SameOriginForm, TowerSessions, Users};
use authlete_emulator::Emulator;
use axum::Router;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response, Result};
use tower_sessions::{MemoryStore, SessionManagerLayer, cookie::SameSite};

pub struct Alice;

impl Users for Alice {
    type Claims = StandardClaims;

    async fn log_in(&self, _: &Parts, form: &SameOriginForm) -> Result<Option<Session>> {
        let is_right = (form.get("name"), form.get("password")) == ("alice", "wonderland");
        let now = UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
        Ok(is_right.then(|| Session::new("alice", now.cast_signed())))
    }

    async fn page(&self, _: &Parts, page: Page<'_>) -> Result<Response> {
        let html = match page {
            Page::Authorization {
                pending,
                interaction: Interaction::Consent(details),
                ..
            } => consent("/consent", pending.page_id(), &details.requested.scopes),
            Page::Authorization { pending, .. } => {
                form("/login", "request", pending.page_id(), LOGIN)
            }
            Page::LogIn { return_to, .. } => form("/login", "return_to", return_to, LOGIN),
            Page::UserCode { .. } => form("/device", "", "", USER_CODE),
            Page::Device(device) => consent("/device/consent", device.page_id(), device.scopes()),
            Page::LogOut(logout) => form("/logout/confirm", "request", logout.page_id(), LOG_OUT),
            Page::Notice(notice) => format!("<!DOCTYPE html>{notice:?}"),
        };
        Ok(Html(html).into_response())
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        Ok((subject == "alice").then(|| StandardClaims::new().name("Alice")))
    }
}

const LOGIN: &str = "<input name=name> <input name=password type=password> <button>Log in</button>";
const USER_CODE: &str = "<input name=user_code> <button>Continue</button>";
const LOG_OUT: &str = "<button>Log out</button>";

fn consent(action: &str, id: &str, scopes: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let scopes = scopes.into_iter().map(|scope| escape(scope.as_ref()));
    let scopes =
        scopes.map(|it| format!("<input type=checkbox name=scope value=\"{it}\" checked>{it} "));
    let buttons =
        "<button name=agree value=yes>Agree</button> <button name=agree value=no>Refuse</button>";
    form(
        action,
        "request",
        id,
        &(scopes.collect::<String>() + buttons),
    )
}

fn form(action: &str, name: &str, value: &str, fields: &str) -> String {
    let hidden = format!(
        "<input type=hidden name=\"{name}\" value=\"{}\">",
        escape(value)
    );
    format!("<!DOCTYPE html><form method=post action={action}>{hidden}{fields}</form>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// The endpoints and the pages.
pub fn router(
    server: AuthorizationServer,
    interactions: Interactions<Alice, TowerSessions>,
) -> Router {
    let sessions = SessionManagerLayer::new(MemoryStore::default())
        .with_secure(false)
        .with_same_site(SameSite::Lax);
    let pages = interactions.router(&server);
    server.router().merge(pages).layer(sessions)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let emulator = Emulator::start().await?;
    let api = Authlete::new(emulator.config(ApiVersion::V3))?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let issuer = format!("http://{}", listener.local_addr()?);
    let endpoints = Endpoints::from_issuer(&issuer)?;
    endpoints
        .update_service(&api, emulator.service_id())
        .await?;
    let client = emulator.client();
    println!("{issuer}/.well-known/openid-configuration");
    println!("client {}, {}", client.id, client.secret.expose());
    let interactions = Interactions::new(Alice, TowerSessions);
    let server = AuthorizationServer::new(api, endpoints, interactions.clone());
    let router = router(server.logout(interactions.clone()), interactions);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}
