//! The time of the last response.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// After a response within this time, the runtime need not poll its sockets again. Long enough for calls in immediate
/// succession, for which polling is a measurable cost, and much shorter than a round trip to another machine.
const RECENT: Duration = Duration::from_micros(50);

/// The time of the last response, for all handles that share connections.
pub(crate) struct LastResponse {
    epoch: Instant,
    /// Since the epoch; `u64::MAX` before the first response.
    microseconds: AtomicU64,
}

impl LastResponse {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_is_recent_for_less_than_a_round_trip() {
        let last = LastResponse::new();
        assert!(!last.is_recent(), "no response yet");
        last.record();
        std::thread::sleep(Duration::from_micros(100));
        assert!(!last.is_recent());
    }
}
