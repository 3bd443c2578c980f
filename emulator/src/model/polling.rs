//! How often a client may ask the token endpoint for a decision (RFC 8628 §3.5, CIBA Core 1.0 §7.3).

use serde::{Deserialize, Serialize};

use crate::clock::{Millis, after};

/// The default interval of the device flow, in seconds (RFC 8628 §3.2).
pub const DEVICE_FLOW: i64 = 5;
/// The default interval of CIBA, as in Authlete's published responses: a client may poll without waiting.
pub const BACKCHANNEL: i64 = 0;
/// The increase of the interval for each request that comes too early, in seconds (RFC 8628 §3.5).
const STEP: i64 = 5;

/// The polls of one client for one decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Polling {
    /// The shortest time between two requests, in seconds.
    pub interval: i64,
    last: Option<Millis>,
}

impl Polling {
    /// Polls at the interval of a setting, in seconds, where 0 means the default.
    pub fn of(interval: i64, default: i64) -> Self {
        let interval = match interval {
            1.. => interval,
            _ => default,
        };
        Self {
            interval,
            last: None,
        }
    }

    /// Records a request, and returns whether it came too early. If so, the interval becomes longer.
    pub fn is_too_early(&mut self, now: Millis) -> bool {
        let previous = self.last.replace(now);
        let too_early = previous.is_some_and(|previous| now < after(previous, self.interval));
        if too_early {
            self.interval = self.interval.saturating_add(STEP);
        }
        too_early
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_request_adds_5_seconds_to_the_interval() {
        let mut polling = Polling::of(0, DEVICE_FLOW);
        assert!(!polling.is_too_early(0));
        assert!(!polling.is_too_early(5_000));
        assert!(polling.is_too_early(9_999));
        assert_eq!(polling.interval, 10);
        assert!(polling.is_too_early(19_998));
        assert_eq!(polling.interval, 15);
        assert!(!polling.is_too_early(34_998));
    }
}
