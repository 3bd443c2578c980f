//! The users. A real server would use a database with password hashes (Argon2id).

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use authlete::server::{Consent, Session, StandardClaims};
use authlete_axum::authorization_server::BackchannelRequest;
use authlete_axum::{AttemptLimiter, TooManyAttempts};

/// The authentication context class (`acr`) of a password.
const PASSWORD: &str = "https://refeds.org/profile/sfa";

/// The authentication context class (`acr`) of a password with a one-time code.
const TWO_FACTORS: &str = "https://refeds.org/profile/mfa";

#[derive(Clone)]
pub struct Users {
    /// One-time codes by account: whoever sends one has the password.
    codes: AttemptLimiter,
    /// Consents by subject and client ID.
    consents: Arc<Mutex<HashMap<(String, i64), Consent>>>,
    /// Pending backchannel requests by subject.
    requests: Arc<Mutex<HashMap<String, BackchannelRequest>>>,
}

impl Users {
    pub fn new() -> Self {
        let ten = NonZeroU32::MIN.saturating_add(9);
        Self {
            codes: AttemptLimiter::new(ten, Duration::from_secs(15 * 60)),
            consents: Arc::default(),
            requests: Arc::default(),
        }
    }

    /// Checks the password. A correct one-time code is a second factor, and each code counts.
    pub fn check(
        &self,
        name: &str,
        password: &str,
        code: &str,
    ) -> Result<Option<Session>, TooManyAttempts> {
        let is_valid = matches!(
            (name, password),
            ("alice", "wonderland") | ("bob", "builder")
        );
        if !is_valid {
            return Ok(None);
        }
        if !code.is_empty() {
            self.codes.check(name)?;
        }
        let (acr, amr): (_, &[_]) = match code {
            "123456" => (TWO_FACTORS, &["pwd", "otp", "mfa"]),
            _ => (PASSWORD, &["pwd"]),
        };
        let now = UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
        let session = Session::new(name, now.cast_signed());
        Ok(Some(session.with_acr(acr).with_amr(amr.iter().copied())))
    }

    pub fn earlier_consent(&self, subject: &str, client_id: i64) -> Consent {
        let key = (subject.to_owned(), client_id);
        lock(&self.consents).get(&key).cloned().unwrap_or_default()
    }

    /// Stores the consent of a user, in addition to earlier consent.
    pub fn add_consent(&self, subject: &str, client_id: i64, consent: Consent) {
        let key = (subject.to_owned(), client_id);
        let mut consents = lock(&self.consents);
        let before = consents.remove(&key).unwrap_or_default();
        consents.insert(key, before.union(consent));
    }

    pub fn is_known(&self, name: &str) -> bool {
        matches!(name, "alice" | "bob")
    }

    pub fn claims(&self, subject: &str) -> Option<StandardClaims> {
        let user = |name| {
            StandardClaims::new()
                .name(name)
                .email(format!("{subject}@example.com"))
                .email_verified(true)
        };
        match subject {
            "alice" => Some(user("Alice").in_language("ja", StandardClaims::new().name("アリス"))),
            "bob" => Some(user("Bob")),
            _ => None,
        }
    }

    /// Shows a request on the phone of its user.
    pub fn show_request(&self, request: BackchannelRequest) {
        lock(&self.requests).insert(request.subject().to_owned(), request);
    }

    /// The pending request of a user.
    pub fn pending_request(&self, subject: &str) -> Option<BackchannelRequest> {
        lock(&self.requests).get(subject).cloned()
    }

    /// Removes and returns the pending request of a user, if it is the one with this page ID.
    pub fn take_request(&self, subject: &str, page_id: &str) -> Option<BackchannelRequest> {
        let mut requests = lock(&self.requests);
        let pending = requests.get(subject);
        pending.filter(|request| request.page_id() == page_id)?;
        requests.remove(subject)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
