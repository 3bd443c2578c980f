//! Steady load, without the relay.

use std::net::SocketAddr;

use cpu_time::ThreadTime;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::client::{Client, KINDS};
use super::{median, millis, server};

const ROUNDS: usize = 15;
const CALLS: usize = 3000;
const IN_FLIGHT: usize = 64;

pub fn compare(target: SocketAddr, authority: &str) {
    let url = format!("https://{target}");
    // The clients run one after the other on this thread.
    let runtime = server::runtime();
    let clients = KINDS.map(|kind| kind.client(&url, authority));
    let mut rounds: Vec<[f64; 3]> = Vec::new();
    for _ in 0..=ROUNDS {
        let mut round = [0.0; 3];
        for (client, cost) in clients.iter().zip(&mut round) {
            *cost = runtime.block_on(measure(client));
        }
        rounds.push(round);
    }
    // The first round opens the connections.
    let rounds = &rounds[1..];
    println!("\n| | CPU per call | ratio of the SDK to it |\n|---|---|---|");
    for (index, kind) in KINDS.into_iter().enumerate() {
        println!(
            "| {} | {:.1} µs | {:.2} |",
            kind.name(),
            median(rounds.iter().map(|round| round[index])),
            median(rounds.iter().map(|round| round[0] / round[index])),
        );
    }
}

/// CPU time per call in µs.
async fn measure(client: &Client) -> f64 {
    let begin = ThreadTime::now();
    let mut running: FuturesUnordered<_> = (0..IN_FLIGHT).map(|_| client.introspection()).collect();
    for _ in IN_FLIGHT..CALLS {
        assert_eq!(running.next().await, Some(true));
        running.push(client.introspection());
    }
    while let Some(answered) = running.next().await {
        assert!(answered);
    }
    millis(begin.elapsed()) * 1e3 / CALLS as f64
}
