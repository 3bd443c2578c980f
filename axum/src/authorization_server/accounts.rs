//! Users, their sessions and their pages.

use std::future::Future;
use std::pin::Pin;

use authlete::server::{Claims, Interaction, PendingAuthorization, Session};
use authlete::types::AuthorizationResponse;
use axum::response::{Response, Result};
use http::request::Parts;

use super::{AuthorizationServer, Failure};

/// The users of your server: their sessions, the pages that they see, and their claims.
///
/// Errors are responses: `?` works on everything that is [`IntoResponse`](axum::response::IntoResponse). They go to the
/// browser or the client as they are, so they must not show what a user store says.
///
/// ```
/// use authlete::server::{Interaction, PendingAuthorization, Session, StandardClaims};
/// use authlete::types::AuthorizationResponse;
/// use authlete_axum::authorization_server::Accounts;
/// use axum::response::{IntoResponse, Redirect, Response, Result};
/// use http::request::Parts;
///
/// struct Users;
///
/// impl Accounts for Users {
///     type Claims = StandardClaims;
///
///     async fn session(&self, request: &Parts, _: &AuthorizationResponse) -> Result<Option<Session>> {
///         // Read the cookie of `request`, and look the session up.
/// #       let _ = request;
///         Ok(Some(Session::new("alice", 1_767_225_600)))
///     }
///
///     async fn interact(
///         &self,
///         request: &Parts,
///         pending: PendingAuthorization,
///         interaction: Interaction,
///     ) -> Result<Response> {
///         // Keep `pending` in the session of the browser.
/// #       let _ = (request, pending);
///         Ok(Redirect::to(match interaction {
///             Interaction::LogIn(_) | Interaction::ChooseAccount { .. } => "/login",
///             Interaction::CreateAccount { .. } => "/sign-up",
///             Interaction::Consent(_) => "/consent",
///         })
///         .into_response())
///     }
///
///     async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
///         Ok((subject == "alice").then(|| StandardClaims::new().name("Alice")))
///     }
/// }
/// ```
pub trait Accounts: Send + Sync + 'static {
    /// The claims of a user.
    type Claims: Claims + Send + Sync + 'static;

    /// The session of the browser that sent an authorization request, or `None` when nobody is logged in. `answer` says
    /// which client asks: add what the user agreed to before for that client, with [`Session::consented_before`].
    fn session(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> impl Future<Output = Result<Option<Session>>> + Send;

    /// Shows a page, or redirects to it.
    ///
    /// Keep `pending` in the session of the browser until the user sends the page, and nowhere in the page itself: it
    /// holds the ticket. The form has [`PendingAuthorization::page_id`]: compare it when the form comes. Then tell `pending`
    /// what happened, and call [`AuthorizationServer::proceed`](super::AuthorizationServer::proceed).
    fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> impl Future<Output = Result<Response>> + Send;

    /// The claims of a user, for ID tokens and for the UserInfo endpoint. `None` when there is no such user any more: then
    /// nothing is issued. Only those go out that the client asked for and that the user agreed to.
    fn claims(&self, subject: &str) -> impl Future<Output = Result<Option<Self::Claims>>> + Send;
}

impl AuthorizationServer {
    /// The claims of a user whom a request is granted to.
    pub(super) async fn granting_user(
        &self,
        session: &Session,
    ) -> std::result::Result<Box<dyn Claims + Send + Sync>, Failure> {
        let user = self.settings.accounts.claims(session.subject()).await?;
        user.ok_or_else(Failure::invalid_request)
    }
}

/// A future without its type.
pub(super) type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`Accounts`] without their type.
pub(super) trait AnyAccounts: Send + Sync {
    fn session<'a>(
        &'a self,
        request: &'a Parts,
        answer: &'a AuthorizationResponse,
    ) -> Later<'a, Result<Option<Session>>>;

    fn interact<'a>(
        &'a self,
        request: &'a Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Later<'a, Result<Response>>;

    fn claims<'a>(
        &'a self,
        subject: &'a str,
    ) -> Later<'a, Result<Option<Box<dyn Claims + Send + Sync>>>>;
}

impl<T: Accounts> AnyAccounts for T {
    fn session<'a>(
        &'a self,
        request: &'a Parts,
        answer: &'a AuthorizationResponse,
    ) -> Later<'a, Result<Option<Session>>> {
        Box::pin(Accounts::session(self, request, answer))
    }

    fn interact<'a>(
        &'a self,
        request: &'a Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Later<'a, Result<Response>> {
        Box::pin(Accounts::interact(self, request, pending, interaction))
    }

    fn claims<'a>(
        &'a self,
        subject: &'a str,
    ) -> Later<'a, Result<Option<Box<dyn Claims + Send + Sync>>>> {
        Box::pin(async move {
            let claims = Accounts::claims(self, subject).await?;
            Ok(claims.map(|claims| Box::new(claims) as Box<dyn Claims + Send + Sync>))
        })
    }
}
