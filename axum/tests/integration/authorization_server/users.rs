//! Accounts with pages for login and consent. The only user is `alice`, with the password `wonderland`.

use std::time::{SystemTime, UNIX_EPOCH};

use authlete::server::{Interaction, PendingAuthorization, Session, StandardClaims};
use authlete::types::AuthorizationResponse;
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::Accounts;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response, Result};
use axum::routing::post;
use tower_sessions::cookie::SameSite;
use tower_sessions::{MemoryStore, Session as Browser, SessionManagerLayer};

pub struct Users;

impl Accounts for Users {
    type Claims = StandardClaims;

    async fn session(&self, request: &Parts, _: &AuthorizationResponse) -> Result<Option<Session>> {
        session(browser(request)?).await
    }

    async fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Result<Response> {
        let inserted = browser(request)?.insert("pending", pending).await;
        inserted.map_err(unavailable)?;
        Ok(Html(match interaction {
            Interaction::Consent(details) => format!(
                "<form method=post action=/consent>Share {:?}? <button name=agree value=yes>Yes</button> \
                 <button name=agree value=no>No</button></form>",
                details.missing.scopes
            ),
            _ => "<form method=post action=/login><input name=name><input name=password type=password>\
                  <button>Log in</button></form>"
                .to_owned(),
        })
        .into_response())
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        Ok((subject == "alice").then(|| {
            StandardClaims::new()
                .name("Alice")
                .email("alice@example.com")
                .email_verified(true)
        }))
    }
}

fn browser(request: &Parts) -> Result<&Browser, StatusCode> {
    let browser = request.extensions.get();
    browser.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn session(browser: &Browser) -> Result<Option<Session>> {
    let login: Option<(String, i64)> = browser.get("login").await.map_err(unavailable)?;
    Ok(login.map(|(subject, time)| Session::new(subject, time)))
}

async fn pending(browser: &Browser) -> Result<PendingAuthorization> {
    let pending = browser.remove("pending").await.map_err(unavailable)?;
    Ok(pending.ok_or((StatusCode::BAD_REQUEST, "Start again at the app."))?)
}

fn unavailable(_: tower_sessions::session::Error) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

async fn login(
    State(server): State<AuthorizationServer>,
    browser: Browser,
    request: Parts,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let mut pending = pending(&browser).await?;
    if form
        == [
            ("name".into(), "alice".into()),
            ("password".into(), "wonderland".into()),
        ]
    {
        browser.cycle_id().await.map_err(unavailable)?;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let login = ("alice", now.as_secs());
        browser.insert("login", login).await.map_err(unavailable)?;
        if let Some(session) = session(&browser).await? {
            pending.logged_in(&session);
        }
    }
    let session = session(&browser).await?;
    Ok(server.proceed(&request, pending, session.as_ref()).await?)
}

async fn consent(
    State(server): State<AuthorizationServer>,
    browser: Browser,
    request: Parts,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let (mut pending, session) = (pending(&browser).await?, session(&browser).await?);
    let Some(session) = session.filter(|_| form == [("agree".into(), "yes".into())]) else {
        return Ok(server.deny(&pending).await?);
    };
    let all = pending.requested();
    pending.consented(&session, all);
    Ok(server.proceed(&request, pending, Some(&session)).await?)
}

/// The endpoints, and the pages of [`Users`].
pub fn router(server: AuthorizationServer) -> Router {
    let pages = Router::new()
        .route("/login", post(login))
        .route("/consent", post(consent));
    // No `Secure` cookies: the tests use loopback without TLS.
    let sessions = SessionManagerLayer::new(MemoryStore::default())
        .with_secure(false)
        .with_same_site(SameSite::Lax);
    let endpoints = server.router();
    endpoints.merge(pages.with_state(server)).layer(sessions)
}
