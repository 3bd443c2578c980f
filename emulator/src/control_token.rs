//! The token without which nobody beyond this machine sees the page, or moves the clock.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::random;
use crate::reply::Reply;

const COOKIE_NAME: &str = "authlete-emulator";

/// What an emulator needs that listens beyond this machine.
#[derive(Debug)]
pub struct ControlToken(pub Option<Arc<str>>);

impl ControlToken {
    fn is(&self, given: &str) -> bool {
        self.0
            .as_deref()
            .is_none_or(|token| random::same(given, token))
    }

    fn is_in(&self, headers: &HeaderMap) -> bool {
        let texts = |name| {
            let values = headers.get_all(name).into_iter();
            values.filter_map(|value| value.to_str().ok())
        };
        let bearer = texts(AUTHORIZATION).filter_map(|text| text.strip_prefix("Bearer "));
        let cookies = texts(COOKIE).flat_map(|text| text.split("; "));
        let cookies = cookies.filter_map(|cookie| cookie.split_once('='));
        let cookies = cookies.filter_map(|(name, value)| (name == COOKIE_NAME).then_some(value));
        bearer.chain(cookies).any(|given| self.is(given))
    }
}

/// Lets a request through that has the token: in `Authorization`, or in the cookie that a browser gets for
/// `/?token=…`.
pub async fn require_control_token(
    State(token): State<Arc<ControlToken>>,
    request: Request,
    next: Next,
) -> Response {
    if token.0.is_none() || token.is_in(request.headers()) {
        return next.run(request).await;
    }
    let query = request.uri().query().unwrap_or_default();
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let given = parameters.find(|(name, _)| name == "token");
    match given.filter(|(_, given)| request.uri().path() == "/" && token.is(given)) {
        Some((_, given)) => {
            let cookie = format!("{COOKIE_NAME}={given}; Path=/; HttpOnly; SameSite=Strict");
            let headers = [(LOCATION, "/"), (SET_COOKIE, cookie.as_str())];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        None => {
            let message = "this emulator listens beyond this machine: open the page with the token that it \
                           printed at its start, or send the token as Bearer";
            Reply::words(StatusCode::UNAUTHORIZED.as_u16(), message).into_response()
        }
    }
}
