//! Users, their sessions and their pages.

use std::future::Future;
use std::pin::Pin;

use authlete::server::{Claims, Interaction, PendingAuthorization, Session};
use authlete::types::AuthorizationResponse;
use axum::response::{Response, Result};
use http::request::Parts;

use super::{AuthorizationServer, Failure};

/// The users of your server: their sessions, pages and claims.
///
/// Errors are responses: `?` converts every error that implements [`IntoResponse`](axum::response::IntoResponse). They are
/// sent to the browser or the client unchanged, so they must not contain internal errors, such as those of a database.
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
///         // Look up the session by the cookie of `request`.
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
///         // Store `pending` in the browser session.
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

    /// The session of the browser that sent an authorization request, or `None` if no user is logged in. `answer` names the
    /// client: add the user's previous consent for that client with [`Session::consented_before`].
    fn session(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> impl Future<Output = Result<Option<Session>>> + Send;

    /// Shows a page, or redirects to it.
    ///
    /// Store `pending` in the browser session until the user submits the form. It holds the ticket, so do not put it into
    /// the page. Put [`PendingAuthorization::page_id`] into the form, and compare it when the form is submitted. Then record
    /// the login or the consent in `pending`, and call
    /// [`AuthorizationServer::proceed`](super::AuthorizationServer::proceed).
    fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> impl Future<Output = Result<Response>> + Send;

    /// Called when an authorization request was granted. `answer` names the client. Default: nothing.
    ///
    /// For [`log_out_of_clients`](super::AuthorizationServer::log_out_of_clients), record the client in the browser session:
    /// the user has logged in to it. An error is logged, and the client still gets its response.
    fn granted(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (request, answer);
        async { Ok(()) }
    }

    /// The claims of a user, for ID tokens and the UserInfo endpoint. Only claims that the client requested and the user
    /// consented to are sent. `None` if the user no longer exists: nothing is issued then.
    fn claims(&self, subject: &str) -> impl Future<Output = Result<Option<Self::Claims>>> + Send;
}

impl AuthorizationServer {
    /// The claims of the user who grants a request, or `invalid_request` if the user no longer exists.
    pub(super) async fn granting_user(
        &self,
        session: &Session,
    ) -> std::result::Result<Box<dyn Claims + Send + Sync>, Failure> {
        let user = self.settings.accounts.claims(session.subject()).await?;
        user.ok_or_else(Failure::invalid_request)
    }
}

/// A boxed future.
pub(super) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The dyn-compatible form of [`Accounts`].
pub(super) trait DynAccounts: Send + Sync {
    fn session<'a>(
        &'a self,
        request: &'a Parts,
        answer: &'a AuthorizationResponse,
    ) -> BoxFuture<'a, Result<Option<Session>>>;

    fn interact<'a>(
        &'a self,
        request: &'a Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> BoxFuture<'a, Result<Response>>;

    fn granted<'a>(
        &'a self,
        request: &'a Parts,
        answer: &'a AuthorizationResponse,
    ) -> BoxFuture<'a, Result<()>>;

    fn claims<'a>(
        &'a self,
        subject: &'a str,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Claims + Send + Sync>>>>;
}

impl<T: Accounts> DynAccounts for T {
    fn session<'a>(
        &'a self,
        request: &'a Parts,
        answer: &'a AuthorizationResponse,
    ) -> BoxFuture<'a, Result<Option<Session>>> {
        Box::pin(Accounts::session(self, request, answer))
    }

    fn interact<'a>(
        &'a self,
        request: &'a Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> BoxFuture<'a, Result<Response>> {
        Box::pin(Accounts::interact(self, request, pending, interaction))
    }

    fn granted<'a>(
        &'a self,
        request: &'a Parts,
        answer: &'a AuthorizationResponse,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(Accounts::granted(self, request, answer))
    }

    fn claims<'a>(
        &'a self,
        subject: &'a str,
    ) -> BoxFuture<'a, Result<Option<Box<dyn Claims + Send + Sync>>>> {
        Box::pin(async move {
            let claims = Accounts::claims(self, subject).await?;
            Ok(claims.map(|claims| Box::new(claims) as Box<dyn Claims + Send + Sync>))
        })
    }
}
