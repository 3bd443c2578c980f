//! The overhead of the SDK per call, as a ratio to bare `reqwest` with hand-written structs: same server, same run.
//!
//! `cargo bench --bench overhead`

mod allocations;
mod layers;
mod plain;
#[path = "../server/mod.rs"]
mod server;

use authlete::types::IntrospectionRequest;
use authlete::{Authlete, Config};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use cpu_time::ThreadTime;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// The number of rounds. Both sides alternate, so that other load of the machine affects both equally.
const ROUNDS: usize = 21;

const INTROSPECTION: &str = include_str!("introspection.json");
const SERVICE: &str = include_str!("service.json");

fn main() {
    let url = format!("http://{}", server::serve(app(), |listener| listener));
    // Only the client runs on this thread, so the thread's CPU time and allocations are the client's.
    let runtime = server::runtime();
    println!("| | in flight | SDK | baseline | time | bytes |\n|---|---|---|---|---|---|");
    runtime.block_on(async {
        let sdk = Sdk::new(&url);
        let bare = Bare::new(&url);
        for in_flight in [1, 8, 64] {
            compare(
                "introspection",
                in_flight,
                2000,
                || sdk.introspection(),
                || bare.introspection(),
            )
            .await;
        }
        for in_flight in [1, 8, 64] {
            compare(
                "full service",
                in_flight,
                500,
                || sdk.service(),
                || bare.service(),
            )
            .await;
        }
        // Both go through the function in place of the HTTP client, so that they differ by the layers alone.
        let (layered, direct) = (Sdk::in_layers(&url, 4), Sdk::in_layers(&url, 0));
        for in_flight in [1, 8, 64] {
            compare(
                "four layers",
                in_flight,
                2000,
                || layered.introspection(),
                || direct.introspection(),
            )
            .await;
        }
    });
}

fn app() -> Router {
    Router::new().fallback(|request: axum::extract::Request| async move {
        let is_service = request.uri().path().ends_with("/service/get");
        // Read to the end, so that the connection is reused.
        let _ = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        (
            [(CONTENT_TYPE, "application/json")],
            if is_service { SERVICE } else { INTROSPECTION },
        )
    })
}

struct Sdk(Authlete);

impl Sdk {
    fn new(url: &str) -> Self {
        Self(
            Authlete::new(Config::v3(url, 986_126_671, "access-token"))
                .expect("the configuration is complete"),
        )
    }

    /// With a number of layers of `tower` between this crate and the HTTP client.
    fn in_layers(url: &str, layers: usize) -> Self {
        let config = Config::v3(url, 986_126_671, "access-token");
        let builder = Authlete::builder(config).transport(layers::transport(layers));
        Self(builder.build().expect("the configuration is complete"))
    }

    async fn introspection(&self) {
        let request =
            IntrospectionRequest::new("a token of the usual length, forty-odd characters")
                .scopes(["openid"]);
        let answer = self
            .0
            .introspection(&request)
            .await
            .expect("the server answers");
        assert_eq!(answer.client_id, Some(26_478_243_745_571));
    }

    async fn service(&self) {
        let service = self
            .0
            .get_service(986_126_671)
            .await
            .expect("the server answers");
        assert!(service.api_key.is_some());
    }
}

/// The same calls by hand.
struct Bare {
    client: reqwest::Client,
    introspection: String,
    service: String,
}

#[derive(Serialize)]
struct Introspect {
    token: String,
    scopes: Vec<String>,
}

impl Bare {
    fn new(url: &str) -> Self {
        Self {
            client: reqwest::Client::new(),
            introspection: format!("{url}/api/986126671/auth/introspection"),
            service: format!("{url}/api/986126671/service/get"),
        }
    }

    async fn introspection(&self) {
        let body = Introspect {
            token: "a token of the usual length, forty-odd characters".to_owned(),
            scopes: vec!["openid".to_owned()],
        };
        let request = self
            .client
            .post(&self.introspection)
            .bearer_auth("access-token")
            .json(&body);
        let response = request
            .send()
            .await
            .expect("the server answers")
            .error_for_status()
            .expect("with success");
        let answer: plain::Introspection = response.json().await.expect("the answer decodes");
        assert_eq!(answer.client_id, Some(26_478_243_745_571));
    }

    async fn service(&self) {
        let request = self.client.get(&self.service).bearer_auth("access-token");
        let response = request
            .send()
            .await
            .expect("the server answers")
            .error_for_status()
            .expect("with success");
        let service: plain::Service = response.json().await.expect("the answer decodes");
        assert!(service.api_key.is_some());
    }
}

/// The average cost of a call in a round.
struct Cost {
    micros: f64,
    bytes: f64,
}

async fn compare<A, B>(
    name: &str,
    in_flight: usize,
    calls: usize,
    sdk: impl Fn() -> A,
    bare: impl Fn() -> B,
) where
    A: Future<Output = ()>,
    B: Future<Output = ()>,
{
    // The first round opens the connections.
    let (mut sdk_costs, mut bare_costs) = (Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        sdk_costs.push(measure(in_flight, calls, &sdk).await);
        bare_costs.push(measure(in_flight, calls, &bare).await);
    }
    let (sdk_costs, bare_costs) = (sdk_costs.split_off(1), bare_costs.split_off(1));
    // The ratio is computed for each round, because the speed of the machine may vary between rounds.
    let ratios = sdk_costs
        .iter()
        .zip(&bare_costs)
        .map(|(sdk, bare)| sdk.micros / bare.micros);
    let [sdk, bare] =
        [&sdk_costs, &bare_costs].map(|costs| median(costs.iter().map(|cost| cost.micros)));
    let [sdk_bytes, bare_bytes] =
        [&sdk_costs, &bare_costs].map(|costs| median(costs.iter().map(|cost| cost.bytes)));
    println!(
        "| {name} | {in_flight} | {sdk:.1} µs | {bare:.1} µs | {:.2} | {:.2} |",
        median(ratios),
        sdk_bytes / bare_bytes,
    );
}

/// CPU time and allocations of this thread per call, with `in_flight` concurrent calls.
async fn measure<F: Future<Output = ()>>(
    in_flight: usize,
    calls: usize,
    call: impl Fn() -> F,
) -> Cost {
    let (start, allocated) = (ThreadTime::now(), allocations::of_this_thread());
    let mut running: FuturesUnordered<F> = (0..in_flight).map(|_| call()).collect();
    for _ in in_flight..calls {
        running.next().await;
        running.push(call());
    }
    while running.next().await.is_some() {}
    Cost {
        micros: start.elapsed().as_secs_f64() * 1e6 / calls as f64,
        bytes: (allocations::of_this_thread() - allocated) as f64 / calls as f64,
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
