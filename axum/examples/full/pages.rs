//! The HTML pages. A real server would use templates.

use authlete::server::{Interaction, PendingAuthorization};
use authlete_axum::authorization_server::{BackchannelRequest, DeviceRequest};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};

/// The page for an interaction of an authorization request.
pub fn of(pending: &PendingAuthorization, interaction: Interaction) -> Response {
    let id = pending.page_id();
    match interaction {
        Interaction::LogIn(details) => login(id, details.login_hint.as_deref()),
        Interaction::ChooseAccount { login_hint, .. }
        | Interaction::CreateAccount { login_hint } => login(id, login_hint.as_deref()),
        Interaction::Consent(details) => {
            let client = pending.answer().client.as_ref();
            let name = client.and_then(|client| client.client_name.as_deref());
            consent(
                id,
                name.unwrap_or("An application"),
                &details.requested.scopes,
            )
        }
    }
}

/// The login page without an authorization request, for the server's own pages.
pub fn own_login() -> Response {
    login("", None)
}

fn login(id: &str, hint: Option<&str>) -> Response {
    page(&format!(
        "<h1>Log in</h1><form method=post action=/login>{}\
         <label>Name <input name=name value=\"{}\" autofocus></label>\
         <label>Password <input name=password type=password></label>\
         <label>Code <input name=code></label><button>Log in</button></form>",
        request_field(id),
        escape(hint.unwrap_or_default())
    ))
}

/// A hidden field with the ID of the request that the page is for.
fn request_field(id: &str) -> String {
    format!("<input type=hidden name=request value=\"{id}\">")
}

fn consent<'a>(id: &str, client: &str, scopes: impl IntoIterator<Item = &'a String>) -> Response {
    let scopes = scopes.into_iter().map(|scope| escape(scope));
    let scopes = scopes.map(|scope| {
        format!(
            "<label><input type=checkbox name=scope value=\"{scope}\" checked> {scope}</label><br>"
        )
    });
    page(&format!(
        "<h1>{} asks for access</h1><form method=post action=/consent>{}{}{DECIDE}</form>",
        escape(client),
        request_field(id),
        scopes.collect::<String>()
    ))
}

pub fn user_code() -> Response {
    page(
        "<h1>Connect a device</h1><form method=post action=/device>\
         <label>Code <input name=user_code></label><button>Continue</button></form>",
    )
}

pub fn device(device: &DeviceRequest) -> Response {
    let name = device.answer().client_name.as_deref();
    page(&format!(
        "<h1>{} asks for access</h1><form method=post action=/device/consent>{DECIDE}</form>",
        escape(name.unwrap_or("A device"))
    ))
}

/// The page that asks the user for a decision on a backchannel authentication request.
pub fn phone(request: &BackchannelRequest) -> Response {
    let message = request.answer().binding_message.as_deref();
    page(&format!(
        "<h1>Is this you? {}</h1><form method=post action=/phone>{}{DECIDE}</form>",
        escape(message.unwrap_or_default()),
        request_field(request.page_id())
    ))
}

pub fn log_out() -> Response {
    page(
        "<h1>Log out?</h1><form method=post action=/logout/confirm>\
         <button name=agree value=yes>Log out</button></form>",
    )
}

pub fn offer(uri: &str) -> Response {
    let uri: String = form_urlencoded::byte_serialize(uri.as_bytes()).collect();
    page(&format!(
        "<h1>Your membership</h1>\
         <a href=\"openid-credential-offer://?credential_offer_uri={uri}\">Open in the wallet</a>"
    ))
}

pub fn message(text: &str) -> Response {
    page(&format!("<h1>{text}</h1>"))
}

const DECIDE: &str = "<button name=agree value=yes>Agree</button> \
                      <button name=agree value=no>Refuse</button>";

/// Framing is forbidden, against clickjacking (RFC 6749 §10.13).
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
