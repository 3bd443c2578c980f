//! The page at `/`, which shows the state and the last requests, and the data for it.

mod overview;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;

use crate::api::Api;
use crate::api_response::ApiResponse;
use crate::connections::Peer;
use crate::json::{Object, ObjectExt as _};
use crate::request_log::RequestLog;
use overview::overview;

const HTML: &str = include_str!("index.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const ICON: &str = include_str!("icon.svg");

/// No content from other sites, no inline scripts or styles, and no framing by other sites.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

pub fn routes(api: Arc<Api>, log: Arc<RequestLog>) -> Router {
    let file = |kind, text| get(move || async move { ([(CONTENT_TYPE, kind)], text) });
    Router::new()
        .route("/", file("text/html;charset=UTF-8", HTML))
        .route("/emulator/page.css", file("text/css;charset=UTF-8", STYLE))
        .route(
            "/emulator/page.js",
            file("text/javascript;charset=UTF-8", SCRIPT),
        )
        .route("/emulator/icon.svg", file("image/svg+xml", ICON))
        .route("/emulator/overview", get(show_overview).with_state(api))
        .route("/emulator/requests", get(show_requests).with_state(log))
        .layer(from_fn(add_security_headers))
}

async fn show_overview(State(api): State<Arc<Api>>, request: Request) -> ApiResponse {
    let parameters = parameters(&request);
    let (service, reveal) = (
        parameters.integer("service"),
        reveals(&request, &parameters),
    );
    ApiResponse::document(overview(&api.state().snapshot(), service, reveal))
}

async fn show_requests(State(log): State<Arc<RequestLog>>, request: Request) -> ApiResponse {
    let parameters = parameters(&request);
    let after = parameters
        .integer("after")
        .and_then(|after| u64::try_from(after).ok());
    ApiResponse::document(log.after(after.unwrap_or_default(), reveals(&request, &parameters)))
}

fn parameters(request: &Request) -> Object {
    let query = request.uri().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into()))
        .collect()
}

/// Whether to show secrets: only on demand, and only to requests from this machine.
fn reveals(request: &Request, parameters: &Object) -> bool {
    let peer = request.extensions().get::<Peer>();
    let is_here = peer.is_some_and(|peer| peer.address.ip().to_canonical().is_loopback());
    is_here && parameters.text("reveal") == Some("true")
}

async fn add_security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
