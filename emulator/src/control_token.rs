//! The token that protects the page and the clock when other machines can reach the emulator.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::api_response::ApiResponse;
use crate::random;

const COOKIE_NAME: &str = "authlete-emulator";

/// The control token; `None` on a loopback address, where requests need no token.
#[derive(Debug)]
pub struct ControlToken(pub Option<Arc<str>>);

impl ControlToken {
    fn matches(&self, given: &str) -> bool {
        self.0
            .as_deref()
            .is_none_or(|token| random::constant_time_eq(given, token))
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
        bearer.chain(cookies).any(|given| self.matches(given))
    }
}

/// Requires the token in `Authorization` or in the cookie. A browser gets the cookie from `/?token=…`.
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
    match given.filter(|(_, given)| request.uri().path() == "/" && token.matches(given)) {
        Some((_, given)) => {
            let cookie = format!("{COOKIE_NAME}={given}; Path=/; HttpOnly; SameSite=Strict");
            let headers = [(LOCATION, "/"), (SET_COOKIE, cookie.as_str())];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        None => {
            let message = "other machines can reach this emulator: open the page at the URL that it printed at \
                           startup, or send the control token as a Bearer token";
            ApiResponse::message(StatusCode::UNAUTHORIZED.as_u16(), message).into_response()
        }
    }
}
