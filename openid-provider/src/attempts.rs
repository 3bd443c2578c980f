//! Limits for passwords and codes that somebody guesses. Only wrong ones count, in each instance of the server.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// In what time as many attempts come back as there are.
const TIME: Duration = Duration::from_secs(15 * 60);

/// How many times as many an address has as an account.
const ACCOUNTS_OF_ADDRESS: NonZeroU32 = NonZeroU32::new(6).unwrap();

/// How many counters a limit has. Beyond that, keys share them: memory is bounded, whatever keys are made up.
const COUNTERS: usize = 1 << 16;

/// There were too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyAttempts {
    pub wait: Duration,
}

/// The limits of logins, codes and sign-ups.
#[derive(Clone)]
pub struct Attempts {
    /// By account and address together: nobody can lock the owner of an account out from elsewhere.
    passwords: Limit,
    /// By account alone: a code has six digits, and who enters one knows the password.
    codes: Limit,
    addresses: Limit,
    sign_ups: Limit,
}

/// An attempt that is under way, and counts as a wrong one unless it is taken back.
#[must_use]
pub struct Attempt(Vec<(Limit, usize)>);

impl Attempts {
    pub fn new(attempts: NonZeroU32) -> Self {
        let of_address = attempts.saturating_mul(ACCOUNTS_OF_ADDRESS);
        Self {
            passwords: Limit::new(attempts),
            codes: Limit::new(attempts),
            addresses: Limit::new(of_address),
            sign_ups: Limit::new(of_address),
        }
    }

    /// Counts the password that somebody sends for an account. Two logins at the same time are both counted before either is
    /// checked.
    pub fn password(&self, account: &str, address: &str) -> Result<Attempt, TooManyAttempts> {
        let address = network(address);
        let account = format!("{} {address}", account.trim().to_lowercase());
        Self::take(&[(&self.addresses, &address), (&self.passwords, &account)])
    }

    /// Counts the code that somebody sends who knows the password of the user.
    pub fn code(&self, subject: &str, address: &str) -> Result<Attempt, TooManyAttempts> {
        Self::take(&[(&self.addresses, &network(address)), (&self.codes, subject)])
    }

    /// Counts a sign-up, so that nobody tries which names are taken.
    pub fn sign_up(&self, address: &str) -> Result<(), TooManyAttempts> {
        Self::take(&[(&self.sign_ups, &network(address))]).map(drop)
    }

    fn take(limits: &[(&Limit, &str)]) -> Result<Attempt, TooManyAttempts> {
        let mut attempt = Attempt(Vec::new());
        for (limit, key) in limits {
            match limit.take(key) {
                Ok(counter) => attempt.0.push(((*limit).clone(), counter)),
                Err(error) => {
                    attempt.take_back();
                    return Err(error);
                }
            }
        }
        Ok(attempt)
    }
}

impl Attempt {
    /// It was right, or could not be checked.
    pub fn take_back(self) {
        for (limit, counter) in self.0 {
            limit.put_back(counter);
        }
    }
}

/// So many attempts for each key, which come back one by one over the time.
#[derive(Clone)]
struct Limit {
    /// How long it takes until one comes back, in nanoseconds.
    period: u64,
    /// How long it takes until all are back.
    whole: u64,
    begin: Instant,
    hash: RandomState,
    /// For each counter, when all of its attempts are back: in nanoseconds after the beginning.
    full: Arc<[AtomicU64]>,
}

