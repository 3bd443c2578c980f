//! The session of the browser that sent a request: handlers read, change and save it.

use std::mem::{replace, take};

use anyhow::Context as _;
use axum::extract::FromRequestParts;
use http::request::Parts;
use tower_sessions::{Session as Browser, session, session_store};

use crate::error::Error;
use crate::random;
use crate::session_data::{DATA_KEY, EndedSession, Login, RefusedForm, SessionData};
use crate::sessions;

/// The session of the browser that sent a request.
#[derive(Clone)]
pub struct BrowserSession {
    browser: Browser,
    pub data: SessionData,
}

impl BrowserSession {
    pub async fn of(parts: &Parts) -> Result<Self, Error> {
        let browser: Option<&Browser> = parts.extensions.get();
        let browser = browser.context("the session layer is missing at this route")?;
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

    /// The refused form of the page at this path, if the page shows it again. Otherwise the form is deleted, because the next user
    /// of the browser may be another person.
    pub async fn refused_form(
        &mut self,
        path: &str,
        is_shown_again: bool,
    ) -> Result<Option<RefusedForm>, Error> {
        if is_shown_again {
            return Ok(self.data.refused_form(path).cloned());
        }
        if self.data.refused_form.take().is_some() {
            self.save().await?;
        }
        Ok(None)
    }

    /// Saves the changes.
    pub async fn save(&self) -> Result<(), Error> {
        let saved = self.browser.insert(DATA_KEY, &self.data).await;
        saved.map_err(failed)
    }

    /// Starts the session of a user, with a new identifier against session fixation.
    ///
    /// Returns the session of another user if this ends it.
    pub async fn log_in(&mut self, mut login: Login) -> Result<Option<EndedSession>, Error> {
        let before = self.browser.id();
        self.browser.cycle_id().await.map_err(failed)?;
        if let Some(before) = before {
            let id = sessions::next_id(&before, &self.data.key, &login.subject);
            let inserted = self.browser.insert(sessions::NEXT_ID, id.to_string()).await;
            inserted.map_err(failed)?;
        }
        self.data.end_pending_login();
        self.data.totp_secret = None;
        self.data.refused_form = None;
        self.data.former_form_token = replace(&mut self.data.form_token, random::text().into());
        let before = self.data.login.take();
        let is_same_user = before
            .as_ref()
            .is_some_and(|it| it.subject == login.subject);
        let ended = match before {
            // Clients identify the session by its ID.
            Some(before) if is_same_user => {
                login.id = before.id;
                None
            }
            before => {
                let clients = take(&mut self.data.clients);
                before.map(|login| EndedSession { login, clients })
            }
        };
        self.data.login = Some(login);
        Ok(ended)
    }

    /// Ends the login and changes the identifier. The pending authorization requests of the browser stay: another user can
    /// continue them.
    pub async fn log_out(&mut self) -> Result<Option<EndedSession>, Error> {
        self.browser
            .cycle_id()
            .await
            .map_err(|_| Error::Unavailable)?;
        let before = take(&mut self.data);
        self.data.key = before.key;
        self.data.browser = before.browser;
        self.save().await?;
        let clients = before.clients;
        Ok(before.login.map(|login| EndedSession { login, clients }))
    }

    /// Ends the session.
    pub async fn end(self) -> Result<(), Error> {
        self.browser.flush().await.map_err(failed)
    }

    /// The ID of the session in the database.
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

/// The store has logged the error of the database.
fn failed(error: session::Error) -> Error {
    match error {
        session::Error::Store(session_store::Error::Backend(_)) => Error::Unavailable,
        error => Error::Internal(error.into()),
    }
}

/// The browser and the system from `User-Agent`, so that users recognize their devices.
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
