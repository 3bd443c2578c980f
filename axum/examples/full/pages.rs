//! The HTML pages. A real server would use templates.

use authlete::server::Interaction;
use authlete_axum::authorization_server::BackchannelRequest;
use authlete_axum::interaction::{Notice, Page};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};

pub fn render(content: Page<'_>) -> Response {
    match content {
        Page::Authorization {
            pending,
            interaction,
            login_failed,
            ..
        } => {
            let id = hidden("request", pending.page_id());
            match interaction {
                Interaction::LogIn(details) => {
                    login(&id, details.login_hint.as_deref(), login_failed)
                }
                Interaction::ChooseAccount { login_hint, .. }
                | Interaction::CreateAccount { login_hint } => {
                    login(&id, login_hint.as_deref(), login_failed)
                }
                Interaction::Consent(details) => {
                    let client = pending.answer().client.as_ref();
                    let name = client.and_then(|client| client.client_name.as_deref());
                    let scopes = details.requested.scopes.iter().map(String::as_str);
                    consent("/consent", &id, name, scopes)
                }
            }
        }
        Page::LogIn {
            return_to,
            login_failed,
        } => login(&hidden("return_to", return_to), None, login_failed),
        Page::UserCode {
            user_code,
            is_wrong,
        } => page(&format!(
            "<h1>Connect a device</h1>{}<form method=post action=/device>\
             <label>Code <input name=user_code value=\"{}\"></label><button>Continue</button></form>",
            if is_wrong {
                "<p>This code is not valid</p>"
            } else {
                ""
            },
            escape(user_code)
        )),
        Page::Device(device) => {
            let id = hidden("request", device.page_id());
            let name = device.answer().client_name.as_deref();
            consent("/device/consent", &id, name, device.scopes())
        }
        Page::LogOut(logout) => page(&format!(
            "<h1>Log out?</h1><form method=post action=/logout/confirm>{}\
             <button>Log out</button></form>",
            hidden("request", logout.page_id())
        )),
        Page::Notice(notice) => message(match notice {
            Notice::StartAgain => "Start again at the application",
            Notice::DeviceConnected | Notice::DeviceRefused => "Go back to your device",
            Notice::DeviceExpired => "Start again at your device",
            Notice::LoggedOut => "You have logged out",
        }),
    }
}

fn login(request: &str, hint: Option<&str>, failed: bool) -> Response {
    page(&format!(
        "<h1>Log in</h1>{}<form method=post action=/login>{request}\
         <label>Name <input name=name value=\"{}\" autofocus></label>\
         <label>Password <input name=password type=password></label>\
         <label>Code <input name=code></label><button>Log in</button></form>",
        if failed {
            "<p>The name or the password is wrong</p>"
        } else {
            ""
        },
        escape(hint.unwrap_or_default())
    ))
}

fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=hidden name={name} value=\"{}\">",
        escape(value)
    )
}

fn consent<'a>(
    action: &str,
    request: &str,
    client: Option<&str>,
    scopes: impl Iterator<Item = &'a str>,
) -> Response {
    let scopes = scopes.map(|scope| {
        let scope = escape(scope);
        format!(
            "<label><input type=checkbox name=scope value=\"{scope}\" checked> {scope}</label><br>"
        )
    });
    page(&format!(
        "<h1>{} asks for access</h1><form method=post action={action}>{request}{}{DECIDE}</form>",
        escape(client.unwrap_or("An application")),
        scopes.collect::<String>()
    ))
}

/// The page that asks the user for a decision on a backchannel authentication request.
pub fn phone(request: &BackchannelRequest) -> Response {
    let answer = request.answer();
    let scopes: Vec<String> = request.scopes().map(escape).collect();
    page(&format!(
        "<h1>{} asks for access: {}</h1><p>Is this you? {}</p>\
         <form method=post action=/phone>{}{DECIDE}</form>",
        escape(answer.client_name.as_deref().unwrap_or("An application")),
        scopes.join(" "),
        escape(answer.binding_message.as_deref().unwrap_or_default()),
        hidden("request", request.page_id())
    ))
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
