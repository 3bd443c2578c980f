//! The pages of a server, and their settings.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Once};
use std::time::Duration;

use authlete::server::{Interaction, PendingAuthorization, Session};
use axum::extract::ConnectInfo;
use axum::response::{Response, Result};
use http::request::Parts;

use super::browser_state::Change;
use super::{BrowserSessions, BrowserState, Page, Users};
use crate::authorization_server::for_user;
use crate::{Attempt, AttemptLimiter, TooManyAttempts};

/// Wrong logins by account and address: 10 in 15 minutes.
const ATTEMPTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const ATTEMPTS_TIME: Duration = Duration::from_secs(15 * 60);

/// Wrong logins by address, for all accounts, and by account, from all addresses: 100 in 15 minutes.
const ATTEMPTS_OF_ALL: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// The login, consent, device and logout pages of a server, for its [`Users`].
///
/// It implements [`Accounts`](crate::authorization_server::Accounts) and [`Logout`](crate::authorization_server::Logout): pass
/// clones of it to [`AuthorizationServer::new`](crate::AuthorizationServer::new) and
/// [`AuthorizationServer::logout`](crate::AuthorizationServer::logout). [`router`](Self::router) handles the forms.
/// See the [module documentation](super).
pub struct Interactions<U, S> {
    pub(super) parts: Arc<InteractionParts<U, S>>,
    client_address: fn(&Parts) -> Option<IpAddr>,
}

pub(super) struct InteractionParts<U, S> {
    pub users: U,
    pub sessions: S,
    /// Wrong logins by account and address.
    pairs: AttemptLimiter,
    /// Wrong logins by address.
    addresses: AttemptLimiter,
    /// Wrong logins by account. An attacker with many addresses can lock an account, but only guess slowly.
    accounts: AttemptLimiter,
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
                pairs: AttemptLimiter::new(ATTEMPTS, ATTEMPTS_TIME),
                addresses: AttemptLimiter::new(ATTEMPTS_OF_ALL, ATTEMPTS_TIME),
                accounts: AttemptLimiter::new(ATTEMPTS_OF_ALL, ATTEMPTS_TIME),
                has_warned: Once::new(),
            }),
            client_address: peer_address,
        }
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
        let parts = &self.parts;
        let name = AttemptLimiter::account_key(name);
        match (self.client_address)(request) {
            Some(address) => {
                let address = AttemptLimiter::address_key(address);
                let attempt = parts.addresses.begin(&address)?;
                let attempt = attempt.and(&parts.pairs, &format!("{address} {name}"))?;
                attempt.and(&parts.accounts, &name)
            }
            None => {
                parts.has_warned.call_once(|| {
                    tracing::warn!(target: "authlete_axum", "the address of the browser is unknown");
                });
                parts.pairs.begin(&name)
            }
        }
    }

    /// The keys for counting the user codes that a user enters.
    pub(super) fn counted_by(&self, request: &Parts, session: &Session) -> Vec<String> {
        let address = (self.client_address)(request);
        let address = address.map(|it| format!("address {}", AttemptLimiter::address_key(it)));
        let account = format!("account {}", session.subject());
        address.into_iter().chain([account]).collect()
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
