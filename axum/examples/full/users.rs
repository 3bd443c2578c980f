//! The users: in a server of yours, a database and a hash of each password (Argon2id).

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use authlete::server::{
    Consent, Interaction, PendingAuthorization, Presented, Session, StandardClaims,
};
use authlete::types::{
    AuthorizationResponse, BackchannelAuthenticationFailReason, BackchannelAuthenticationResponse,
    JwsAlg, TokenResponse,
};
use authlete_axum::AttemptLimiter;
use authlete_axum::authorization_server::{
    Accounts, BackchannelRequest, BackchannelUsers, Logout, LogoutRequest, ResourceServer,
    ResourceServers, TokenGrants,
};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Response, Result};
use serde::{Deserialize, Serialize};
use tower_sessions::Session as Browser;

use crate::pages;

/// What each user agreed to, by the user and the client.
#[derive(Clone)]
pub struct Users {
    consents: Arc<Mutex<HashMap<(String, i64), Consent>>>,
    pub logins: AttemptLimiter,
    /// What the phones of users show.
    asked: Arc<Mutex<HashMap<String, BackchannelRequest>>>,
}

impl Login {
    pub fn subject(&self) -> &str {
        &self.subject
    }

    pub fn id(&self) -> &str {
        &self.id
    }
}

/// A login, as the session of the browser has it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Login {
    subject: String,
    auth_time: u64,
    has_second_factor: bool,
    /// What clients know the session by.
    id: String,
}

/// The authentication context classes of a password, and of a password with a code.
const PASSWORD: &str = "urn:example:password";
const TWO_FACTORS: &str = "urn:example:two-factors";

impl Users {
    pub fn new() -> Self {
        // Passwords of each account: a hundred in an hour, since the tests log in often.
        let hundred = NonZeroU32::MIN.saturating_add(99);
        Self {
            consents: Arc::default(),
            logins: AttemptLimiter::new(hundred, Duration::from_secs(3600)),
            asked: Arc::default(),
        }
    }

    /// The login by a password and perhaps a code.
    pub fn log_in(&self, name: &str, password: &str, code: &str) -> Option<Login> {
        let is_known = matches!(
            (name, password),
            ("alice", "wonderland") | ("bob", "builder")
        );
        let auth_time = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        is_known.then(|| Login {
            subject: name.to_owned(),
            auth_time: auth_time.as_secs(),
            has_second_factor: code == "123456",
            id: tower_sessions::session::Id::default().to_string(),
        })
    }

    /// The session of a user who logged in, with what the user agreed to before for a client.
    pub fn session(&self, login: &Login, client: Option<i64>) -> Session {
        let time = i64::try_from(login.auth_time).unwrap_or_default();
        let (acr, amr): (_, &[_]) = match login.has_second_factor {
            true => (TWO_FACTORS, &["pwd", "otp"]),
            false => (PASSWORD, &["pwd"]),
        };
        let session = Session::new(&login.subject, time)
            .acr(acr)
            .amr(amr.iter().copied())
            .id(&login.id);
        let consents = self.consents.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (login.subject.clone(), client.unwrap_or_default());
        match consents.get(&key) {
            Some(consent) => session.consented_before(consent.clone()),
            None => session,
        }
    }

    /// What the phone of a user shows.
    pub fn asked(&self, login: &Login) -> Option<BackchannelRequest> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(&login.subject).cloned()
    }

    pub fn take_asked(&self, login: &Login) -> Option<BackchannelRequest> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.remove(&login.subject)
    }

    /// Remembers what a user agreed to.
    pub fn remember(&self, login: &Login, client: Option<i64>, consent: Consent) {
        let mut consents = self.consents.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (login.subject.clone(), client.unwrap_or_default());
        let before = consents.remove(&key).unwrap_or_default();
        consents.insert(key, before.and(consent));
    }
}

/// The client of an authorization request.
pub fn client(answer: &AuthorizationResponse) -> Option<i64> {
    answer.client.as_ref()?.client_id
}

/// The session of the browser that sent a request.
pub fn browser(request: &Parts) -> Result<&Browser, StatusCode> {
    let browser = request.extensions.get();
    browser.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub fn unavailable(_: tower_sessions::session::Error) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

impl Accounts for Users {
    type Claims = StandardClaims;

    async fn session(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> Result<Option<Session>> {
        let browser = browser(request)?;
        let login: Option<Login> = browser.get("login").await.map_err(unavailable)?;
        // For the end of the session.
        let clients = browser.get("clients").await.map_err(unavailable)?;
        let mut clients: BTreeSet<i64> = clients.unwrap_or_default();
        clients.extend(client(answer));
        browser
            .insert("clients", clients)
            .await
            .map_err(unavailable)?;
        Ok(login.map(|login| self.session(&login, client(answer))))
    }

    async fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Result<Response> {
        let page = pages::of(&pending, interaction);
        let kept = browser(request)?.insert("pending", pending).await;
        kept.map_err(unavailable)?;
        Ok(page)
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        let user = |name| {
            StandardClaims::new()
                .name(name)
                .email(format!("{subject}@example.com"))
                .email_verified(true)
        };
        Ok(match subject {
            "alice" => Some(user("Alice").in_language("ja", StandardClaims::new().name("アリス"))),
            "bob" => Some(user("Bob")),
            _ => None,
        })
    }
}

impl TokenGrants for Users {
    async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
        Ok(true)
    }
}

impl BackchannelUsers for Users {
    async fn identify(
        &self,
        answer: &BackchannelAuthenticationResponse,
    ) -> Result<Result<String, BackchannelAuthenticationFailReason>> {
        let hint = answer.sub.as_deref();
        let hint = hint.or(answer.hint.as_ref().map(|hint| hint.expose()));
        Ok(match hint {
            Some(name @ ("alice" | "bob")) => Ok(name.to_owned()),
            _ => Err(BackchannelAuthenticationFailReason::UnknownUserId),
        })
    }

    async fn ask(&self, request: BackchannelRequest) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(request.subject().to_owned(), request);
    }
}

impl Logout for Users {
    async fn redirect_uris(&self, _: &str) -> Result<Vec<String>> {
        // In a server of yours, by client.
        Ok(vec!["https://client.example/bye".to_owned()])
    }

    async fn log_out(&self, request: &Parts, logout: LogoutRequest) -> Result<Response> {
        let kept = browser(request)?.insert("logout", logout).await;
        kept.map_err(unavailable)?;
        Ok(pages::logout_page())
    }
}

/// The API that may ask about tokens.
pub struct Api;

impl ResourceServers for Api {
    async fn authenticate(&self, presented: &Presented) -> Result<Option<ResourceServer>> {
        let is_known = presented.client().is_some_and(|client| {
            client.client_id == "api".into() && client.client_secret == "api-secret".into()
        });
        let server = ResourceServer::new("https://api.example.com").sign_alg(JwsAlg::Es256);
        Ok(is_known.then_some(server))
    }
}
