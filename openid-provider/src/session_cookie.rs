//! The cookie of a session, and the lifetime of both.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::SET_COOKIE;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer};

use crate::app::{App, Site};
use crate::cookies;
use crate::sessions::Sessions;

/// The expiry is written at most once per this fraction of the lifetime.
const EXTENSION_DIVISOR: i64 = 60;

fn name(site: &Site) -> &'static str {
    // The prefix makes browsers keep the cookie to this host, this path and TLS (RFC 6265bis §4.1.3.2).
    match site.is_secure() {
        true => "__Host-session",
        false => "session",
    }
}

/// Gives handlers the session of the browser.
pub fn layer(app: &App) -> SessionManagerLayer<Sessions> {
    let minutes = app.site.settings.session_minutes;
    SessionManagerLayer::new(app.directory.sessions.clone())
        .with_name(name(&app.site))
        .with_secure(app.site.is_secure())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(Duration::minutes(minutes.into())))
}

/// Extends the session of a user at each visit. The session layer does so only when a handler changes the data. This writes the
/// expiry alone, so that it overwrites no change of another tab.
pub async fn extend(State(app): State<App>, request: Request, next: Next) -> Response {
    let name = name(&app.site);
    let value = cookies::value(request.headers(), name).map(str::to_owned);
    let mut response = next.run(request).await;
    let start = format!("{name}=");
    let mut cookies = response.headers().get_all(SET_COOKIE).iter();
    let is_written = cookies.any(|cookie| cookie.as_bytes().starts_with(start.as_bytes()));
    let is_visit = !is_written && !response.status().is_server_error();
    let Some(value) = value.filter(|_| is_visit) else {
        return response;
    };
    let Ok(id) = value.parse() else {
        return response;
    };
    let seconds = i64::from(app.site.settings.session_minutes) * 60;
    let write_interval = seconds / EXTENSION_DIVISOR;
    match app
        .directory
        .sessions
        .extend(&id, seconds, write_interval)
        .await
    {
        Ok(true) => {
            let age = seconds.saturating_add(write_interval);
            let secure = if app.site.is_secure() { "; Secure" } else { "" };
            let cookie =
                format!("{name}={id}; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age={age}");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
        }
        Ok(false) => {}
        // The response does not depend on it.
        Err(error) => tracing::warn!(%error, "a session could not be extended"),
    }
    response
}