impl Limit {
    fn new(attempts: NonZeroU32) -> Self {
        let whole = u64::try_from(TIME.as_nanos()).unwrap_or(u64::MAX);
        Self {
            period: whole / u64::from(attempts.get()),
            whole,
            begin: Instant::now(),
            hash: RandomState::new(),
            full: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    fn take(&self, key: &str) -> Result<usize, TooManyAttempts> {
        self.take_at(key, self.begin.elapsed())
    }

    fn take_at(&self, key: &str, now: Duration) -> Result<usize, TooManyAttempts> {
        let counter = self.counter(key);
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let after = |full: u64| full.max(now).saturating_add(self.period);
        let last = now.saturating_add(self.whole);
        let taken = self.full[counter].fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full| {
            let after = after(full);
            (after <= last).then_some(after)
        });
        match taken {
            Ok(_) => Ok(counter),
            Err(full) => Err(TooManyAttempts {
                wait: Duration::from_nanos(after(full).saturating_sub(last)),
            }),
        }
    }

    fn put_back(&self, counter: usize) {
        self.full[counter].fetch_sub(self.period, Ordering::Relaxed);
    }

    fn counter(&self, key: &str) -> usize {
        let hash = self.hash.hash_one(key) % COUNTERS as u64;
        usize::try_from(hash).unwrap_or_default()
    }
}

/// What counts as one address. Whoever has an IPv6 address has all that begin with the same 64 bits.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|it| it.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(address) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "192.0.2.1";
    const ELSEWHERE: &str = "198.51.100.7";

    fn attempts(count: u32) -> Attempts {
        Attempts::new(NonZeroU32::new(count).unwrap())
    }

    #[test]
    fn wrong_passwords_from_elsewhere_do_not_lock_the_owner_out() {
        let attempts = attempts(3);
        for _ in 0..3 {
            assert!(attempts.password("alice", ELSEWHERE).is_ok());
        }
        let refused = attempts.password(" Alice", ELSEWHERE).err().unwrap();
        assert!(refused.wait > TIME / 4 && refused.wait <= TIME / 3);
        assert!(attempts.password("alice", HOME).is_ok());
        assert!(attempts.password("bob", ELSEWHERE).is_ok());
    }

    #[test]
    fn right_passwords_do_not_count() {
        let attempts = attempts(3);
        for _ in 0..100 {
            attempts.password("alice", HOME).unwrap().take_back();
        }
        for _ in 0..3 {
            assert!(attempts.password("alice", HOME).is_ok());
        }
        assert!(attempts.password("alice", HOME).is_err());
    }

    #[test]
    fn wrong_passwords_of_many_accounts_from_one_network_are_limited() {
        let attempts = attempts(1);
        let tries = (0..10).map(|n| attempts.password(&format!("user-{n}"), "2001:db8:0:1::a"));
        assert_eq!(tries.filter(Result::is_ok).count(), 6);
        assert!(attempts.password("alice", "2001:db8:0:1:ffff::b").is_err());
        assert!(attempts.password("alice", "2001:db8:0:2::a").is_ok());
        // What is refused takes nothing from the address.
        assert!(attempts.password("bob", HOME).is_ok());
        for _ in 0..20 {
            assert!(attempts.password("bob", HOME).is_err());
        }
        assert!(attempts.password("carol", HOME).is_ok());
    }

    #[test]
    fn wrong_codes_count_from_all_addresses_together() {
        let attempts = attempts(2);
        assert!(attempts.code("subject", HOME).is_ok());
        assert!(attempts.code("subject", ELSEWHERE).is_ok());
        assert!(attempts.code("subject", "203.0.113.9").is_err());
    }

    #[test]
    fn attempts_come_back_one_by_one() {
        let limit = Limit::new(NonZeroU32::new(3).unwrap());
        let take = |part: u32| limit.take_at("key", TIME * part / 3).is_ok();
        let at_once = (0..5).filter(|_| take(0)).count();
        assert_eq!(at_once, 3);
        assert!(take(1) && !take(1) && take(2) && !take(2));
        let later = (0..5).filter(|_| take(9)).count();
        assert_eq!(later, 3);
    }

    #[test]
    fn mapped_address_is_that_of_ipv4() {
        assert_eq!(network("::ffff:192.0.2.1"), network(HOME));
        assert_eq!(network("unknown"), "unknown");
    }
}
