//! What goes wrong, and the page that a person sees then.

use authlete_axum::TooManyAttempts;
use authlete_axum::authorization_server::Failure;
use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Method, StatusCode};

use crate::app::App;
use crate::destination::Destination;
use crate::pages::{self, Page};

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
    /// The database is away.
    Unavailable,
    /// The server is at fault.
    Internal(&'static str),
    /// Authlete is away, or refused a call.
    Authlete(Failure),
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
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
            Self::Internal(what) => {
                tracing::error!(what, "a request failed");
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
    let mut page = Page::new(&app, &parts, None, None);
    if parts.method != Method::GET {
        // There need not be a page at the path.
        "/".clone_into(&mut page.here);
    }
    let way_out = response.extensions().get();
    let mut page = pages::error(page, status, way_out);
    if let Some(retry) = response.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, retry.clone());
    }
    page
}

/// The same for the endpoints of the protocol that browsers open, and for no other one.
pub async fn as_page_at_browser_endpoints(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    match app.site.browser_endpoints.iter().any(|it| it == path) {
        true => as_page(State(app), request, next).await,
        false => next.run(request).await,
    }
}
