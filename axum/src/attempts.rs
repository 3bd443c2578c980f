//! Rate limits against guessing of passwords and codes.

use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

/// The maximum number of counters. Keys are hashed to counters, so memory is bounded.
const COUNTERS: u64 = 1 << 18;

/// The limiter counts nanoseconds in a `u64`, which would overflow for much longer times.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Limits attempts to guess a secret, such as a password or a code.
///
/// The attempts of each key are counted separately. Use the account as one key and the client address as another one. This
/// limits both many attempts on one account and single attempts on many accounts. [`address_key`](Self::address_key) is the key
/// of an address, and [`account_key`](Self::account_key) that of an account. Behind a proxy, take the address from the header
/// that your proxy sets.
///
/// Attempts are counted in this process: with several instances behind a load balancer, each instance allows the full limit.
/// Memory is bounded, even if an attacker makes up keys: there are at most 262,144 counters, and keys with the same hash
/// share one. The hash is seeded randomly for each limiter.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::time::Duration;
/// use authlete_axum::AttemptLimiter;
///
/// # fn main() -> Result<(), authlete_axum::TooManyAttempts> {
/// let logins = AttemptLimiter::new(NonZeroU32::new(5).unwrap(), Duration::from_secs(15 * 60));
/// logins.check("account:alice")?;
/// logins.check("address:192.0.2.1")?;
/// # Ok(()) }
/// ```
///
/// An attempt that was started with [`begin`](Self::begin) can be taken back if it turns out to be correct.
#[derive(Clone)]
pub struct AttemptLimiter {
    limiter: Arc<RateLimiter<u64, Counters, Clock, NoOpMiddleware<Instant>>>,
    /// Shared with `limiter`.
    counters: Counters,
    period: Duration,
    hash: RandomState,
}

#[cfg(not(test))]
type Clock = governor::clock::DefaultClock;
#[cfg(test)]
type Clock = governor::clock::FakeRelativeClock;

type Instant = <Clock as governor::clock::Clock>::Instant;

/// The counters of the limiter. Kept to take back an attempt.
#[derive(Clone, Default)]
struct Counters(Arc<DashMapStateStore<u64>>);

impl StateStore for Counters {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(key, decide)
    }
}

/// An attempt that counts, unless it is taken back. See [`AttemptLimiter::begin`].
#[must_use = "take it back if the attempt was correct"]
pub struct Attempt(Vec<Counted>);

/// The count of an attempt in one limiter.
struct Counted {
    counters: Counters,
    counter: u64,
    period: Duration,
}

impl Attempt {
    /// Counts the attempt in another limiter, too.
    ///
    /// ```
    /// # fn example() -> Result<(), authlete_axum::TooManyAttempts> {
    /// # use authlete_axum::AttemptLimiter;
    /// # let (addresses, accounts) = (AttemptLimiter::default(), AttemptLimiter::default());
    /// let attempt = addresses.begin("192.0.2.1")?.and(&accounts, "alice")?;
    /// # attempt.take_back();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// There were too many attempts in the other limiter. The attempt then counts in none.
    pub fn and(mut self, limiter: &AttemptLimiter, key: &str) -> Result<Self, TooManyAttempts> {
        match limiter.begin(key) {
            Ok(attempt) => {
                self.0.extend(attempt.0);
                Ok(self)
            }
            Err(refused) => {
                self.take_back();
                Err(refused)
            }
        }
    }

    /// Removes the attempt from the count, because it was correct or could not be checked.
    pub fn take_back(self) {
        self.0.into_iter().for_each(Counted::take_back);
    }
}

impl Counted {
    fn take_back(self) {
        let decide = |end: Option<Nanos>| {
            let end = end.unwrap_or(Nanos::from(0));
            Ok::<_, Infallible>(((), end.saturating_sub(self.period.into())))
        };
        match self.counters.measure_and_replace(&self.counter, decide) {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Attempt").finish_non_exhaustive()
    }
}

impl AttemptLimiter {
    /// Allows this many attempts per key in this time. Used attempts are restored one by one, evenly over the time. A time
    /// of zero counts as one second, and a time over ten years as ten years.
    pub fn new(attempts: NonZeroU32, time: Duration) -> Self {
        let time = match time.is_zero() {
            true => Duration::from_secs(1),
            false => time.min(LONGEST),
        };
        let period = (time / attempts.get()).max(Duration::from_nanos(1));
        // `None` only for a period of zero.
        let quota = Quota::with_period(period)
            .unwrap_or(Quota::per_second(attempts))
            .allow_burst(attempts);
        let counters = Counters::default();
        Self {
            limiter: Arc::new(RateLimiter::new(quota, counters.clone(), Clock::default())),
            counters,
            period,
            hash: RandomState::new(),
        }
    }

    /// The key of a client address: for IPv6 the /64 prefix, since a host can use any address in it.
    pub fn address_key(address: IpAddr) -> String {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            IpAddr::V4(address) => address.to_string(),
        }
    }

