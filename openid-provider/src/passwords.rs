//! Passwords: Argon2id, and as much time for users that do not exist.
//!
//! Replace `hash` and `verify` to use hashes that you have already.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::available_parallelism;

use anyhow::{Context as _, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// The shortest password: a second factor is a choice of the user, and where the password is the only factor, NIST SP 800-63B
/// §3.1.1.2 has 15 characters.
///
/// Of the passwords that people choose most and guess first, few are as long. So there is no list of them here: one that is
/// short misses too many, and one that is long has to be kept up to date. Where a shorter password must do, add such a list.
pub const SHORTEST: usize = 15;

/// How many different characters it has at least: neither blanks alone nor `aaaaaaaaaaaaaaa`.
const DIFFERENT: usize = 6;

/// A longer one is refused, so that nobody can make the server hash a book.
pub const LONGEST: usize = 256;

/// Whether somebody may choose this password.
pub fn is_allowed(password: &str) -> bool {
    let different: BTreeSet<char> = password.chars().collect();
    password.chars().count() >= SHORTEST
        && password.len() <= LONGEST
        && different.len() >= DIFFERENT
}

/// Hashes and verifies passwords, as many at once as there are processors: each takes 19 MiB.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// The hash of a password that nobody has.
    decoy: Arc<str>,
}

impl Passwords {
    pub async fn new() -> Result<Self> {
        let processors = available_parallelism().map_or(1, usize::from);
        let mut passwords = Self {
            permits: Arc::new(Semaphore::new(processors)),
            decoy: Arc::from(""),
        };
        passwords.decoy = passwords.hash("nobody has this".to_owned()).await?.into();
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

    /// Whether the password is right. `hash` is `None` for a user that does not exist: the answer takes as long.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        if password.len() > LONGEST {
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
