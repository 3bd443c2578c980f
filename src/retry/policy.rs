//! The retry policy: how many attempts, and the delays between them.

use std::time::Duration;

use crate::ConfigError;

/// Another server of the cluster usually responds to the second or third attempt; more rarely help.
const MAX_ATTEMPTS: u32 = 3;

/// Longer than most calls take, to relieve a server that is briefly overloaded.
const BASE_DELAY: Duration = Duration::from_millis(100);

/// Short enough for a waiting user.
const MAX_DELAY: Duration = Duration::from_secs(2);

/// A third of the default timeout of a call: a dead connection is detected while there is time for
/// two more attempts. Authlete responds in well under a second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// The number of attempts of a call, and the delays between them: by default 3 attempts with exponential backoff and full
/// jitter (base 100 ms, at most 2 s).
///
/// A call is retried after a transient failure, if that is safe:
///
/// - All operations are retried if the request certainly was not processed: there was no connection, or Authlete
///   rejected it with 429.
/// - Operations that change nothing are also retried after a broken connection, 408 (with which load balancers close idle
///   connections), 502, 503 and 504, and after the [`attempt_timeout`](Self::attempt_timeout). See
///   [`Operation::repeatable`](crate::Operation::repeatable) and the documentation of each method. The
///   other operations use up a code, a ticket or a token, or change something, and are not retried then. Nor is a request
///   with a DPoP proof of your client, which can be used only once.
///
/// The delay between two attempts is random, up to [`base_delay`](Self::base_delay) after the first attempt, twice
/// that after the second, and so on up to [`max_delay`](Self::max_delay) (full jitter, which spreads the retries of many
/// callers). If Authlete requests a delay, by `Retry-After` (seconds or a date) or, when no
/// calls are left, by `RateLimit-Reset` or `X-RateLimit-Reset` (seconds, or seconds since 1970), the random delay is
/// added to it.
///
/// Retries stay within the timeout of the call: if a delay would exceed it, the call fails at once, and
/// [`Error::retry_after`](crate::Error::retry_after) is the time to wait. All handles of one builder share a retry
/// budget, so that retries do not multiply the load in an outage: 100 retries in ten seconds, plus 20 % of the calls in
/// that time.
///
/// ```
/// use std::time::Duration;
/// use authlete::{Authlete, Config, RetryPolicy};
///
/// # fn example(config: Config) -> authlete::Result<()> {
/// let policy = RetryPolicy::new().max_attempts(5).max_delay(Duration::from_secs(1));
/// let api = Authlete::builder(config).retry(policy).build()?;
/// let once = api.with_retry(RetryPolicy::never())?; // another handle on the same connections
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) attempt_timeout: Duration,
}

impl RetryPolicy {
    /// The defaults: 3 attempts of at most 10 seconds each, exponential backoff with full jitter, base 100 milliseconds,
    /// at most 2 seconds.
    pub fn new() -> Self {
        Self {
            max_attempts: MAX_ATTEMPTS,
            base_delay: BASE_DELAY,
            max_delay: MAX_DELAY,
            attempt_timeout: ATTEMPT_TIMEOUT,
        }
    }

    /// No retries: one attempt only.
    pub fn never() -> Self {
        Self::new().max_attempts(1)
    }

    /// The maximum number of attempts, including the first one; 0 means 1. Default: 3.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The maximum delay after the first attempt; it doubles with each further attempt. Default: 100 milliseconds.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The maximum delay after any attempt, unless Authlete requests a longer one. Default: 2 seconds.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The timeout of each attempt but the last, for operations that change nothing. The last attempt, and all attempts of
    /// other operations, may take the remaining time of the call. Default: 10 seconds. A policy with zero is rejected when a
    /// handle is built.
    ///
    /// If the handle has no timeout, as with [your own client](crate::AuthleteBuilder::reqwest_client), the timeout of that
    /// client applies.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Rejects a zero timeout, with which no attempt could succeed.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        match self.attempt_timeout.is_zero() {
            true => Err(ConfigError::client(
                "attempt_timeout of the retry policy must not be zero",
            )),
            false => Ok(()),
        }
    }

    /// The delay after a number of attempts, with full jitter: `random` is from 0 to 1.
    pub(super) fn backoff(&self, attempts: u32, random: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let longest = self.base_delay.saturating_mul(1 << doublings);
        longest.min(self.max_delay).mul_f64(random)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}
