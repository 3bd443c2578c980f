//! The users. A real server would use a database with password hashes (Argon2id).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use authlete::server::{Consent, Session, StandardClaims};
use authlete_axum::authorization_server::BackchannelRequest;
use authlete_axum::{Attempt, AttemptLimiter, TooManyAttempts};
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

/// The authentication context class (`acr`) of a password.
const PASSWORD: &str = "https://refeds.org/profile/sfa";

/// The authentication context class (`acr`) of a password with a one-time code.
const TWO_FACTORS: &str = "https://refeds.org/profile/mfa";

#[derive(Clone)]
pub struct Users {
    /// Wrong passwords by account and address together: nobody can lock a user out from elsewhere.
    passwords: AttemptLimiter,
    /// Wrong passwords by address, for all accounts.
    addresses: AttemptLimiter,
    /// One-time codes by account alone: whoever sends one has the password.
    codes: AttemptLimiter,
    /// Previous consents by subject and client ID.
    consents: Arc<Mutex<HashMap<(String, i64), Consent>>>,
    /// Pending backchannel requests by subject.
    requests: Arc<Mutex<HashMap<String, BackchannelRequest>>>,
}

/// A login, stored in the browser session.
#[derive(Clone, Serialize, Deserialize)]
pub struct Login {
    pub subject: String,
    /// The session ID that clients receive (claim `sid`).
    pub id: String,
    auth_time: u64,
    has_second_factor: bool,
}

impl Users {
    pub fn new() -> Self {
        let ten = NonZeroU32::MIN.saturating_add(9);
        let time = Duration::from_secs(15 * 60);
        Self {
            passwords: AttemptLimiter::new(ten, time),
            addresses: AttemptLimiter::new(ten.saturating_mul(ten), time),
            codes: AttemptLimiter::new(ten, time),
            consents: Arc::default(),
            requests: Arc::default(),
        }
    }

    /// Counts a password before it is checked. Take the attempt back when it is right.
    pub fn attempt(&self, request: &Parts, name: &str) -> Result<Attempt, TooManyAttempts> {
        // Behind a proxy, read the client address from the header that the proxy sets.
        let address = request.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = address.map(|it| it.0.ip());
        let attempt = self.addresses.begin(&format!("{address:?}"))?;
        attempt.and(&self.passwords, &format!("{name} {address:?}"))
    }

    /// Checks the password. A correct one-time code is a second factor, and each code counts.
    pub fn log_in(
        &self,
        name: &str,
        password: &str,
        code: &str,
    ) -> Result<Option<Login>, TooManyAttempts> {
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
        let auth_time = UNIX_EPOCH.elapsed().unwrap_or_default();
        Ok(Some(Login {
            subject: name.to_owned(),
            id: tower_sessions::session::Id::default().to_string(),
            auth_time: auth_time.as_secs(),
            has_second_factor: code == "123456",
        }))
    }

    /// The session of a logged-in user, with previous consent for a client.
    pub fn session(&self, login: &Login, client: Option<i64>) -> Session {
        let time = i64::try_from(login.auth_time).unwrap_or_default();
        let (acr, amr): (_, &[_]) = match login.has_second_factor {
            true => (TWO_FACTORS, &["pwd", "otp", "mfa"]),
            false => (PASSWORD, &["pwd"]),
        };
        let session = Session::new(&login.subject, time)
            .acr(acr)
            .amr(amr.iter().copied())
            .id(&login.id);
        let key = (login.subject.clone(), client.unwrap_or_default());
        match lock(&self.consents).get(&key) {
            Some(consent) => session.consented_before(consent.clone()),
            None => session,
        }
    }

    /// Stores the consent of a user, in addition to previous consent.
    pub fn remember(&self, subject: &str, client: Option<i64>, consent: Consent) {
        let key = (subject.to_owned(), client.unwrap_or_default());
        let mut consents = lock(&self.consents);
        let before = consents.remove(&key).unwrap_or_default();
        consents.insert(key, before.and(consent));
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
    pub fn pending_request(&self, login: &Login) -> Option<BackchannelRequest> {
        lock(&self.requests).get(&login.subject).cloned()
    }

    /// Removes and returns the pending request of a user, if it is the one with this page ID.
    pub fn take_request(&self, login: &Login, page_id: &str) -> Option<BackchannelRequest> {
        let mut requests = lock(&self.requests);
        let pending = requests.get(&login.subject);
        pending.filter(|request| request.page_id() == page_id)?;
        requests.remove(&login.subject)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
