//! The pages: in a server of yours, templates.

use authlete::server::{Interaction, PendingAuthorization};
use authlete_axum::AuthorizationServer;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response, Result};
use axum::routing::post;
use tower_sessions::Session as Browser;

use crate::users::{Login, Users, client, unavailable};

type Pages = (AuthorizationServer, Users);
type Fields = Form<Vec<(String, String)>>;

/// The routes that the forms of the pages are sent to.
pub fn router(server: AuthorizationServer, users: Users) -> Router {
    Router::new()
        .route("/login", post(log_in))
        .route("/consent", post(consent))
        .with_state((server, users))
}

/// The page for what an authorization request lacks.
pub fn of(pending: &PendingAuthorization, interaction: Interaction) -> Response {
    match interaction {
        Interaction::LogIn(login) => login_page(login.login_hint.as_deref()),
        Interaction::ChooseAccount { login_hint, .. }
        | Interaction::CreateAccount { login_hint } => login_page(login_hint.as_deref()),
        Interaction::Consent(asked) => {
            let client = pending.answer().client.as_ref();
            let name = client.and_then(|client| client.client_name.as_deref());
            let scopes: String = asked
                .requested
                .scopes
                .iter()
                .map(|scope| {
                    let scope = escape(scope);
                    format!(
                        "<label><input type=checkbox name=scope value=\"{scope}\" checked> \
                         {scope}</label><br>"
                    )
                })
                .collect();
            page(&format!(
                "<h1>{} asks for access</h1><form method=post action=/consent>{scopes}\
                 <button name=agree value=yes>Agree</button> \
                 <button name=agree value=no>Refuse</button></form>",
                escape(name.unwrap_or("An application"))
            ))
        }
    }
}

fn login_page(hint: Option<&str>) -> Response {
    page(&format!(
        "<h1>Log in</h1><form method=post action=/login>\
         <label>Name <input name=name value=\"{}\" autofocus></label>\
         <label>Password <input name=password type=password></label>\
         <label>Code <input name=code></label><button>Log in</button></form>",
        escape(hint.unwrap_or_default())
    ))
}

/// No page may be framed (RFC 6749 §10.13).
fn page(content: &str) -> Response {
    let policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
    let html = format!("<!DOCTYPE html><html lang=en><meta charset=utf-8>{content}</html>");
    ([(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

fn escape(text: &str) -> String {
    let entities = [
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
    ];
    entities
        .iter()
        .fold(text.to_owned(), |text, (sign, entity)| {
            text.replace(*sign, entity)
        })
}

/// The authorization request whose page the browser shows.
async fn pending(browser: &Browser) -> Result<PendingAuthorization> {
    let pending = browser.remove("pending").await.map_err(unavailable)?;
    let expired = (
        StatusCode::BAD_REQUEST,
        "Please start again at the application.",
    );
    Ok(pending.ok_or(expired)?)
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let mut fields = fields.iter();
    let field = fields.find(|(field, _)| field == name);
    field.map_or("", |(_, value)| value)
}

/// The login page was sent.
async fn log_in(
    State((server, users)): State<Pages>,
    browser: Browser,
    request: Parts,
    Form(fields): Fields,
) -> Result<Response> {
    let mut pending = pending(&browser).await?;
    let of = |name| field(&fields, name);
    let login = users.log_in(of("name"), of("password"), of("code"));
    if let Some(login) = &login {
        // So that whoever knew the identifier of the session before does not know the new one.
        browser.cycle_id().await.map_err(unavailable)?;
        browser.insert("login", login).await.map_err(unavailable)?;
    }
    let session = login.map(|login| users.session(&login, client(pending.answer())));
    if let Some(session) = &session {
        pending.logged_in(session);
    }
    Ok(server.proceed(&request, pending, session.as_ref()).await?)
}

/// The consent page was sent.
async fn consent(
    State((server, users)): State<Pages>,
    browser: Browser,
    request: Parts,
    Form(fields): Fields,
) -> Result<Response> {
    let mut pending = pending(&browser).await?;
    let login: Option<Login> = browser.get("login").await.map_err(unavailable)?;
    let Some(login) = login.filter(|_| field(&fields, "agree") == "yes") else {
        return Ok(server.deny(&pending).await?);
    };
    let client = client(pending.answer());
    let session = users.session(&login, client);
    let mut consent = pending.requested();
    consent.retain_scopes(|scope| {
        fields
            .iter()
            .any(|(name, it)| name == "scope" && it == scope)
    });
    let lasting = pending.consented(&session, consent);
    users.remember(&login, client, lasting);
    Ok(server.proceed(&request, pending, Some(&session)).await?)
}
