//! An OpenID provider with one page, on the emulator. It needs no Authlete account.
//!
//! `cargo run -p authlete-axum --example minimal` prints the discovery URL and a registered client. The only user is `alice`
//! with the password `wonderland`, who logs in each time.

use std::{collections::HashMap, net::SocketAddr, time::SystemTime};

use authlete::server::{Interaction, PendingAuthorization, Session, StandardClaims};
use authlete::types::AuthorizationResponse;
use authlete::{ApiVersion, Authlete};
use authlete_axum::authorization_server::{Accounts, Endpoints};
use authlete_axum::{AttemptLimiter, AuthorizationServer};
use authlete_emulator::Emulator;
use axum::extract::{ConnectInfo, Form, State};
use axum::http::{StatusCode, header::CONTENT_SECURITY_POLICY, request::Parts};
use axum::response::{Html, IntoResponse, Response, Result};
use axum::{Router, routing::post};
use tower_sessions::cookie::SameSite;
use tower_sessions::{MemoryStore, Session as Browser, SessionManagerLayer};

pub struct Users;

impl Accounts for Users {
    type Claims = StandardClaims;

    async fn session(&self, _: &Parts, _: &AuthorizationResponse) -> Result<Option<Session>> {
        Ok(None)
    }

    async fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        _: Interaction,
    ) -> Result<Response> {
        let browser: Option<&Browser> = request.extensions.get();
        let browser = browser.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let page = format!(
            "<form method=post action=/decision><input type=hidden name=request value={}> \
             <input name=name> <input name=password type=password> \
             <button name=agree value=yes>Log in and agree</button> <button name=agree value=no>Refuse</button></form>",
            pending.page_id()
        );
        let kept = browser.insert("pending", pending).await;
        kept.map_err(unavailable)?;
        let policy = [(CONTENT_SECURITY_POLICY, "frame-ancestors 'none'")];
        Ok((policy, Html(page)).into_response())
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        Ok((subject == "alice").then(|| StandardClaims::new().name("Alice")))
    }
}

fn unavailable(_: tower_sessions::session::Error) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

async fn decide(
    State((server, logins)): State<(AuthorizationServer, AttemptLimiter)>,
    browser: Browser,
    request: Parts,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Response> {
    let field = |name| form.get(name).map_or("", String::as_str);
    let address = request.extensions.get::<ConnectInfo<SocketAddr>>();
    let address = address.map(|it| it.0.ip());
    // Wrong passwords count by address, for all accounts: nobody can lock a user out from elsewhere.
    let attempt = logins.begin(&format!("{address:?}"))?;
    let is_right = (field("name"), field("password")) == ("alice", "wonderland");
    if is_right || field("agree") != "yes" {
        attempt.take_back();
    }
    let pending = browser.remove("pending").await.map_err(unavailable)?;
    // The browser may have started another request in another tab.
    let pending = pending.filter(|it: &PendingAuthorization| it.page_id() == field("request"));
    let mut pending = pending.ok_or((StatusCode::BAD_REQUEST, "Start again at the app."))?;
    if field("agree") != "yes" {
        return Ok(server.deny(&pending).await?);
    }
    if !is_right {
        return Ok(server.proceed(&request, pending, None).await?);
    }
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let session = Session::new("alice", now.as_secs().cast_signed());
    pending.logged_in(&session);
    let all = pending.requested();
    pending.consented(&session, all);
    Ok(server.proceed(&request, pending, Some(&session)).await?)
}

/// The endpoints, and the handler of the page's form.
pub fn router(server: AuthorizationServer) -> Router {
    let page = Router::new().route("/decision", post(decide));
    let page = page.with_state((server.clone(), AttemptLimiter::default()));
    let sessions = SessionManagerLayer::new(MemoryStore::default())
        .with_secure(false)
        .with_same_site(SameSite::Lax);
    server.router().merge(page).layer(sessions)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let emulator = Emulator::start().await?;
    let api = Authlete::new(emulator.config(ApiVersion::V3))?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let issuer = format!("http://{}", listener.local_addr()?);
    let endpoints = Endpoints::below(&issuer)?;
    endpoints.register(&api, emulator.service()).await?;
    let client = emulator.client();
    println!("{issuer}/.well-known/openid-configuration");
    println!("client {}, {}", client.id, client.secret.expose());
    let server = AuthorizationServer::new(api, endpoints, Users);
    let service = router(server).into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}
