//! The client on a network with latency, compared with bare `reqwest` with default features.
//!
//! `cargo bench --bench network`

mod burst;
mod client;
mod cold;
mod idle;
#[path = "../overhead/plain.rs"]
mod plain;
mod relay;
#[path = "../server/mod.rs"]
mod server;
mod steady;
mod tls;
#[cfg(target_os = "linux")]
mod vanishing;

use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;

const INTROSPECTION: &str = include_str!("../overhead/introspection.json");

/// The latency that the relay adds, as for a server on the same continent.
const ROUND_TRIP: Duration = Duration::from_millis(40);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, kind, url, authority] = &arguments[..] {
        return cold::child(mode, kind, url, authority);
    }
    let authority = tls::Authority::new();
    let listener = authority.listener();
    let server = server::serve(app(), listener);
    let authority = authority.pem();
    cold::compare(server, &authority);
    burst::compare(server, &authority);
    steady::compare(server, &authority);
    idle::compare(server, &authority);
    #[cfg(target_os = "linux")]
    vanishing::compare(server, &authority);
}

fn app() -> Router {
    Router::new().fallback(|request: axum::extract::Request| async move {
        // Read to the end, so that the connection is reused.
        let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        ([(CONTENT_TYPE, "application/json")], INTROSPECTION)
    })
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
