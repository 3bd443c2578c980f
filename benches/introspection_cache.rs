//! The cost of a hit in the introspection cache, compared with a copy from a `HashMap`, and the memory per token.
//!
//! `cargo bench --bench introspection_cache --features introspection-cache`

mod server;

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use authlete::types::IntrospectionRequest;
use authlete::{Authlete, Config, IntrospectionCache};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use cpu_time::ThreadTime;

/// The default capacity of a cache.
const TOKENS: usize = 10_000;
const HITS: u32 = 100_000;
const ROUNDS: usize = 11;

/// The client in the response.
const CLIENT_ID: i64 = 26_478_243_745_571;

/// The expiry in the response, which is in the past. Expired tokens are not cached.
const EXPIRED: &str = "1732291200000";
const ANSWER: &str = include_str!("overhead/introspection.json");

fn main() {
    let url = format!("http://{}", server::serve(app(), |listener| listener));
    let runtime = server::runtime();
    runtime.block_on(measure(&url));
}

async fn measure(url: &str) {
    let cache = IntrospectionCache::new()
        .max_age(Duration::from_secs(60 * 60))
        .max_tokens(2 * TOKENS);
    let api = Authlete::builder(Config::v3(url, 986_126_671, "access-token"))
        .introspection_cache(cache)
        .build()
        .expect("the configuration is complete");
    // The first calls open the connection and initialize lazy state.
    for number in 0..100 {
        ask(&api, &request(TOKENS + number)).await;
    }
    let before = resident();
    for number in 0..TOKENS {
        ask(&api, &request(number)).await;
    }
    let memory = (resident() - before) / TOKENS;
    let mut map = HashMap::new();
    for number in 0..TOKENS {
        let request = request(number);
        let response = api.cached_introspection(&request).await;
        let response = response.expect("the server answers");
        map.insert(request.token.expose().to_owned(), response);
    }
    println!(
        "| tokens | time per hit | baseline | ratio | memory per token |\n|---|---|---|---|---|"
    );

    // In scattered order, because neighbors would be in the CPU cache.
    let requests: Vec<_> = (0..TOKENS)
        .map(|number| request(number * 7919 % TOKENS))
        .collect();
    let many = format!("{TOKENS}, in scattered order");
    let memory = format!("{:.1} KB", memory as f64 / 1000.0);
    for (tokens, requests, memory) in [("1", &requests[..1], ""), (&many, &requests, &memory)] {
        // Both alternate, so that other load affects both.
        let mut rounds: [Vec<Duration>; 2] = Default::default();
        for _ in 0..ROUNDS {
            let start = ThreadTime::now();
            for request in requests.iter().cycle().take(HITS as usize) {
                ask(&api, request).await;
            }
            rounds[0].push(start.elapsed() / HITS);
            let start = ThreadTime::now();
            for request in requests.iter().cycle().take(HITS as usize) {
                let response = map.get(request.token.expose()).cloned();
                let response = response.expect("a response");
                assert_eq!(response.client_id, Some(CLIENT_ID));
            }
            rounds[1].push(start.elapsed() / HITS);
        }
        let [hit, baseline] = rounds.map(|mut rounds| {
            rounds.sort();
            rounds[ROUNDS / 2].as_secs_f64() * 1e6
        });
        println!(
            "| {tokens} | {hit:.1} µs | {baseline:.1} µs | {:.2} | {memory} |",
            hit / baseline
        );
    }
}

fn request(number: usize) -> IntrospectionRequest {
    let token = format!("a token of the usual length, forty-odd {number:05}");
    IntrospectionRequest::new(token).scopes(["openid"])
}

async fn ask(api: &Authlete, request: &IntrospectionRequest) {
    let response = api
        .cached_introspection(request)
        .await
        .expect("the server answers");
    assert_eq!(response.client_id, Some(CLIENT_ID));
}

/// The server keeps no state, so it does not add to the measured memory.
fn app() -> Router {
    let answer = ANSWER.replace(EXPIRED, "9999999999999");
    Router::new().fallback(move |request: axum::extract::Request| {
        let answer = answer.clone();
        async move {
            // Read to the end, so that the connection is reused.
            let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
            ([(CONTENT_TYPE, "application/json")], answer)
        }
    })
}

/// The resident set size of the process, in bytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kilobytes.expect("a number of kilobytes") * 1024
}