    /// The key of an account name: a name is the same account in any case, and with spaces around it.
    pub fn account_key(name: &str) -> String {
        name.trim().to_lowercase()
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// There were too many attempts. This one is not counted. As a response, the error is 429 with `Retry-After`.
    pub fn check(&self, key: &str) -> Result<(), TooManyAttempts> {
        self.begin(key).map(drop)
    }

    /// Counts an attempt that can be [taken back](Attempt::take_back) if it turns out to be correct. It counts from the
    /// start, so concurrent attempts cannot exceed the limit.
    ///
    /// # Errors
    /// The same as [`check`](Self::check).
    pub fn begin(&self, key: &str) -> Result<Attempt, TooManyAttempts> {
        let counter = self.hash.hash_one(key) % COUNTERS;
        match self.limiter.check_key(&counter) {
            Ok(()) => Ok(Attempt(vec![Counted {
                counters: self.counters.clone(),
                counter,
                period: self.period,
            }])),
            Err(refused) => Err(TooManyAttempts {
                wait: refused.wait_time_from(self.limiter.clock().now()),
            }),
        }
    }
}

/// 5 attempts in 5 minutes, for logins.
impl Default for AttemptLimiter {
    fn default() -> Self {
        Self::new(
            NonZeroU32::MIN.saturating_add(4),
            Duration::from_secs(5 * 60),
        )
    }
}

impl fmt::Debug for AttemptLimiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AttemptLimiter")
            .finish_non_exhaustive()
    }
}

/// There were too many attempts. As a response, this is 429 with `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; the next one is allowed in {} s", self.seconds())]
pub struct TooManyAttempts {
    wait: Duration,
}

impl TooManyAttempts {
    /// How long to wait before the next attempt.
    pub fn retry_after(&self) -> Duration {
        self.wait
    }

    /// Whole seconds, rounded up.
    fn seconds(&self) -> u64 {
        self.wait.as_secs() + u64::from(self.wait.subsec_nanos() > 0)
    }
}

impl IntoResponse for TooManyAttempts {
    fn into_response(self) -> Response {
        let wait = HeaderValue::from(self.seconds());
        (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, wait)]).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn limiter(attempts: u32) -> AttemptLimiter {
        AttemptLimiter::new(NonZeroU32::new(attempts).unwrap(), HOUR)
    }

    #[test]
    fn attempts_over_the_limit_are_refused_only_for_the_same_key() {
        let limiter = limiter(3);
        for _ in 0..3 {
            limiter.check("alice").unwrap();
        }
        let refused = limiter.check("alice").unwrap_err();
        let wait = refused.retry_after();
        assert!(wait > HOUR / 4 && wait <= HOUR / 3, "{wait:?}");
        limiter.check("bob").unwrap();
        let response = refused.into_response();
        assert_eq!(response.status(), 429);
        let seconds: u64 = response.headers()[RETRY_AFTER]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((900..=1200).contains(&seconds), "{seconds}");
    }

    #[test]
    fn attempt_that_is_taken_back_does_not_count() {
        let limiter = limiter(3);
        for _ in 0..100 {
            limiter.begin("alice").unwrap().take_back();
        }
        for _ in 0..3 {
            limiter.check("alice").unwrap();
        }
        limiter.begin("alice").unwrap_err();
        // Taking back an attempt does not raise the limit.
        let limiter = self::limiter(2);
        limiter.begin("bob").unwrap().take_back();
        let allowed = (0..5).filter(|_| limiter.check("bob").is_ok());
        assert_eq!(allowed.count(), 2);
    }

    #[test]
    fn attempt_that_a_second_limiter_refuses_counts_in_neither() {
        let (addresses, accounts) = (limiter(2), limiter(1));
        let attempt = |account| addresses.begin("address")?.and(&accounts, account);
        let alice = attempt("alice").unwrap();
        for _ in 0..10 {
            attempt("alice").unwrap_err();
        }
        let _ = attempt("bob").unwrap();
        attempt("carol").unwrap_err();
        alice.take_back();
        let _ = attempt("alice").unwrap();
    }

    #[test]
    fn attempts_are_restored_one_by_one() {
        let limiter = limiter(3);
        let try_once = || limiter.check("key").is_ok();
        let wait_a_third = || limiter.limiter.clock().advance(HOUR / 3);
        assert_eq!((0..5).filter(|_| try_once()).count(), 3);
        wait_a_third();
        assert!(try_once() && !try_once());
        wait_a_third();
        assert!(try_once() && !try_once());
        limiter.limiter.clock().advance(HOUR * 7 / 3);
        assert_eq!((0..5).filter(|_| try_once()).count(), 3);
    }

    #[test]
    fn addresses_of_one_network_have_one_key() {
        let key = |address: &str| AttemptLimiter::address_key(address.parse().unwrap());
        assert_eq!(key("192.0.2.1"), "192.0.2.1");
        assert_eq!(key("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(key("2001:db8:0:1::a"), key("2001:db8:0:1:ffff::b"));
        assert_ne!(key("2001:db8:0:1::a"), key("2001:db8:0:2::a"));
    }

    #[test]
    fn longest_time_still_limits_attempts() {
        let limiter = AttemptLimiter::new(NonZeroU32::new(3).unwrap(), Duration::MAX);
        let allowed = (0..5).filter(|_| limiter.check("alice").is_ok());
        assert_eq!(allowed.count(), 3);
    }

    #[test]
    fn memory_is_bounded_for_any_number_of_keys() {
        let limiter = limiter(5);
        for number in 0..2 * COUNTERS {
            let _ = limiter.check(&format!("made-up-{number}"));
        }
        let counters = limiter.counters.0.len() as u64;
        assert!(counters <= COUNTERS, "{counters}");
    }
}
