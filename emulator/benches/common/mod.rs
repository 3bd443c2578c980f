//! What the benchmarks share.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinSet;

/// Runs a benchmark with one worker thread for the client and one for the emulator.
pub fn run(measure: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(measure);
}

/// Makes calls with the numbers from 0 on, several at a time.
pub async fn make_calls<F: Future<Output = ()> + Send + 'static>(
    calls: usize,
    in_flight: usize,
    call: impl Fn(usize) -> F + Clone + Send + 'static,
) {
    let mut workers = JoinSet::new();
    for worker in 0..in_flight {
        let call = call.clone();
        workers.spawn(async move {
            for number in (worker..calls).step_by(in_flight) {
                call(number).await;
            }
        });
    }
    workers.join_all().await;
}

pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
