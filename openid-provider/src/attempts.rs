//! Rate limits against guessing passwords and codes. Only wrong ones count, and each instance of the server counts for itself.

use std::num::NonZeroU32;
use std::time::Duration;

use authlete_axum::{Attempt, AttemptLimiter, TooManyAttempts};

/// The time after which all attempts are available again.
const PERIOD: Duration = Duration::from_secs(15 * 60);

/// The limit of an address as a multiple of the limit of an account.
const ACCOUNTS_OF_ADDRESS: NonZeroU32 = NonZeroU32::new(6).unwrap();

/// The limits of logins, codes and sign-ups.
#[derive(Clone)]
pub struct Attempts {
    /// By account and address together, so that nobody can lock a user out from another address.
    passwords: AttemptLimiter,
    /// By account alone: codes have six digits and can be entered only after the password.
    codes: AttemptLimiter,
    addresses: AttemptLimiter,
    sign_ups: AttemptLimiter,
}

impl Attempts {
    pub fn new(attempts: NonZeroU32) -> Self {
        let of_address = attempts.saturating_mul(ACCOUNTS_OF_ADDRESS);
        Self {
            passwords: AttemptLimiter::new(attempts, PERIOD),
            codes: AttemptLimiter::new(attempts, PERIOD),
            addresses: AttemptLimiter::new(of_address, PERIOD),
            sign_ups: AttemptLimiter::new(of_address, PERIOD),
        }
    }

    /// Counts a password before it is checked: concurrent logins all count.
    pub fn password(&self, account: &str, address: &str) -> Result<Attempt, TooManyAttempts> {
        let address = network(address);
        let account = format!("{} {address}", AttemptLimiter::account_key(account));
        self.addresses
            .begin(&address)?
            .and(&self.passwords, &account)
    }

    /// Counts a code before it is checked.
    pub fn code(&self, subject: &str, address: &str) -> Result<Attempt, TooManyAttempts> {
        let address = network(address);
        self.addresses.begin(&address)?.and(&self.codes, subject)
    }

    /// The keys of the user codes that a user enters (RFC 8628 §5.1).
    pub fn user_code(subject: &str, address: &str) -> [String; 2] {
        [
            format!("account {subject}"),
            format!("address {}", network(address)),
        ]
    }

    /// Counts a sign-up, which reveals whether a name is taken.
    pub fn sign_up(&self, address: &str) -> Result<(), TooManyAttempts> {
        self.sign_ups.check(&network(address))
    }
}

/// The key of an address. A proxy may send something else in its place.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(address) => AttemptLimiter::address_key(address),
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
        let wait = refused.retry_after();
        assert!(wait > PERIOD / 4 && wait <= PERIOD / 3);
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
        // A refused attempt does not count for the address.
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
    fn mapped_address_is_that_of_ipv4() {
        assert_eq!(network("::ffff:192.0.2.1"), network(HOME));
        assert_eq!(network("unknown"), "unknown");
    }
}
