//! Limits on wrong passwords.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::{Attempt, AttemptLimiter, TooManyAttempts};

/// The limit of an account from all addresses, and of an address for all accounts, as a multiple of the limit of both together.
const TOTAL: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Limits wrong passwords, by the account and the address of the browser.
///
/// | Counted by | Limit | Purpose |
/// |---|---|---|
/// | account and address | as configured | Against guessing. Nobody at another address can use up these attempts. |
/// | address | ten times as many | Against trying few passwords with many accounts. |
/// | account | ten times as many | Against guessing from many addresses. Someone who has that many can lock an account. |
///
/// ```
/// use authlete_axum::LoginLimiter;
///
/// # fn is_right(account: &str, password: &str) -> bool { true }
/// # fn main() -> Result<(), authlete_axum::TooManyAttempts> {
/// let limiter = LoginLimiter::default();
/// let attempt = limiter.begin("alice", "192.0.2.1".parse().ok())?;
/// if is_right("alice", "secret") {
///     attempt.take_back();
/// }
/// # Ok(()) }
/// ```
///
/// Like those of [`AttemptLimiter`], the limits are for each instance of a server, and memory is bounded.
#[derive(Debug, Clone)]
pub struct LoginLimiter {
    pairs: AttemptLimiter,
    addresses: AttemptLimiter,
    accounts: AttemptLimiter,
}

impl LoginLimiter {
    /// Allows this many wrong passwords per account and address in this time, which is that of [`AttemptLimiter::new`].
    pub fn new(attempts: NonZeroU32, time: Duration) -> Self {
        let total = attempts.saturating_mul(TOTAL);
        Self {
            pairs: AttemptLimiter::new(attempts, time),
            addresses: AttemptLimiter::new(total, time),
            accounts: AttemptLimiter::new(total, time),
        }
    }

    /// Counts a login before the password is checked, so that concurrent logins all count. [Take it back](Attempt::take_back)
    /// if the password is right, or could not be checked.
    ///
    /// Without an address, all logins of an account count together: anybody can use up its attempts.
    ///
    /// # Errors
    /// There were too many wrong passwords. This login does not count. As a response, the error is 429 with `Retry-After`.
    pub fn begin(
        &self,
        account: &str,
        address: Option<IpAddr>,
    ) -> Result<Attempt, TooManyAttempts> {
        let account = AttemptLimiter::account_key(account);
        let Some(address) = address.map(AttemptLimiter::address_key) else {
            return self.pairs.begin(&account);
        };
        self.addresses
            .begin(&address)?
            .and(&self.pairs, &format!("{address} {account}"))?
            .and(&self.accounts, &account)
    }
}

/// 10 wrong passwords in 15 minutes per account and address.
impl Default for LoginLimiter {
    fn default() -> Self {
        let attempts = NonZeroU32::MIN.saturating_add(9);
        Self::new(attempts, Duration::from_secs(15 * 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "192.0.2.1";
    const ELSEWHERE: &str = "198.51.100.7";
    const TIME: Duration = Duration::from_secs(60 * 60);

    fn limiter(attempts: u32) -> LoginLimiter {
        LoginLimiter::new(NonZeroU32::new(attempts).unwrap(), TIME)
    }

    fn begin(
        limiter: &LoginLimiter,
        account: &str,
        address: &str,
    ) -> Result<Attempt, TooManyAttempts> {
        limiter.begin(account, Some(address.parse().unwrap()))
    }

    #[test]
    fn wrong_passwords_from_elsewhere_do_not_lock_the_owner_out() {
        let limiter = limiter(3);
        for _ in 0..3 {
            assert!(begin(&limiter, "alice", ELSEWHERE).is_ok());
        }
        let refused = begin(&limiter, " Alice", ELSEWHERE).err().unwrap();
        let wait = refused.retry_after();
        assert!(wait > TIME / 4 && wait <= TIME / 3);
        assert!(begin(&limiter, "alice", HOME).is_ok());
        assert!(begin(&limiter, "bob", ELSEWHERE).is_ok());
    }

    #[test]
    fn right_passwords_do_not_count() {
        let limiter = limiter(3);
        for _ in 0..100 {
            begin(&limiter, "alice", HOME).unwrap().take_back();
        }
        for _ in 0..3 {
            assert!(begin(&limiter, "alice", HOME).is_ok());
        }
        assert!(begin(&limiter, "alice", HOME).is_err());
    }

    #[test]
    fn wrong_passwords_of_many_accounts_from_one_network_are_limited() {
        let limiter = limiter(1);
        let tries = (0..20).map(|n| begin(&limiter, &format!("user-{n}"), "2001:db8:0:1::a"));
        assert_eq!(tries.filter(Result::is_ok).count(), 10);
        assert!(begin(&limiter, "alice", "2001:db8:0:1:ffff::b").is_err());
        assert!(begin(&limiter, "alice", "2001:db8:0:2::a").is_ok());
        // A refused login does not count for the address.
        assert!(begin(&limiter, "bob", HOME).is_ok());
        for _ in 0..20 {
            assert!(begin(&limiter, "bob", HOME).is_err());
        }
        assert!(begin(&limiter, "carol", HOME).is_ok());
    }

    #[test]
    fn wrong_passwords_of_one_account_from_many_addresses_are_limited() {
        let limiter = limiter(2);
        let tries = (0..50).map(|n| begin(&limiter, "alice", &format!("192.0.2.{n}")));
        assert_eq!(tries.filter(Result::is_ok).count(), 20);
        assert!(begin(&limiter, "bob", HOME).is_ok());
    }

    #[test]
    fn logins_without_an_address_count_by_account() {
        let limiter = limiter(2);
        for _ in 0..2 {
            assert!(limiter.begin("alice", None).is_ok());
        }
        assert!(limiter.begin("Alice ", None).is_err());
        assert!(limiter.begin("bob", None).is_ok());
        assert!(begin(&limiter, "alice", HOME).is_ok());
    }
}
