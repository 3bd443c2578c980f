//! What the server keeps for a browser, in its session.
//!
//! Add what your own pages have to remember to `SessionData`.

use std::collections::{BTreeMap, BTreeSet};

use authlete::Secret;
use authlete::server::Session;
use authlete_axum::authorization_server::LogoutRequest;
use serde::{Deserialize, Serialize};

use crate::clock::now;
use crate::random;
use crate::texts::FormError;

/// The key of the data in the session record.
pub const DATA_KEY: &str = "visit";

/// How long a code can be entered after the password, in seconds.
const PENDING_LOGIN_LIFETIME: i64 = 5 * 60;

/// The authentication context classes (OpenID Connect Core 1.0 §2) of a password, and of a password with a second factor.
pub const ACRS: [&str; 2] = [
    "https://refeds.org/profile/sfa",
    "https://refeds.org/profile/mfa",
];

/// A login.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Login {
    pub subject: String,
    /// The ID of the session in ID tokens and logout tokens (`sid`).
    pub id: String,
    pub auth_time: i64,
    pub has_second_factor: bool,
}

impl Login {
    pub fn new(subject: &str, has_second_factor: bool) -> Self {
        Self {
            subject: subject.to_owned(),
            id: random::text(),
            auth_time: now(),
            has_second_factor,
        }
    }

    /// Adds the second factor. `auth_time` stays that of the password, whose age `max_age` limits, too.
    pub fn with_second_factor(mut self) -> Self {
        self.has_second_factor = true;
        self
    }

    /// The login in the terms of OpenID Connect.
    pub fn session(&self) -> Session {
        let [password, two_factors] = ACRS;
        let (acr, methods): (_, &[_]) = match self.has_second_factor {
            // RFC 8176 §2.
            true => (two_factors, &["pwd", "otp", "mfa"]),
            false => (password, &["pwd"]),
        };
        Session::new(&self.subject, self.auth_time)
            .with_acr(acr)
            .with_amr(methods.iter().copied())
            .with_id(&self.id)
    }
}

/// A session that has ended, and the clients that get a logout token for it.
pub struct EndedSession {
    pub login: Login,
    pub clients: BTreeSet<i64>,
}

/// The data of the session of a browser.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionData {
    /// The key of the authorization requests of this browser. It is on no page, and survives a login.
    pub key: String,
    /// The login of the user who is logged in.
    pub login: Option<Login>,
    /// A login with the right password that still lacks the code of the second factor. It gives access to nothing.
    pending_login: Option<Login>,
    pending_login_since: i64,
    /// The clients that the user logged in to. They get a logout token when the session ends.
    pub clients: BTreeSet<i64>,
    /// The token that forms must contain (CSRF).
    pub form_token: Secret,
    /// The token of forms from before the login.
    pub former_form_token: Secret,
    /// The name of the browser, for the list of sessions.
    pub browser: String,
    /// The page of this server that the user opened before the login.
    pub after_login: Option<String>,
    /// The secret of an authenticator app that is not confirmed yet.
    pub totp_secret: Option<Secret>,
    /// The form that was refused last, for the same page in another language.
    pub refused_form: Option<RefusedForm>,
    pub logout: Option<LogoutRequest>,
}

/// The maximum size of a value that is kept of a refused form, in bytes: a display name has up to 100 characters.
const MAX_VALUE_SIZE: usize = 400;

/// A form that was refused. It is not in the URL: a value may be an address, or a password in the wrong field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefusedForm {
    /// The path of the page.
    path: String,
    /// What the user entered, without passwords.
    fields: BTreeMap<String, String>,
    #[serde(rename = "mistake")]
    pub form_error: FormError,
}

impl RefusedForm {
    pub fn new(path: &str, form_error: FormError, fields: &[(&str, &str)]) -> Self {
        let fields = fields
            .iter()
            .filter(|(_, value)| value.len() <= MAX_VALUE_SIZE);
        let fields = fields.map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            path: path.to_owned(),
            fields: fields.collect(),
            form_error,
        }
    }

    /// The value of a field. Empty when it was not kept.
    pub fn field(&self, name: &str) -> String {
        self.fields.get(name).cloned().unwrap_or_default()
    }
}

impl SessionData {
    /// The form that was refused last, if it is that of the page at this path.
    pub fn refused_form(&self, path: &str) -> Option<&RefusedForm> {
        let form = self.refused_form.as_ref();
        form.filter(|form| form.path == path)
    }

    /// The login that lacks the code of the second factor. It ends after a few minutes.
    pub fn pending_login(&self) -> Option<&Login> {
        let pending_login = self.pending_login.as_ref();
        pending_login.filter(|pending_login| {
            now() - self.pending_login_since < PENDING_LOGIN_LIFETIME
                && pending_login.auth_time <= now()
        })
    }

    /// Starts a login whose password was right and whose code is missing.
    pub fn begin_pending_login(&mut self, login: Login) {
        self.pending_login = Some(login);
        self.pending_login_since = now();
    }

    pub fn end_pending_login(&mut self) {
        self.pending_login = None;
    }
}
