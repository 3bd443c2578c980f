//! The emulator's clock, which tests can move.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, as Authlete counts.
pub type Millis = i64;

/// The maximum offset of the clock: a century, so that time arithmetic does not overflow.
pub const MAX_AHEAD: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The system time plus an offset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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

    pub fn ahead(&self) -> Duration {
        self.ahead
    }

    pub fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by).min(MAX_AHEAD);
    }
}

/// Adds seconds to a time. Saturates, since durations come from requests and can have any value.
pub fn after(start: Millis, seconds: i64) -> Millis {
    start.saturating_add(seconds.saturating_mul(1000))
}
