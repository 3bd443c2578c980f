//! The session of a browser at the demo.
//!
//! The cookie is `SameSite=Lax`: a form of another site is sent without it, so it finds no session.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use openidconnect::RefreshToken;
use openidconnect::core::CoreIdToken;

use super::Demo;
use super::discovery::Metadata;
use super::steps::Step;
use crate::cookies;
use crate::random;

const NAME: &str = "demo-session";

#[derive(Default)]
pub struct DemoSession {
    pub login: Option<DemoLogin>,
    /// The login that ended last.
    pub previous_login: Option<DemoLogin>,
    /// The steps of the last flow, for the result page.
    pub report: Vec<Step>,
    /// The steps that ended the last login.
    pub ended: Vec<Step>,
    pub device: Option<PolledRequest>,
    pub ciba: Option<PolledRequest>,
    /// The `state` of a logout that is under way.
    pub logout_state: Option<String>,
}

impl DemoSession {
    pub fn log_in(&mut self, login: DemoLogin) {
        self.login = Some(login);
        self.previous_login = None;
        self.ended.clear();
    }

    /// Ends the login. Both the browser that returns and the provider may report it, in any order.
    pub fn log_out(&mut self, step: Step) {
        // A second report finds the login in `previous_login`; a third one finds none.
        self.previous_login = self.login.take();
        if self.previous_login.is_some() {
            self.ended.clear();
        }
        self.ended.push(step);
    }
}

/// A user who has logged in to the demo.
#[derive(Clone)]
pub struct DemoLogin {
    pub name: String,
    pub subject: String,
    /// The session at the provider (`sid`, Back-Channel Logout 1.0 §2.1).
    pub session_id: Option<String>,
    pub id_token: CoreIdToken,
    pub refresh_token: Option<RefreshToken>,
}

/// A request that the user has not decided on yet.
#[derive(Clone)]
pub struct PolledRequest {
    pub metadata: Metadata,
    pub code: String,
    pub user_code: Option<String>,
    /// The page where the user decides.
    pub url: Option<String>,
    pub expires_at: i64,
    /// Seconds between two polls.
    pub interval: i64,
    pub polled_at: i64,
    pub steps: Vec<Step>,
}

/// The key of the session of the browser that sent a request.
#[derive(Clone)]
pub struct SessionKey(pub String);

impl<S: Sync> FromRequestParts<S> for SessionKey {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let session_key = parts.extensions.get().cloned();
        session_key.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Loads the session of a browser, or creates one.
///
/// Not for `POST /callback`: it comes from the site of the provider, without the cookie, and must not get a new one.
pub async fn find(State(demo): State<Demo>, mut request: Request, next: Next) -> Response {
    let known = cookies::value(request.headers(), NAME).map(str::to_owned);
    let known = known.filter(|key| demo.sessions.with(key, |_| ()).is_some());
    let key = known.clone().unwrap_or_else(|| {
        let key = random::text();
        demo.sessions.put(&key, DemoSession::default());
        key
    });
    request.extensions_mut().insert(SessionKey(key.clone()));
    let mut response = next.run(request).await;
    if known.is_none() && !response.headers().contains_key(SET_COOKIE) {
        set_cookie(&mut response, &key);
    }
    response
}

/// Shows the steps of a flow as its result, and starts the session of the user who has logged in by it.
pub fn show_result(
    demo: &Demo,
    session_key: &SessionKey,
    steps: Vec<Step>,
    login: Option<DemoLogin>,
) -> Response {
    let mut response = Redirect::to("/result").into_response();
    let is_new = login.is_some();
    demo.sessions.with(&session_key.0, |session| {
        session.report = steps;
        if let Some(login) = login {
            session.log_in(login);
        }
    });
    if is_new {
        renew(demo, session_key, &mut response);
    }
    response
}

/// Changes the key of a session at a login, against session fixation.
fn renew(demo: &Demo, session_key: &SessionKey, response: &mut Response) {
    let key = random::text();
    if demo.sessions.rename(&session_key.0, &key) {
        set_cookie(response, &key);
    }
}

/// On `http://127.0.0.1` it cannot be `Secure`, nor have the prefix `__Host-`. Set both in your app.
fn set_cookie(response: &mut Response, key: &str) {
    let cookie = format!("{NAME}={key}; Path=/; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
}
