//! What goes wrong, and the page that a person sees then.

use authlete_axum::TooManyAttempts;
use authlete_axum::authorization_server::Failure;
use axum::Extension;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Method, StatusCode, Uri};
use serde::Deserialize;

use crate::app::App;
use crate::destination::Destination;
use crate::pages::{self, Page};

/// The largest error response that is read.
const LARGEST_ERROR: usize = 64 * 1024;

/// A request that ends early. [`as_page`] makes a page of it.
#[derive(Debug)]
pub enum Error {
    /// The page is too old, or of another session.
    NoFlow,
    /// The authorization request of the page has ended: the user is back at the app, or was.
    Ended(Destination),
    /// The form is not from a page of this server.
    Foreign,
    /// The form is from before the login in another tab. The page at this path is shown again.
    Stale(String),
    /// The page that was sent is at this URL.
    TooManyAttempts(TooManyAttempts, String),
    /// The form is larger than any of this server.
    TooLarge,
    /// The body of a form broke off.
    Unreadable,
    /// The database is away.
    Unavailable,
    /// The server is at fault.
    Internal(anyhow::Error),
    /// Authlete is away, or refused a call.
    Authlete(Failure),
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        if error.chain().all(|cause| !cause.is::<sqlx::Error>()) {
            return Self::Internal(error);
        }
        let error = format!("{error:#}");
        tracing::error!(error, "the database failed");
        Self::Unavailable
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Authlete(failure)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::NoFlow => StatusCode::BAD_REQUEST.into_response(),
            Self::Ended(destination) => {
                let way = WayOut::App(destination);
                (StatusCode::BAD_REQUEST, Extension(way)).into_response()
            }
            Self::Foreign => StatusCode::FORBIDDEN.into_response(),
            Self::Stale(page) => Redirect::to(&page).into_response(),
            Self::TooManyAttempts(error, page) => {
                (Extension(WayOut::Again(page)), error).into_response()
            }
            Self::Unavailable => {
                let retry = [(RETRY_AFTER, HeaderValue::from_static("5"))];
                (StatusCode::SERVICE_UNAVAILABLE, retry).into_response()
            }
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            Self::Unreadable => StatusCode::BAD_REQUEST.into_response(),
            Self::Internal(error) => {
                let error = format!("{error:#}");
                tracing::error!(error, "a request failed");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::Authlete(failure) => failure.into_response(),
        }
    }
}

/// Where the page for an error leads.
#[derive(Clone)]
pub enum WayOut {
    /// To the app that the user came from.
    App(Destination),
    /// To the page that was sent.
    Again(String),
}

/// Marks a response of a handler. An error without the mark says that the session could not be written.
pub async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(OfHandler);
    response
}

#[derive(Clone)]
struct OfHandler;

/// Replaces errors by pages, at routes that browsers open. What clients get as JSON, a person cannot read.
///
/// It needs no session, since the database may be what failed.
pub async fn as_page(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let response = next.run(request).await;
    let is_of_handler = response.extensions().get::<OfHandler>().is_some();
    let status = match response.status() {
        StatusCode::INTERNAL_SERVER_ERROR if !is_of_handler => StatusCode::SERVICE_UNAVAILABLE,
        status => status,
    };
    let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(is_page);
    if !(status.is_client_error() || status.is_server_error()) || is_page {
        return response;
    }
    let retry = response.headers().get(RETRY_AFTER).cloned();
    let way_out: Option<WayOut> = response.extensions().get().cloned();
    // An error of OAuth is that of the app: here the user only went on with a page.
    let app_error = match status.is_client_error() && is_browser_endpoint(&app, &parts.uri) {
        true => oauth_error(response).await,
        false => None,
    };
    if let Some(OauthError { error, description }) = &app_error {
        tracing::warn!(error, description, "the request of an app was refused");
    }
    let mut page = Page::new(&app, &parts, None, None);
    if parts.method != Method::GET {
        // There need not be a page at the path.
        "/".clone_into(&mut page.current_url);
    }
    let code = app_error.as_ref().map(|it| it.error.as_str());
    let mut page = pages::error(page, status, code, way_out.as_ref());
    if let Some(retry) = retry {
        page.headers_mut().insert(RETRY_AFTER, retry);
    }
    page
}

/// An error response of OAuth (RFC 6749 §5.2). In the description is Authlete's result message, which is for developers.
#[derive(Deserialize)]
struct OauthError {
    error: String,
    #[serde(default, rename = "error_description")]
    description: String,
}

async fn oauth_error(response: Response) -> Option<OauthError> {
    let body = to_bytes(response.into_body(), LARGEST_ERROR).await.ok()?;
    serde_json::from_slice(&body).ok()
}

fn is_browser_endpoint(app: &App, uri: &Uri) -> bool {
    app.site.browser_endpoints.iter().any(|it| it == uri.path())
}

/// The same for the endpoints of the protocol that browsers open, and for no other one.
pub async fn as_page_at_browser_endpoints(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if !is_browser_endpoint(&app, request.uri()) {
        return next.run(request).await;
    }
    let mut response = as_page(State(app), request, next).await;
    // What it leads to depends on the session.
    let headers = response.headers_mut();
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_of_the_database_is_503_and_any_other_one_is_500() {
        let status = |error: anyhow::Error| Error::from(error).into_response().status();
        let away = anyhow::Error::new(sqlx::Error::PoolTimedOut);
        assert_eq!(status(away.context("a query")), 503);
        let json = serde_json::from_str::<u8>("no JSON").unwrap_err();
        assert_eq!(status(json.into()), 500);
    }
}
