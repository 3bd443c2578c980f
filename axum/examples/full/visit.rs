//! Browser sessions.

use std::collections::BTreeSet;

use authlete::server::{PendingAuthorization, Session};
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::{DeviceRequest, LogoutRequest};
use axum::extract::{Form, FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use tower_sessions::Session as Browser;

use crate::users::{Login, Users};

/// The state of the form handlers.
pub type Server = State<(AuthorizationServer, Users)>;
pub type Fields = Form<Vec<(String, String)>>;

/// The first value of a form field, or an empty string.
pub fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let mut fields = fields.iter();
    let field = fields.find(|(field, _)| field == name);
    field.map_or("", |(_, value)| value)
}

/// The data in a browser session.
#[derive(Default, Serialize, Deserialize)]
pub struct Visit {
    #[serde(skip)]
    browser: Option<Browser>,
    pub login: Option<Login>,
    /// The clients that the user logged in to during this session. They are notified of the logout.
    pub clients: BTreeSet<i64>,
    /// The authorization request whose page the browser shows.
    pub pending: Option<PendingAuthorization>,
    pub device: Option<DeviceRequest>,
    pub logout: Option<LogoutRequest>,
}

impl Visit {
    /// Loads the session of the browser that sent a request.
    pub async fn of(request: &Parts) -> Result<Self, StatusCode> {
        let browser: Option<&Browser> = request.extensions.get();
        let browser = browser.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let visit: Option<Self> = browser.get("visit").await.map_err(unavailable)?;
        let mut visit = visit.unwrap_or_default();
        visit.browser = Some(browser.clone());
        Ok(visit)
    }

    pub async fn save(&self) -> Result<(), StatusCode> {
        if let Some(browser) = &self.browser {
            browser.insert("visit", self).await.map_err(unavailable)?;
        }
        Ok(())
    }

    /// Logs a user in, and renews the session ID against session fixation.
    pub async fn log_in(&mut self, login: Login) -> Result<(), StatusCode> {
        if let Some(browser) = &self.browser {
            browser.cycle_id().await.map_err(unavailable)?;
        }
        self.login = Some(login);
        Ok(())
    }

    pub async fn log_out(self) -> Result<(), StatusCode> {
        if let Some(browser) = &self.browser {
            browser.flush().await.map_err(unavailable)?;
        }
        Ok(())
    }

    /// Removes and returns the authorization request that a form is for. `None` if the browser has started another one
    /// since.
    pub fn take_pending(&mut self, fields: &[(String, String)]) -> Option<PendingAuthorization> {
        let id = field(fields, "request");
        self.pending.take_if(|pending| pending.page_id() == id)
    }

    /// The session of the logged-in user, for a request of `client`.
    pub fn session(&mut self, users: &Users, client: Option<i64>) -> Option<Session> {
        let session = users.session(self.login.as_ref()?, client);
        self.clients.extend(client);
        Some(session)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = StatusCode;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Self::of(request).await
    }
}

fn unavailable(_: tower_sessions::session::Error) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}
