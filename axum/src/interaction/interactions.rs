//! The pages of a server, and their settings.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Once};

use authlete::server::{Interaction, PendingAuthorization, Session};
use axum::extract::ConnectInfo;
use axum::response::{Response, Result};
use http::request::Parts;

use super::browser_state::Change;
use super::{BrowserSessions, BrowserState, Page, Users};
use crate::authorization_server::for_user;
use crate::{Attempt, LoginLimiter, TooManyAttempts};

/// The login, consent, device and logout pages of a server, for its [`Users`].
///
/// It implements [`Accounts`](crate::authorization_server::Accounts) and [`Logout`](crate::authorization_server::Logout): pass
/// clones of it to [`AuthorizationServer::new`](crate::AuthorizationServer::new) and
/// [`AuthorizationServer::logout`](crate::AuthorizationServer::logout). [`router`](Self::router) handles the forms.
/// See the [module documentation](super).
pub struct Interactions<U, S> {
    pub(super) parts: Arc<InteractionParts<U, S>>,
    login_attempts: LoginLimiter,
    client_address: fn(&Parts) -> Option<IpAddr>,
}

pub(super) struct InteractionParts<U, S> {
    pub users: U,
    pub sessions: S,
    has_warned: Once,
}

impl<U: Users, S: BrowserSessions> Interactions<U, S> {
    /// The pages of these users. `sessions` stores the state of browsers: see [`TowerSessions`](super::TowerSessions), with the
    /// feature `tower-sessions`.
    pub fn new(users: U, sessions: S) -> Self {
        Self {
            parts: Arc::new(InteractionParts {
                users,
                sessions,
                has_warned: Once::new(),
            }),
            login_attempts: LoginLimiter::default(),
            client_address: peer_address,
        }
    }

    /// Limits wrong logins. Default: [`LoginLimiter::default`]. More are answered with 429.
    #[must_use]
    pub fn login_attempts(mut self, limiter: LoginLimiter) -> Self {
        self.login_attempts = limiter;
        self
    }

    /// Reads the address of the browser from a request, for the limits on wrong logins and user codes. Default: the peer of
    /// the connection, from [`ConnectInfo<SocketAddr>`](ConnectInfo), which needs
    /// [`into_make_service_with_connect_info`](axum::Router::into_make_service_with_connect_info).
    ///
    /// Behind a proxy, read the header that your proxy sets; the proxy must remove this header from incoming requests.
    /// With `None`, attempts are limited by account alone: anybody can then lock an account by wrong logins. The first time is
    /// logged as a warning.
    #[must_use]
    pub fn client_address(mut self, address: fn(&Parts) -> Option<IpAddr>) -> Self {
        self.client_address = address;
        self
    }

    /// The session of the user who is logged in at a browser, for your own pages.
    ///
    /// # Errors
    /// The session could not be loaded. The error is the response of [`BrowserSessions`].
    pub async fn session(&self, request: &Parts) -> Result<Option<Session>> {
        Ok(self.parts.sessions.load(request).await?.login)
    }

    /// The session of the user, with the earlier consent to a client.
    pub(super) async fn session_for(
        &self,
        state: &BrowserState,
        client: Option<i64>,
    ) -> Result<Option<Session>> {
        let Some(session) = state.login.clone() else {
            return Ok(None);
        };
        Ok(Some(match client {
            Some(client) => self.parts.users.with_consent(session, client).await?,
            None => session,
        }))
    }

    /// Changes the state of a browser. It is loaded for each change, since requests of other tabs may have changed it.
    pub(super) async fn change(
        &self,
        request: &Parts,
        change: impl FnOnce(&mut BrowserState) + Send,
    ) -> Result<()> {
        let sessions = &self.parts.sessions;
        let mut state = sessions.load(request).await?;
        change(&mut state);
        sessions.save(request, &state).await
    }

    /// Shows a page of an authorization request. The request has to be kept until its form arrives.
    pub(super) async fn show(
        &self,
        request: &Parts,
        login: Option<&Session>,
        pending: PendingAuthorization,
        interaction: Interaction,
        login_failed: bool,
    ) -> Result<(Response, Change)> {
        let asks_for_decision = matches!(
            interaction,
            Interaction::Consent(_) | Interaction::ChooseAccount { .. }
        );
        let user = login.filter(|_| asks_for_decision).map(Session::subject);
        let user = user.map(str::to_owned);
        let page = Page::Authorization {
            pending: &pending,
            interaction,
            session: login,
            login_failed,
        };
        let page = self.page(request, page).await?;
        let request = Box::new(pending);
        Ok((page, Change::Page { request, user }))
    }

    /// A page, protected against framing and caching.
    pub(super) async fn page(&self, request: &Parts, page: Page<'_>) -> Result<Response> {
        Ok(for_user(self.parts.users.page(request, page).await?))
    }

    /// Counts a login before it is checked.
    pub(super) fn begin_login(
        &self,
        request: &Parts,
        name: &str,
    ) -> Result<Attempt, TooManyAttempts> {
        self.login_attempts.begin(name, self.address(request))
    }

    /// The address of the browser.
    pub(super) fn address(&self, request: &Parts) -> Option<IpAddr> {
        let address = (self.client_address)(request);
        if address.is_none() {
            self.parts.has_warned.call_once(|| {
                tracing::warn!(target: "authlete_axum", "the address of the browser is unknown");
            });
        }
        address
    }
}

fn peer_address(request: &Parts) -> Option<IpAddr> {
    let peer: Option<&ConnectInfo<SocketAddr>> = request.extensions.get();
    Some(peer?.0.ip())
}

impl<U, S> Clone for Interactions<U, S> {
    fn clone(&self) -> Self {
        Self {
            parts: Arc::clone(&self.parts),
            login_attempts: self.login_attempts.clone(),
            client_address: self.client_address,
        }
    }
}

impl<U, S> fmt::Debug for Interactions<U, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Interactions")
            .finish_non_exhaustive()
    }
}
