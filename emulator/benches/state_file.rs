//! The cost of the state file: a call that changes the state is answered when its changes are in the file.
//!
//! `cargo bench -p authlete-emulator --bench state_file`

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use authlete::types::{GrantType, TokenCreateAction, TokenCreateRequest};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use common::{make_calls, median};

const ROUNDS: usize = 11;
const CALLS: usize = 1_000;

fn main() {
    common::run(measure());
}

async fn measure() {
    let directory = tempfile::tempdir().expect("a directory");
    let in_memory = Emulator::start().await.expect("the emulator starts");
    let in_file = Emulator::builder().state_file(directory.path().join("state"));
    let in_file = in_file.start().await.expect("the emulator starts");
    println!("| state file | in flight | created tokens/s | ratio |\n|---|---|---|---|");
    for in_flight in [1, 8, 64] {
        // The emulators alternate, so that other load affects both.
        let mut times = [const { Vec::new() }; 2];
        for _ in 0..ROUNDS {
            for (emulator, times) in [&in_memory, &in_file].into_iter().zip(&mut times) {
                times.push(create_tokens(emulator, in_flight).await);
            }
        }
        let times = times.map(|times| median(times).as_secs_f64() / CALLS as f64);
        for (name, time) in ["no", "yes"].into_iter().zip(times) {
            let (rate, ratio) = (1.0 / time, time / times[0]);
            println!("| {name} | {in_flight} | {rate:.0} | {ratio:.1} |");
        }
    }
}

/// The time of all calls together.
async fn create_tokens(emulator: &Emulator, in_flight: usize) -> Duration {
    let config = emulator.config(ApiVersion::V3);
    let api = Arc::new(Authlete::new(config).expect("the configuration is complete"));
    let client = emulator.client().id;
    let start = Instant::now();
    make_calls(CALLS, in_flight, move |_| create(Arc::clone(&api), client)).await;
    start.elapsed()
}

async fn create(api: Arc<Authlete>, client: i64) {
    let request = TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(client)
        .subject("alice")
        .scopes(["read"]);
    let created = api.token_create(&request).await.expect("an answer");
    assert_eq!(created.action, TokenCreateAction::Ok);
}
