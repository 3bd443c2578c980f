//! The emulator's clock, which tests can move.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch, as Authlete counts.
pub type Millis = i64;

/// The system's time, and how far ahead of it the emulator is.
#[derive(Debug, Default)]
pub struct Clock {
    ahead: Duration,
}

impl Clock {
    pub fn now(&self) -> Millis {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .saturating_add(self.ahead);
        Millis::try_from(since_epoch.as_millis()).unwrap_or(Millis::MAX)
    }

    pub fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by);
    }
}

/// The time that is some seconds after another; durations come from requests, and may be of any size.
pub fn after(start: Millis, seconds: i64) -> Millis {
    start.saturating_add(seconds.saturating_mul(1000))
}
