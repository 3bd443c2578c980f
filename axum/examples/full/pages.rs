//! The pages: in a server of yours, templates.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use authlete::server::{Interaction, PendingAuthorization};
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::{DeviceOutcome, DeviceRequest, LogoutRequest, UserCode};
use axum::Router;
use axum::extract::{ConnectInfo, Form, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response, Result};
use axum::routing::{get, post};
use tower_sessions::Session as Browser;

use crate::users::{Login, Users, client, unavailable};

type Pages = (AuthorizationServer, Users);
type Fields = Form<Vec<(String, String)>>;

/// The routes that the forms of the pages are sent to.
pub fn router(server: AuthorizationServer, users: Users) -> Router {
    Router::new()
        .route("/login", post(log_in))
        .route("/consent", post(consent))
        .route("/device", get(device_page).post(device))
        .route("/device/consent", post(device_consent))
        .route("/phone", get(phone_page).post(phone))
        .route("/logout/confirm", post(log_out))
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

async fn logged_in(browser: &Browser) -> Result<Option<Login>> {
    Ok(browser.get("login").await.map_err(unavailable)?)
}

/// The login page was sent.
async fn log_in(
    State((server, users)): State<Pages>,
    browser: Browser,
    request: Parts,
    Form(fields): Fields,
) -> Result<Response> {
    let of = |name| field(&fields, name);
    // Behind a proxy, the address is in a header of the proxy.
    let address = request.extensions.get::<ConnectInfo<SocketAddr>>();
    let address = address.map(|it| it.0.ip());
    users.logins.check(&format!("address {address:?}"))?;
    users.logins.check(&format!("account {}", of("name")))?;
    let login = users.log_in(of("name"), of("password"), of("code"));
    if let Some(login) = &login {
        // So that whoever knew the identifier of the session before does not know the new one.
        browser.cycle_id().await.map_err(unavailable)?;
        browser.insert("login", login).await.map_err(unavailable)?;
    }
    // Where no client asks, the user wants to enter the code of a device.
    let Ok(mut pending) = pending(&browser).await else {
        return Ok(Redirect::to("/device").into_response());
    };
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
    let login = logged_in(&browser).await?;
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

async fn device_page(browser: Browser) -> Result<Response> {
    Ok(match logged_in(&browser).await? {
        Some(_) => page(
            "<h1>Connect a device</h1><form method=post action=/device>\
             <label>Code <input name=user_code></label><button>Go on</button></form>",
        ),
        None => login_page(None),
    })
}

/// The code of a device was entered.
async fn device(
    State((server, _)): State<Pages>,
    browser: Browser,
    Form(fields): Fields,
) -> Result<Response> {
    let Some(login) = logged_in(&browser).await? else {
        return Ok(login_page(None));
    };
    let code = field(&fields, "user_code");
    let found = server.verify_user_code(code, login.subject()).await?;
    let UserCode::Valid(device) = found else {
        return Ok(page("<h1>This code is not good</h1>"));
    };
    let name = device.answer().client_name.as_deref();
    let name = escape(name.unwrap_or("A device"));
    browser
        .insert("device", device)
        .await
        .map_err(unavailable)?;
    Ok(page(&format!(
        "<h1>{name} asks for access</h1><form method=post action=/device/consent>\
         <button name=agree value=yes>Agree</button> <button name=agree value=no>Refuse</button></form>"
    )))
}

/// The consent page of a device was sent.
async fn device_consent(
    State((server, users)): State<Pages>,
    browser: Browser,
    Form(fields): Fields,
) -> Result<Response> {
    let device: Option<DeviceRequest> = browser.remove("device").await.map_err(unavailable)?;
    let (Some(device), Some(login)) = (device, logged_in(&browser).await?) else {
        return Ok(login_page(None));
    };
    let outcome = match field(&fields, "agree") {
        "yes" => {
            let session = users.session(&login, device.answer().client_id);
            let scopes = device.answer().scopes.iter().flatten();
            let scopes = scopes.filter_map(|scope| scope.name.clone());
            server.authorize_device(&device, &session, scopes).await?
        }
        _ => server.deny_device(&device).await?,
    };
    Ok(page(match outcome {
        DeviceOutcome::Done => "<h1>Go back to your device</h1>",
        DeviceOutcome::Expired | DeviceOutcome::Unknown => "<h1>Start again at your device</h1>",
    }))
}

/// What a user sees on the phone, when a client asks by the backchannel.
async fn phone_page(State((_, users)): State<Pages>, browser: Browser) -> Result<Response> {
    let Some(login) = logged_in(&browser).await? else {
        return Ok(login_page(None));
    };
    let message = users
        .asked(&login)
        .and_then(|asked| asked.answer().binding_message.clone());
    Ok(page(&format!(
        "<h1>Is this you? {}</h1><form method=post action=/phone>\
         <button name=agree value=yes>Yes</button> <button name=agree value=no>No</button></form>",
        escape(&message.unwrap_or_default())
    )))
}

async fn phone(
    State((server, users)): State<Pages>,
    browser: Browser,
    Form(fields): Fields,
) -> Result<Response> {
    let login = logged_in(&browser).await?;
    let asked = login.as_ref().and_then(|login| users.take_asked(login));
    let (Some(login), Some(asked)) = (login, asked) else {
        return Ok(page("<h1>Nobody asks for you</h1>"));
    };
    let notification = match field(&fields, "agree") {
        "yes" => {
            let session = users.session(&login, asked.answer().client_id);
            let scopes = asked.answer().scopes.iter().flatten();
            let scopes = scopes.filter_map(|scope| scope.name.clone());
            server
                .authorize_backchannel(&asked, &session, scopes)
                .await?
        }
        _ => server.deny_backchannel(&asked).await?,
    };
    // For clients in the modes `ping` and `push`: send it with an HTTP client.
    drop(notification);
    Ok(page("<h1>Thank you</h1>"))
}

pub fn logout_page() -> Response {
    page(
        "<h1>Log out?</h1><form method=post action=/logout/confirm>\
         <button name=agree value=yes>Log out</button></form>",
    )
}

/// The user wants to log out.
async fn log_out(State((server, _)): State<Pages>, browser: Browser) -> Result<Response> {
    let logout: Option<LogoutRequest> = browser.get("logout").await.map_err(unavailable)?;
    let clients: Option<BTreeSet<i64>> = browser.get("clients").await.map_err(unavailable)?;
    let login = logged_in(&browser).await?;
    browser.flush().await.map_err(unavailable)?;
    if let Some(login) = login {
        let (subject, id) = (Some(login.subject()), Some(login.id()));
        let clients = clients.unwrap_or_default();
        for (client, request) in server.logout_notifications(clients, subject, id).await {
            // Send it with an HTTP client.
            if let Ok(Some(request)) = request {
                println!("client {client} is told of the logout at {}", request.uri());
            }
        }
    }
    let response = logout.and_then(|logout| logout.response());
    Ok(response.unwrap_or_else(|| page("<h1>You have logged out</h1>")))
}
