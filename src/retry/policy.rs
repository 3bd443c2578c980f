//! The retry policy: how many attempts, and the delays between them.

use std::time::Duration;

use crate::ConfigError;

/// A failed attempt or two are met with another server of the cluster; what fails three times, fails.
const MAX_ATTEMPTS: u32 = 3;

/// Longer than most calls take, so that a server that is briefly overloaded gets a pause.
const BASE_DELAY: Duration = Duration::from_millis(100);

/// Short enough for a person who waits.
const MAX_DELAY: Duration = Duration::from_secs(2);

/// A third of the time that a call has by default: a connection that has gone silent is found out while there is time for
/// two more attempts. Authlete answers in well under a second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many attempts a call makes, and the delays between them: by default 3 attempts with exponential backoff and full
/// jitter (base 100 ms, at most 2 s).
///
/// A call is retried after a failure that may pass, and when that can do no harm:
///
/// - Whatever the operation, when the request certainly was not processed: there was no connection, or Authlete
///   refused it with 429.
/// - Operations that change nothing also after a broken connection, 408 (with which load balancers end idle
///   connections), 502, 503 and 504, and when the attempt took longer than its
///   [`attempt_timeout`](Self::attempt_timeout). Which ones these are is in the description,
///   [`Operation::repeatable`](crate::Operation::repeatable) tells, and so does the documentation of each method. The
///   others use up a code, a ticket or a token, or change something: they are not. Nor is a request with a DPoP proof of
///   your client, which is good for one use.
///
/// Between two attempts there is a random wait, up to [`base_delay`](Self::base_delay) after the first attempt, twice
/// that after the second, and so on up to [`max_delay`](Self::max_delay) ("full jitter": callers that failed together
/// do not come back together). If Authlete says how long to wait, by `Retry-After` (seconds or a date), or else, where no
/// calls are left, by `RateLimit-Reset` or `X-RateLimit-Reset` (seconds, or seconds since 1970), the random wait comes on
/// top of that.
///
/// All this happens within the timeout of the call: a wait that would go beyond it is not begun, the error comes at
/// once, and [`Error::retry_after`](crate::Error::retry_after) says how long to wait. Retries of all handles that came
/// from one builder share a budget, so that an outage is not multiplied: 100 retries in ten seconds, plus 20 % of the calls in
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
    pub(super) max_attempts: u32,
    pub(super) base_delay: Duration,
    pub(super) max_delay: Duration,
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

    /// One attempt, whatever happens.
    pub fn never() -> Self {
        Self::new().max_attempts(1)
    }

    /// How many attempts there are at most, the first one included; 0 means 1. Default: 3.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The longest wait after the first attempt; it doubles with each further one. Default: 100 milliseconds.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The longest wait after any attempt, unless Authlete asks for a longer one. Default: 2 seconds.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// How long an attempt may take when another one may follow it: at an operation that changes nothing, each but the last.
    /// That one, and the only one at any other operation, has what is left of the time of the call. Default: 10 seconds.
    /// Zero is refused when a handle gets the policy.
    ///
    /// Without a timeout of the handle, as with a [client of yours](crate::AuthleteBuilder::reqwest_client) that has one of
    /// its own, that client decides.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// An attempt without any time cannot succeed.
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
