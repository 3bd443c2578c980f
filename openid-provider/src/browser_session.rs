//! What the server keeps for a browser.
//!
//! Add what your own pages have to remember to `SessionData`.

use std::collections::BTreeSet;
use std::mem::{replace, take};

use anyhow::Context as _;
use authlete::Secret;
use authlete::server::Session;
use authlete_axum::authorization_server::LogoutRequest;
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use tower_sessions::{Session as Browser, session, session_store};

use crate::clock::now;
use crate::error::Error;
use crate::random;
use crate::sessions;

/// Where it is in the session.
pub const DATA_KEY: &str = "visit";

/// How long a code can be entered after the password, in seconds.
const CODE_WAITS: i64 = 5 * 60;

/// The authentication context classes (OpenID Connect Core 1.0 §2) of a password, and of a password with a second factor.
pub const ACRS: [&str; 2] = [
    "https://refeds.org/profile/sfa",
    "https://refeds.org/profile/mfa",
];

/// A login.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Login {
    pub subject: String,
    /// What clients know the session by (`sid`).
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

    /// The same with a second factor. The password is as old as it was: `max_age` is about that, too.
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
            .acr(acr)
            .amr(methods.iter().copied())
            .id(&self.id)
    }
}

/// A session that has ended, and the clients that have to be told.
pub struct Ended {
    pub login: Login,
    pub clients: BTreeSet<i64>,
}

/// What the session of a browser holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionData {
    /// What the authorization requests of this browser are kept by. No page has it, and it outlasts a login.
    pub key: String,
    /// Who is logged in.
    pub login: Option<Login>,
    /// A login with the right password that still lacks the code of the second factor. Nobody is logged in by it.
    pending_login: Option<Login>,
    pending_login_since: i64,
    /// The clients that the user logged in to, to be told of the end of the session.
    pub clients: BTreeSet<i64>,
    /// What forms have to come with (CSRF).
    pub form_token: Secret,
    /// What they came with before the login.
    pub former_form_token: Secret,
    /// The name of the browser, for the list of sessions.
    pub browser: String,
    /// The page of this server that the user wanted before the login.
    pub after_login: Option<String>,
    /// The secret of an authenticator app that is not confirmed yet.
    pub totp_secret: Option<Secret>,
    /// The name that was sent last with a wrong password, for the same page in another language.
    pub wrong_name: Option<String>,
    pub logout: Option<LogoutRequest>,
}

impl SessionData {
    /// The login that lacks the code of the second factor. It ends after a few minutes.
    pub fn pending_login(&self) -> Option<&Login> {
        let pending_login = self.pending_login.as_ref();
        pending_login.filter(|pending_login| {
            now() - self.pending_login_since < CODE_WAITS && pending_login.auth_time <= now()
        })
    }

    /// A password was right.
    pub fn begin_pending_login(&mut self, login: Login) {
        self.pending_login = Some(login);
        self.pending_login_since = now();
    }
}

/// The session of the browser that sent a request.
#[derive(Clone)]
pub struct BrowserSession {
    browser: Browser,
    pub data: SessionData,
}

impl BrowserSession {
    pub async fn of(parts: &Parts) -> Result<Self, Error> {
        let browser: Option<&Browser> = parts.extensions.get();
        let browser = browser.context("there are no sessions at this route")?;
        let data = browser.get(DATA_KEY).await.map_err(failed)?;
        let mut data: SessionData = data.unwrap_or_default();
        if data.key.is_empty() {
            data.key = random::text();
        }
        if data.browser.is_empty() {
            data.browser = name_of_browser(parts);
        }
        Ok(Self {
            browser: browser.clone(),
            data,
        })
    }

    /// Keeps the changes.
    pub async fn save(&self) -> Result<(), Error> {
        let saved = self.browser.insert(DATA_KEY, &self.data).await;
        saved.map_err(failed)
    }

    /// Begins the session of a user, with a new identifier: whoever knew the one before does not know this one.
    ///
    /// Returns the session of another user, which ends by that.
    pub async fn log_in(&mut self, mut login: Login) -> Result<Option<Ended>, Error> {
        let before = self.browser.id();
        self.browser.cycle_id().await.map_err(failed)?;
        if let Some(before) = before {
            let id = sessions::next_id(&before, &self.data.key, &login.subject);
            let inserted = self.browser.insert(sessions::NEXT_ID, id.to_string()).await;
            inserted.map_err(failed)?;
        }
        self.data.pending_login = None;
        self.data.totp_secret = None;
        self.data.wrong_name = None;
        self.data.former_form_token = replace(&mut self.data.form_token, random::text().into());
        let before = self.data.login.take();
        let is_same_user = before
            .as_ref()
            .is_some_and(|it| it.subject == login.subject);
        let ended = match before {
            // The clients know the session by its name.
            Some(before) if is_same_user => {
                login.id = before.id;
                None
            }
            before => {
                let clients = take(&mut self.data.clients);
                before.map(|login| Ended { login, clients })
            }
        };
        self.data.login = Some(login);
        Ok(ended)
    }

    /// Ends the login, with a new identifier, and keeps the authorization requests that wait in this browser: somebody else can
    /// go on with them.
    pub async fn log_out(&mut self) -> Result<Option<Ended>, Error> {
        self.browser
            .cycle_id()
            .await
            .map_err(|_| Error::Unavailable)?;
        let before = take(&mut self.data);
        self.data.key = before.key;
        self.data.browser = before.browser;
        self.save().await?;
        let clients = before.clients;
        Ok(before.login.map(|login| Ended { login, clients }))
    }

    /// Ends the session.
    pub async fn end(self) -> Result<(), Error> {
        self.browser.flush().await.map_err(failed)
    }

    /// The name of the session in the database.
    pub fn id(&self) -> Option<String> {
        self.browser.id().as_ref().map(sessions::hash)
    }
}

impl<S: Sync> FromRequestParts<S> for BrowserSession {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Self::of(parts).await
    }
}

/// The store has logged what the database said.
fn failed(error: session::Error) -> Error {
    match error {
        session::Error::Store(session_store::Error::Backend(_)) => Error::Unavailable,
        error => Error::Internal(error.into()),
    }
}

/// Enough of `User-Agent` for people to tell their devices apart.
fn name_of_browser(parts: &Parts) -> String {
    let agent = parts.headers.get(http::header::USER_AGENT);
    let agent = agent
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default();
    let first = |names: &[(&'static str, &'static str)]| {
        let mut names = names.iter();
        names
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (one, other) => one.or(other).unwrap_or("?").to_owned(),
    }
}
