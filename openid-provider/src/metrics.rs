//! Counters and times of requests, for Prometheus.

use std::time::Instant;

use anyhow::Result;
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use http::Method;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "http_requests_total";
const SECONDS: &str = "http_request_duration_seconds";

/// Installs the recorder. Call it once in a process.
pub fn record() -> Result<PrometheusHandle> {
    let buckets = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
    ];
    let builder = PrometheusBuilder::new();
    let builder = builder.set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &buckets)?;
    Ok(builder.install_recorder()?)
}

/// Counts an action of a user. `outcome` has few values.
pub fn event(name: &'static str, outcome: &'static str) {
    metrics::counter!(name, "outcome" => outcome).increment(1);
}

/// The page that Prometheus reads.
pub fn router(handle: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(async move || handle.render()))
}

/// The label of a method. Unknown methods share one, since each label takes memory.
fn known(method: &Method) -> &str {
    const KNOWN: [Method; 7] = [
        Method::DELETE,
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::PATCH,
        Method::POST,
        Method::PUT,
    ];
    match KNOWN.contains(method) {
        true => method.as_str(),
        false => "other",
    }
}

/// Counts a request by its route. A path may contain secrets, and has any number of values.
pub async fn count(request: Request, next: Next) -> Response {
    let route: Option<&MatchedPath> = request.extensions().get();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let method = known(request.method()).to_owned();
    let begin = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let labels = [("route", route), ("method", method), ("status", status)];
    metrics::counter!(REQUESTS, &labels).increment(1);
    metrics::histogram!(SECONDS, &labels[..2]).record(begin.elapsed().as_secs_f64());
    response
}
