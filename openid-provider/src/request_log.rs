//! The access log: method, route, status, duration and address of each request, and nothing of its content.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::app::App;

/// It has the route in place of the URL, which may contain codes and states.
pub async fn log(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let route: Option<&MatchedPath> = parts.extensions.get();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", method = %parts.method, route);
    let address = app.address(&parts);
    let begin = Instant::now();
    let response = next
        .run(Request::from_parts(parts, body))
        .instrument(span.clone());
    let response = response.await;
    let milliseconds = begin.elapsed().as_millis();
    let status = response.status().as_u16();
    tracing::info!(parent: &span, status, milliseconds, address, "request");
    response
}
