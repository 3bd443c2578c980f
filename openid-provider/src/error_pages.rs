//! The pages that people see for errors.
//!
//! Add a layer of this file to your own routes that browsers open.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Method, StatusCode, Uri};
use serde::Deserialize;

use crate::app::App;
use crate::destination::Destination;
use crate::pages::{self, ErrorLink, Page, current_url};

/// The largest error response that is parsed, in bytes.
const LARGEST_ERROR: usize = 64 * 1024;

/// Marks the response of a handler. A 500 without the mark comes from the session layer, which could not use the database.
pub async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(FromHandler);
    response
}

#[derive(Clone)]
struct FromHandler;

/// Replaces error responses with pages, at routes that browsers open.
///
/// It does not use the session, since the database may be unavailable.
pub async fn as_page(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let response = next.run(request).await;
    let is_from_handler = response.extensions().get::<FromHandler>().is_some();
    let status = match response.status() {
        StatusCode::INTERNAL_SERVER_ERROR if !is_from_handler => StatusCode::SERVICE_UNAVAILABLE,
        status => status,
    };
    let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(is_page);
    if !(status.is_client_error() || status.is_server_error()) || is_page {
        return response;
    }
    let retry = response.headers().get(RETRY_AFTER).cloned();
    let destination: Option<Destination> = response.extensions().get().cloned();
    let is_browser_endpoint = is_browser_endpoint(&app, &parts.uri);
    // An OAuth error at an endpoint is the fault of the app. At a page it is not: the user only continued a request.
    let app_error = match status.is_client_error() && is_browser_endpoint {
        true => oauth_error(response).await,
        false => None,
    };
    if let Some(OauthError { error, description }) = &app_error {
        tracing::warn!(error, description, "the request of an app was refused");
    }
    let mut page = Page::new(&app, &parts, None, None);
    // The parameters of a request that was posted to an endpoint are in its body.
    let is_posted = is_browser_endpoint && parts.method != Method::GET;
    if is_posted {
        "/".clone_into(&mut page.current_url);
    }
    let code = app_error.as_ref().map(|it| it.error.as_str());
    let may_retry = code.is_none() && !is_posted && may_succeed_later(status);
    let error_link = match destination {
        Some(destination) => Some(ErrorLink::App(destination)),
        None => may_retry.then(|| ErrorLink::Retry(current_url(&parts))),
    };
    let mut page = pages::error(page, status, code, error_link.as_ref());
    if let Some(retry) = retry {
        page.headers_mut().insert(RETRY_AFTER, retry);
    }
    page
}

/// Whether the same page may work later, or with other input.
fn may_succeed_later(status: StatusCode) -> bool {
    let refusals = [
        StatusCode::FORBIDDEN,
        StatusCode::PAYLOAD_TOO_LARGE,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    refusals.contains(&status) || status.is_server_error()
}

/// An error response of OAuth (RFC 6749 §5.2). The description is Authlete's result message, for developers.
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

/// Like [`as_page`], for the protocol endpoints that browsers open, and for no other endpoint.
pub async fn as_page_at_browser_endpoints(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if !is_browser_endpoint(&app, request.uri()) {
        return next.run(request).await;
    }
    let mut response = as_page(State(app), request, next).await;
    // The response depends on the session.
    let headers = response.headers_mut();
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
