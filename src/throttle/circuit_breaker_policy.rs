//! The policy of the circuit breakers.

use std::time::Duration;

/// All attempts of more than three calls have failed, so the failures are not caused by chance or by one caller.
const FAILURE_THRESHOLD: u32 = 10;

/// Long enough for a cluster to fail over, short enough to detect its recovery soon.
const OPEN_DURATION: Duration = Duration::from_secs(5);

/// One call is enough to detect that Authlete has recovered.
const HALF_OPEN_CALLS: u32 = 1;

/// When a circuit breaker opens, and for how long.
///
/// While a server is down, an immediate error is better for callers than a timeout, and reduces the load on the server.
/// Circuit breakers are disabled by default. If they are enabled, each category of operations
/// ([`Operation::category`](crate::Operation::category)) has its own: an outage of token management does not affect
/// introspection.
///
/// - Closed: it opens after [`failure_threshold`](Self::failure_threshold) consecutive failed attempts. Failures are: no
///   connection, a timeout, a broken connection, and a status from 500 to 599 except 501. Any other response, including
///   errors such as 400 or 429, shows that Authlete works and resets the count.
/// - Open: calls fail at once with [`Error::CircuitOpen`](crate::Error::CircuitOpen), which has the time until the next
///   trial. Nothing is sent, and the call is not retried.
/// - Half-open, after the [`open_duration`](Self::open_duration): [`half_open_calls`](Self::half_open_calls) calls are sent
///   as trials, the others still fail. The first successful trial closes it; a failed trial opens it again. If
///   trials take longer than the open duration, the same number of trials is sent again.
///
/// A call whose future is dropped counts neither as success nor as failure. Rely on the timeout of the handle to end calls
/// that take too long: timeouts count as failures.
///
/// All handles of one builder that call the same server share the circuit breakers. An attempt passes its
/// circuit breaker first, then the rate limiter ([`RateLimiterPolicy`](crate::RateLimiterPolicy)).
///
/// ```
/// use std::time::Duration;
/// use authlete::{Authlete, CircuitBreakerPolicy, Config};
///
/// # fn example(config: Config) -> authlete::Result<()> {
/// let circuit_breaker = CircuitBreakerPolicy::new()
///     .failure_threshold(20)
///     .open_duration(Duration::from_secs(2));
/// let api = Authlete::builder(config).circuit_breaker(circuit_breaker).build()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct CircuitBreakerPolicy {
    pub(super) failure_threshold: u32,
    pub(super) open_duration: Duration,
    pub(super) half_open_calls: u32,
}

impl CircuitBreakerPolicy {
    /// The defaults: opens after 10 failures, for 5 seconds, with 1 trial call.
    pub fn new() -> Self {
        Self {
            failure_threshold: FAILURE_THRESHOLD,
            open_duration: OPEN_DURATION,
            half_open_calls: HALF_OPEN_CALLS,
        }
    }

    /// The number of consecutive failed attempts that open it; 0 means 1. Default: 10, which is more than three calls with
    /// all their attempts.
    pub fn failure_threshold(mut self, failures: u32) -> Self {
        self.failure_threshold = failures.max(1);
        self
    }

    /// How long it stays open before a trial. Default: 5 seconds, in which a cluster can fail over.
    pub fn open_duration(mut self, duration: Duration) -> Self {
        self.open_duration = duration;
        self
    }

    /// The number of calls that are sent as trials while it is half-open; 0 means 1. Default: 1.
    pub fn half_open_calls(mut self, calls: u32) -> Self {
        self.half_open_calls = calls.max(1);
        self
    }
}

impl Default for CircuitBreakerPolicy {
    fn default() -> Self {
        Self::new()
    }
}
