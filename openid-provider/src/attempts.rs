//! Limits against guessing passwords and codes. Only wrong ones count, and each instance of the server counts for itself.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use authlete_axum::{Attempt, AttemptLimiter, LoginLimiter, TooManyAttempts};

/// The time after which all attempts are available again.
const PERIOD: Duration = Duration::from_secs(15 * 60);

/// The limit of codes and sign-ups of an address, as a multiple of the limit of an account.
const ACCOUNTS_OF_ADDRESS: NonZeroU32 = NonZeroU32::new(6).unwrap();

/// The limits of logins, codes and sign-ups.
#[derive(Clone)]
pub struct Attempts {
    passwords: LoginLimiter,
    /// By account, from all addresses: codes have six digits and can be entered only after the password.
    codes: AttemptLimiter,
    codes_of_address: AttemptLimiter,
    sign_ups_of_address: AttemptLimiter,
}

impl Attempts {
    pub fn new(attempts: NonZeroU32) -> Self {
        let of_address = attempts.saturating_mul(ACCOUNTS_OF_ADDRESS);
        Self {
            passwords: LoginLimiter::new(attempts, PERIOD),
            codes: AttemptLimiter::new(attempts, PERIOD),
            codes_of_address: AttemptLimiter::new(of_address, PERIOD),
            sign_ups_of_address: AttemptLimiter::new(of_address, PERIOD),
        }
    }

    /// Counts a password before it is checked: concurrent logins all count.
    pub fn password(
        &self,
        account: &str,
        address: Option<IpAddr>,
    ) -> Result<Attempt, TooManyAttempts> {
        self.passwords.begin(account, address)
    }

    /// Counts a code before it is checked.
    pub fn code(&self, subject: &str, address: Option<IpAddr>) -> Result<Attempt, TooManyAttempts> {
        let attempt = self.codes_of_address.begin(&network(address))?;
        attempt.and(&self.codes, subject)
    }

    /// Counts a sign-up, which reveals whether a name is taken.
    pub fn sign_up(&self, address: Option<IpAddr>) -> Result<(), TooManyAttempts> {
        self.sign_ups_of_address.check(&network(address))
    }
}

/// The key of an address. Browsers with unknown addresses count together.
fn network(address: Option<IpAddr>) -> String {
    address.map(AttemptLimiter::address_key).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts(count: u32) -> Attempts {
        Attempts::new(NonZeroU32::new(count).unwrap())
    }

    fn address(last: u8) -> Option<IpAddr> {
        Some([192, 0, 2, last].into())
    }

    #[test]
    fn wrong_codes_of_an_account_count_from_all_addresses_together() {
        let attempts = attempts(2);
        assert!(attempts.code("subject", address(1)).is_ok());
        assert!(attempts.code("subject", address(2)).is_ok());
        assert!(attempts.code("subject", address(3)).is_err());
    }

    #[test]
    fn wrong_codes_of_many_accounts_from_one_address_are_limited() {
        let attempts = attempts(1);
        let tries = (0..10).map(|n| attempts.code(&format!("subject-{n}"), address(1)));
        assert_eq!(tries.filter(Result::is_ok).count(), 6);
        assert!(attempts.code("subject", address(2)).is_ok());
    }

    #[test]
    fn sign_ups_from_unknown_addresses_count_together() {
        let attempts = attempts(1);
        let tries = (0..10).map(|_| attempts.sign_up(None));
        assert_eq!(tries.filter(Result::is_ok).count(), 6);
        assert!(attempts.sign_up(address(1)).is_ok());
    }
}
