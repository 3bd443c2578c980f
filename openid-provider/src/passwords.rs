//! Passwords: Argon2id. Verification takes as long for a user that does not exist.
//!
//! Replace `hash` and `verify` to use existing hashes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::available_parallelism;

use anyhow::{Context as _, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// The minimum length. The second factor is optional, and NIST SP 800-63B §3.1.1.2 requires 15 characters where the password is
/// the only factor.
///
/// Few common passwords are that long, so there is no blocklist. Add one if you allow shorter passwords.
pub const MIN_LENGTH: usize = 15;

/// The minimum number of different characters, against blanks alone and `aaaaaaaaaaaaaaa`.
const MIN_DISTINCT_CHARS: usize = 6;

/// The maximum length in bytes, which limits the work for a hash.
pub const MAX_BYTES: usize = 256;

/// Whether a new password meets the rules.
pub fn is_allowed(password: &str) -> bool {
    let different: BTreeSet<char> = password.chars().collect();
    password.chars().count() >= MIN_LENGTH
        && password.len() <= MAX_BYTES
        && different.len() >= MIN_DISTINCT_CHARS
}

/// Hashes and verifies passwords, as many at once as there are processors: each takes 19 MiB.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// The hash that is verified for unknown users.
    decoy: Arc<str>,
}

impl Passwords {
    pub async fn new() -> Result<Self> {
        let processors = available_parallelism().map_or(1, usize::from);
        let mut passwords = Self {
            permits: Arc::new(Semaphore::new(processors)),
            decoy: Arc::from(""),
        };
        passwords.decoy = passwords.hash("decoy password".to_owned()).await?.into();
        Ok(passwords)
    }

    /// The hash of a password, with its salt and its parameters.
    pub async fn hash(&self, password: String) -> Result<String> {
        let _permit = self.permits.acquire().await?;
        let hash = spawn_blocking(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string())
        });
        hash.await?
            .map_err(|error| anyhow::anyhow!("the password cannot be hashed: {error}"))
    }

    /// Whether the password is right. `hash` is `None` for a user that does not exist: it takes as long.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        if password.len() > MAX_BYTES {
            return Ok(false);
        }
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        let _permit = self.permits.acquire().await?;
        let is_right = spawn_blocking(move || {
            let hash = PasswordHash::new(&hash);
            hash.map(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            })
        });
        let is_right = is_right.await?;
        let is_right = is_right.map_err(|error| anyhow::anyhow!("{error}"));
        Ok(is_right.context("a hash in the database cannot be read")? && is_known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_that_is_short_or_repeats_itself_is_not_allowed() {
        for password in [
            "",
            "password",
            "12345678",
            "        ",
            "fourteen chars",
            "               ",
            "abababababababab",
        ] {
            assert!(!is_allowed(password), "{password:?}");
        }
        let long = "0123456789".repeat(26);
        assert!(!is_allowed(&long));
        for password in [
            "fifteen letters",
            "correct horse battery staple",
            "文章にすると覚えやすくなります",
        ] {
            assert!(is_allowed(password), "{password:?}");
        }
    }
}
