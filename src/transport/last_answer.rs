//! When the runtime last delivered an answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A runtime that delivers answers has just looked at all of its sockets. Shorter than a round trip to another machine,
/// and long against the microseconds that a look costs.
const RECENT: Duration = Duration::from_millis(1);

/// When an answer came last, for all handles that share connections.
pub(crate) struct LastAnswer {
    epoch: Instant,
    /// Since the epoch; `u64::MAX` before the first answer.
    microseconds: AtomicU64,
}

impl LastAnswer {
    pub fn new() -> Self {
        Self {
            epoch: Instant::now(),
            microseconds: AtomicU64::new(u64::MAX),
        }
    }

    pub fn record(&self) {
        self.microseconds.store(self.now(), Ordering::Relaxed);
    }

    pub fn is_recent(&self) -> bool {
        let last = self.microseconds.load(Ordering::Relaxed);
        let age = self.now().checked_sub(last);
        age.is_some_and(|age| u128::from(age) < RECENT.as_micros())
    }

    fn now(&self) -> u64 {
        self.epoch
            .elapsed()
            .as_micros()
            .try_into()
            .unwrap_or(u64::MAX)
    }
}
