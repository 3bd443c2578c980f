//! A load balancer that closes idle connections.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::sleep;

use super::client::Client;
use super::relay::Relay;
use super::{ROUND_TRIP, server};

/// A hundredth of the usual 60 seconds.
const CLOSED_AFTER: Duration = Duration::from_millis(600);
const CLIENTS: u32 = 50;
const CALLS: u32 = 10;

pub fn compare(target: SocketAddr, authority: &str) {
    let relay = Relay::start(target, Some(CLOSED_AFTER));
    let url = relay.url();
    println!("\n| `pool_idle_timeout` | token calls | failed |\n|---|---|---|");
    for kept in [CLOSED_AFTER * 3 / 2, CLOSED_AFTER / 2] {
        let failed = server::runtime().block_on(async {
            let clients = (0..CLIENTS).map(|number| {
                let client =
                    Client::sdk(&url, authority, |builder| builder.pool_idle_timeout(kept));
                failures(client, number)
            });
            join_all(clients).await.into_iter().sum::<u32>()
        });
        println!(
            "| {} ms | {} | {failed} |",
            kept.as_millis(),
            CLIENTS * CALLS
        );
    }
}

/// The number of failed calls of a client that pauses between calls for about the idle timeout of the relay.
async fn failures(client: Client, number: u32) -> u32 {
    let mut failed = 0;
    for call in 0..CALLS {
        failed += u32::from(!client.token().await);
        // From two round trips before the timeout to one after it.
        let place = f64::from(number * CALLS + call) / f64::from(CLIENTS * CALLS);
        sleep(CLOSED_AFTER - ROUND_TRIP * 2 + (ROUND_TRIP * 3).mul_f64(place)).await;
    }
    failed
}
