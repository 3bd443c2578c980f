//! Passwords: Argon2id, and as much time for users that do not exist.
//!
//! Replace `hash` and `verify` to use hashes that you have already.

use std::sync::Arc;
use std::thread::available_parallelism;

use anyhow::{Context as _, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// The shortest password (NIST SP 800-63B §3.1.1.2 has 15 where it is the only factor, and 8 beside another one).
pub const SHORTEST: usize = 8;

/// A longer one is refused, so that nobody can make the server hash a book.
pub const LONGEST: usize = 256;

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
