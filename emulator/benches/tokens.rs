//! The cost of live tokens: introspections per second with a thousand and with a million of them, the memory of each, and the
//! time that an emulator takes to start.
//!
//! `cargo bench -p authlete-emulator --bench tokens`

mod common;

use std::sync::Arc;
use std::time::Instant;

use authlete::types::{
    GrantType, IntrospectionAction, IntrospectionRequest, TokenCreateAction, TokenCreateRequest,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use common::{make_calls, median};
use cpu_time::ProcessTime;

const FEW: usize = 1_000;
const MANY: usize = 1_000_000;
const IN_FLIGHT: usize = 32;
/// The emulators alternate, so that other load affects both; CPU time does not include it.
const ROUNDS: usize = 11;
const CALLS: u32 = 10_000;

fn main() {
    common::run(measure());
}

async fn measure() {
    let mut starts = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let emulator = Emulator::start().await;
        starts.push(start.elapsed());
        drop(emulator);
    }
    let start_time = median(starts);

    let few = Filled::with(FEW).await;
    let before = resident();
    let many = Filled::with(MANY).await;
    let grown = resident() - before;
    let mut times = [const { (Vec::new(), Vec::new()) }; 2];
    for _ in 0..ROUNDS {
        for (emulator, (wall, cpu)) in [&few, &many].into_iter().zip(&mut times) {
            let (start, used) = (Instant::now(), ProcessTime::now());
            emulator.introspect().await;
            wall.push(start.elapsed());
            cpu.push(used.elapsed());
        }
    }
    let [few, many] = times.map(|(wall, cpu)| {
        let rate = f64::from(CALLS) / median(wall).as_secs_f64();
        (rate, (median(cpu) / CALLS).as_secs_f64() * 1e6)
    });
    println!(
        "| live tokens | introspections/s | CPU time each | ratio | memory per token |\n|---|---|---|---|---|"
    );
    println!("| {FEW} | {:.0} | {:.1} µs | | |", few.0, few.1);
    println!(
        "| {MANY} | {:.0} | {:.1} µs | {:.2} | {} bytes |",
        many.0,
        many.1,
        many.1 / few.1,
        grown / MANY
    );
    println!("\nAn emulator starts in {start_time:.1?}.");
}

/// An emulator with tokens, each with a refresh token, two scopes and a separate user.
struct Filled {
    api: Arc<Authlete>,
    tokens: usize,
    _emulator: Emulator,
}

impl Filled {
    async fn with(tokens: usize) -> Self {
        let emulator = Emulator::start().await.expect("the emulator starts");
        let config = emulator.config(ApiVersion::V3);
        let api = Arc::new(Authlete::new(config).expect("the configuration is complete"));
        let client = emulator.client().id;
        let caller = Arc::clone(&api);
        make_calls(tokens, IN_FLIGHT, move |number| {
            let api = Arc::clone(&caller);
            async move {
                let request = TokenCreateRequest::new(GrantType::AuthorizationCode)
                    .client_id(client)
                    .access_token(name(number))
                    .subject(format!("user-{number}"))
                    .scopes(["read", "write"]);
                let created = api.token_create(&request).await.expect("an answer");
                assert_eq!(created.action, TokenCreateAction::Ok);
                assert!(created.refresh_token.is_some());
            }
        })
        .await;
        Self {
            api,
            tokens,
            _emulator: emulator,
        }
    }

    async fn introspect(&self) {
        let (caller, tokens) = (Arc::clone(&self.api), self.tokens);
        make_calls(CALLS as usize, IN_FLIGHT, move |number| {
            let api = Arc::clone(&caller);
            async move {
                // Scattered: neighbors would be in the CPU cache.
                let token = name(number.wrapping_mul(7919) % tokens);
                let request = IntrospectionRequest::new(token).scopes(["read"]);
                let answer = api.introspection(&request).await.expect("an answer");
                assert_eq!(answer.action, IntrospectionAction::Ok);
            }
        })
        .await;
    }
}

/// Derived from the number, because a list of tokens would count as memory of the emulator.
fn name(number: usize) -> String {
    format!("an access token with the number {number}")
}

/// The memory of this process that is in use.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has this file");
    let pages = statm.split_ascii_whitespace().nth(1);
    let pages: usize = pages.and_then(|pages| pages.parse().ok()).expect("pages");
    pages * 4096
}
