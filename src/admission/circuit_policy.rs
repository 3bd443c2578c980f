//! When a circuit breaker opens, and for how long.

use std::time::Duration;

/// More than three calls that failed in all their attempts: neither chance nor the doing of one caller.
const FAILURES: u32 = 10;

/// Long enough for a cluster to fail over, short enough that its recovery is soon noticed.
const PAUSE: Duration = Duration::from_secs(5);

/// One call is enough to learn that Authlete is back, and the fewest that can fail.
const TRIALS: u32 = 1;

/// When a circuit breaker opens, and for how long.
///
/// A server that is down is not helped by calls, and callers are better off with an error at once than after a timeout.
/// There are no circuit breakers unless you ask for them. Then each category of operations
/// ([`Operation::category`](crate::Operation::category)) has one of its own: an outage of token management does not keep
/// resource servers from introspection.
///
/// - It opens when a number of attempts in a row have failed: no connection, a timeout, a broken connection, or a status
///   from 500 to 599 but 501. Any other answer, also a refusal or 429, shows that Authlete works, and the count begins
///   anew: where only some of the calls fail, retries help, and it stays closed.
/// - While it is open, calls fail at once with [`Error::CircuitOpen`](crate::Error::CircuitOpen), which says when it will
///   try again, and nothing is sent. A call that failed is not tried again.
/// - After the [`pause`](Self::pause) it is half open: a few calls are let through, its [`trials`](Self::trials), and the
///   others still fail. The first trial that succeeds closes it; one that fails opens it for another pause. When trials
///   take longer than a pause, as many again are let through.
///
/// A call whose future is dropped counts neither way: leave it to the timeout of the handle to end a call that takes too
/// long, and such calls count as failures.
///
/// All handles that came from one builder and call the same server share the circuit breakers. An attempt passes its
/// circuit breaker first, and then waits for its turn when there is a [`CallRate`](crate::CallRate).
///
/// ```
/// use std::time::Duration;
/// use authlete::{Authlete, CircuitPolicy, Config};
///
/// # fn example(config: Config) -> authlete::Result<()> {
/// let circuit_breaker = CircuitPolicy::new().failures(20).pause(Duration::from_secs(2));
/// let api = Authlete::builder(config).circuit_breaker(circuit_breaker).build()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct CircuitPolicy {
    pub(super) failures: u32,
    pub(super) pause: Duration,
    pub(super) trials: u32,
}

impl CircuitPolicy {
    /// The defaults: 10 failures, 5 seconds, 1 trial.
    pub fn new() -> Self {
        Self {
            failures: FAILURES,
            pause: PAUSE,
            trials: TRIALS,
        }
    }

    /// How many attempts in a row have to fail; 0 means 1. Default: 10, which is more than three calls with all their
    /// attempts.
    pub fn failures(mut self, failures: u32) -> Self {
        self.failures = failures.max(1);
        self
    }

    /// How long no calls are made before the next trial. Default: 5 seconds, in which a cluster can fail over.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// How many calls are let through after a pause; 0 means 1. Default: 1.
    pub fn trials(mut self, trials: u32) -> Self {
        self.trials = trials.max(1);
        self
    }
}

impl Default for CircuitPolicy {
    fn default() -> Self {
        Self::new()
    }
}
