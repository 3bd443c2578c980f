//! A peer that vanishes silently under steady load.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::client::{Client, KINDS};
use super::relay::Relay;
use super::server;

const BEFORE: Duration = Duration::from_secs(2);
/// Longer than the TCP timeouts with the defaults of reqwest.
const AFTER: Duration = Duration::from_secs(35);
const BETWEEN_CALLS: Duration = Duration::from_millis(20);
/// Every fifth call must not be retried.
const TOKEN_EVERY: u32 = 5;

pub fn compare(target: SocketAddr, authority: &str) {
    println!(
        "\n| | longest time without an answer | slowest read | reads failed | slowest token call | token calls failed |\n|---|---|---|---|---|---|"
    );
    // All run concurrently, since they mostly wait.
    let running = KINDS.map(|kind| {
        let authority = authority.to_owned();
        thread::spawn(move || {
            let relay = Relay::start(target, None);
            let client = kind.client(&relay.url(), &authority);
            server::runtime().block_on(load(client, &relay))
        })
    });
    for (kind, calls) in KINDS.into_iter().zip(running) {
        let calls = calls.join().expect("the load runs");
        let (tokens, reads): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.is_token);
        println!(
            "| {} | {:.1} s | {:.1} s | {} | {:.1} s | {} |",
            kind.name(),
            longest_gap(&calls).as_secs_f64(),
            slowest(&reads).as_secs_f64(),
            failed(&reads),
            slowest(&tokens).as_secs_f64(),
            failed(&tokens),
        );
    }
}

struct Call {
    is_token: bool,
    began: Instant,
    ended: Instant,
    succeeded: bool,
}

/// Starts calls at a steady rate, independent of their duration.
async fn load(client: Client, relay: &Relay) -> Vec<Call> {
    let mut ticks = interval(BETWEEN_CALLS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut calls = Vec::new();
    let generate = async {
        for number in 0.. {
            ticks.tick().await;
            calls.push(tokio::spawn(call(
                client.clone(),
                number % TOKEN_EVERY == 0,
            )));
        }
    };
    let vanish = async {
        sleep(BEFORE).await;
        relay.vanish();
        sleep(AFTER).await;
    };
    tokio::select! {
        () = generate => {}
        () = vanish => {}
    }
    let mut ended = Vec::new();
    for call in calls {
        ended.push(call.await.expect("no call panics"));
    }
    ended
}

async fn call(client: Client, is_token: bool) -> Call {
    let began = Instant::now();
    let succeeded = match is_token {
        true => client.token().await,
        false => client.introspection().await,
    };
    Call {
        is_token,
        began,
        ended: Instant::now(),
        succeeded,
    }
}

fn longest_gap(calls: &[Call]) -> Duration {
    let mut answers: Vec<_> = calls
        .iter()
        .filter(|call| call.succeeded)
        .map(|call| call.ended)
        .collect();
    answers.sort();
    let gaps = answers.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.max().unwrap_or_default()
}

fn slowest(calls: &[&Call]) -> Duration {
    calls
        .iter()
        .map(|call| call.ended - call.began)
        .max()
        .unwrap_or_default()
}

fn failed(calls: &[&Call]) -> usize {
    calls.iter().filter(|call| !call.succeeded).count()
}
