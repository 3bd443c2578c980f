//! The policy of the rate limiter.

use std::time::Duration;

/// The burst is this part of a second's calls: 90 calls a second, and 9 at once, are never more than the 100 that
/// Authlete allows an access token by default, whichever second is looked at.
const BURST_SHARE: u32 = 10;

/// How many calls per second the client-side rate limiter lets through. Authlete limits calls, to 100 per second for an
/// access token unless agreed otherwise, and answers 429 beyond that; the rate limiter delays calls instead. It is off by
/// default.
///
/// Excess calls are delayed, first come, first served; each attempt of a call counts. The delay is part of the call's
/// timeout: a call whose delay would exceed it fails at once with [`Error::Throttled`](crate::Error::Throttled), which has
/// the delay, and nothing is sent.
///
/// After an idle period a [`burst`](Self::burst) of calls is not delayed. Any one second has at most as many calls as the
/// rate and the burst together; choose the two so that their sum is within Authlete's limit. Instances of your server do
/// not know of one another: divide the rate among them.
///
/// All handles that came from one builder and call the same server share the rate, whatever their service. If your
/// services have access tokens of their own, and each is to have the whole rate, build a handle for each; they share
/// connections when you give them the same [`reqwest_client`](crate::AuthleteBuilder::reqwest_client).
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
    /// A number of calls per second, with a tenth of it, at least one, as the burst; 0 means 1.
    pub fn per_second(calls: u32) -> Self {
        Self {
            per_second: calls.max(1),
            burst: (calls / BURST_SHARE).max(1),
        }
    }

    /// How many calls are not delayed after an idle period; 0 means 1. Default: a tenth of the calls per second.
    ///
    /// With 1 the calls are evenly spaced. Timers have a resolution of a millisecond: two delayed calls may be closer by one
    /// or two, while the rate stays the same.
    pub fn burst(mut self, calls: u32) -> Self {
        self.burst = calls.max(1);
        self
    }

    /// Between two evenly spaced calls.
    pub(super) fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.per_second
    }

    /// How much earlier than evenly spaced a call may come, as the last one of a burst does (the tolerance of GCRA).
    pub(super) fn tolerance(&self) -> Duration {
        self.interval().saturating_mul(self.burst - 1)
    }
}
