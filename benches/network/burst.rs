//! Bursts of concurrent calls.

use std::net::SocketAddr;
use std::time::Instant;

use cpu_time::ThreadTime;
use futures_util::future::join_all;

use super::client::{Client, KINDS};
use super::relay::Relay;
use super::{median, millis, server};

const ROUNDS: usize = 5;

pub fn compare(target: SocketAddr, authority: &str) {
    let relay = Relay::start(target, None);
    let url = relay.url();
    println!(
        "\n| | calls | CPU per call, cold | wall, cold | CPU per call, warm | wall, warm |\n|---|---|---|---|---|---|"
    );
    for calls in [100, 500] {
        let mut rounds: [Vec<[f64; 4]>; 3] = Default::default();
        for _ in 0..ROUNDS {
            for (kind, rounds) in KINDS.into_iter().zip(&mut rounds) {
                rounds.push(server::runtime().block_on(async {
                    let client = kind.client(&url, authority);
                    let cold = burst(&client, calls).await;
                    let warm = burst(&client, calls).await;
                    [cold.0, cold.1, warm.0, warm.1]
                }));
            }
        }
        for (kind, rounds) in KINDS.into_iter().zip(&rounds) {
            let [cpu, wall, warm_cpu, warm_wall] =
                [0, 1, 2, 3].map(|index| median(rounds.iter().map(|round| round[index])));
            println!(
                "| {} | {calls} | {cpu:.0} µs | {wall:.0} ms | {warm_cpu:.0} µs | {warm_wall:.0} ms |",
                kind.name()
            );
        }
    }
}

/// CPU time per call in µs, and wall time of all calls in ms.
async fn burst(client: &Client, calls: usize) -> (f64, f64) {
    let (begin, cpu) = (Instant::now(), ThreadTime::now());
    let answers = join_all((0..calls).map(|_| client.introspection())).await;
    assert!(
        answers.into_iter().all(|answered| answered),
        "the server answers"
    );
    (
        millis(cpu.elapsed()) * 1e3 / calls as f64,
        millis(begin.elapsed()),
    )
}
