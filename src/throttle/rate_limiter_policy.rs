//! The policy of the rate limiter.

use std::time::Duration;

/// The default burst is a tenth of the rate: with 90 calls per second and a burst of 9, no period of a second has more than
/// the 100 calls that Authlete allows an access token by default.
const BURST_SHARE: u32 = 10;

/// The number of calls per second that the client-side rate limiter permits. Authlete limits calls, to 100 per second for an
/// access token unless agreed otherwise, and returns 429 beyond that; the rate limiter delays calls instead. It is disabled
/// by default.
///
/// Excess calls are delayed, first come, first served; each attempt of a call counts. The timeout of the call includes the
/// delay: a call whose delay would exceed it fails at once with [`Error::Throttled`](crate::Error::Throttled), which has
/// the delay, and nothing is sent.
///
/// After an idle period a [`burst`](Self::burst) of calls is not delayed. Any one second has at most as many calls as the
/// rate and the burst together; choose the two so that their sum is within Authlete's limit. Instances of your server are
/// not coordinated: divide the rate among them.
///
/// All handles of one builder that call the same server share the rate, even for different services. If your
/// services have separate access tokens, and each should have the full rate, build a handle for each; they share
/// connections if you pass the same [`reqwest_client`](crate::AuthleteBuilder::reqwest_client) to them.
///
/// ```
/// use authlete::{Authlete, Config, RateLimiterPolicy};
///
/// # fn example(config: Config) -> authlete::Result<()> {
/// let api = Authlete::builder(config)
///     .rate_limiter(RateLimiterPolicy::per_second(90)) // and 9 at once after a pause: never more than 99 in a second
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RateLimiterPolicy {
    per_second: u32,
    burst: u32,
}

impl RateLimiterPolicy {
    /// A number of calls per second, with a burst of a tenth of it, at least one; 0 means 1.
    pub fn per_second(calls: u32) -> Self {
        Self {
            per_second: calls.max(1),
            burst: (calls / BURST_SHARE).max(1),
        }
    }

    /// The number of calls that are not delayed after an idle period; 0 means 1. Default: a tenth of the calls per second.
    ///
    /// With 1, calls are evenly spaced. Timers have a resolution of a millisecond, so two delayed calls may be one or two
    /// milliseconds closer, while the rate stays the same.
    pub fn burst(mut self, calls: u32) -> Self {
        self.burst = calls.max(1);
        self
    }

    /// The time between two evenly spaced calls.
    pub(super) fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.per_second
    }

    /// How much earlier than evenly spaced a call may be, as the last one of a burst is (the tolerance of GCRA).
    pub(super) fn tolerance(&self) -> Duration {
        self.interval().saturating_mul(self.burst - 1)
    }
}
