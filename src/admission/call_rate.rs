//! How many calls a second are made.

use std::time::Duration;

/// The burst is this part of a second's calls: 90 calls a second, and 9 at once, are never more than the 100 that
/// Authlete allows an access token by default, whichever second is looked at.
const BURST_SHARE: u32 = 10;

/// How many calls a second are made at most. Authlete limits calls, to 100 a second for an access token unless agreed
/// otherwise, and answers 429 beyond; a limit on this side lets calls wait instead. There is none unless you ask for it.
///
/// Calls beyond that wait for their turn, first come, first served, and each attempt of a call needs one. The wait is
/// part of the call's timeout: when the turn would come after it, the call fails at once with
/// [`Error::NoTurn`](crate::Error::NoTurn), which says how long it would have waited, and nothing was sent.
///
/// After a pause some calls are made at once, the [`burst`](Self::burst). In any one second there are at most as many
/// calls as the rate and the burst together; choose the two so that their sum is within what Authlete allows. Instances
/// of your server do not know of one another: share the rate out among them.
///
/// All handles that came from one builder and call the same server share the rate, whatever their service. If your
/// services have access tokens of their own, and each is to have the whole rate, build a handle for each; they share
/// connections when you give them the same [`reqwest_client`](crate::AuthleteBuilder::reqwest_client).
///
/// ```
/// use authlete::{Authlete, CallRate, Config};
///
/// # fn example(config: Config) -> authlete::Result<()> {
/// let api = Authlete::builder(config)
///     .call_rate(CallRate::per_second(90)) // and 9 at once after a pause: never more than 99 in a second
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct CallRate {
    per_second: u32,
    burst: u32,
}

impl CallRate {
    /// A number of calls a second, and a tenth of it, but at least one, as the burst; 0 means 1.
    pub fn per_second(calls: u32) -> Self {
        Self {
            per_second: calls.max(1),
            burst: (calls / BURST_SHARE).max(1),
        }
    }

    /// How many calls are made at once after a pause; 0 means 1. Default: a tenth of the calls of a second.
    ///
    /// With 1 the calls keep their distance. Timers have milliseconds: two calls that wait may be closer than their
    /// distance by one or two, while the rate stays what it is.
    pub fn burst(mut self, calls: u32) -> Self {
        self.burst = calls.max(1);
        self
    }

    /// From one call to the next when they come evenly.
    pub(super) fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.per_second
    }

    /// How long before its time in an even sequence a call may come: the last one of a burst comes so early.
    pub(super) fn tolerance(&self) -> Duration {
        self.interval().saturating_mul(self.burst - 1)
    }
}
