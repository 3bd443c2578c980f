//! The client on a network with latency, compared with bare `reqwest` with default features.
//!
//! `cargo bench --bench network`, or one part of it: `cargo bench --bench network -- burst`

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

use std::net::SocketAddr;
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
    let part = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let authority = tls::Authority::new();
    let listener = authority.listener();
    let server = server::serve(app(), listener);
    let authority = authority.pem();
    for (name, compare) in PARTS {
        if part.is_none_or(|part| part == name) {
            compare(server, &authority);
        }
    }
}

type Compare = fn(SocketAddr, &str);

const PARTS: &[(&str, Compare)] = &[
    ("cold", cold::compare),
    ("burst", burst::compare),
    ("steady", steady::compare),
    ("idle", idle::compare),
    #[cfg(target_os = "linux")]
    ("vanishing", vanishing::compare),
];

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
