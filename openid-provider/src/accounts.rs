//! Implements the traits of `authlete-axum` for the users of this server.
//!
//! Replace `ask` to notify users on their phones (CIBA), and `claims` when claims come from elsewhere.

use authlete::server::{Interaction, PendingAuthorization, Session, StandardClaims};
use authlete::types::{
    AuthorizationResponse, BackchannelAuthenticationFailReason, BackchannelAuthenticationResponse,
    TokenResponse,
};
use authlete_axum::authorization_server::{
    Accounts, BackchannelRequest, BackchannelUsers, Logout, LogoutRequest, TokenGrants,
};
use axum::response::{IntoResponse as _, Redirect, Response, Result};
use http::request::Parts;

use crate::app::Directory;
use crate::browser_session::BrowserSession;
use crate::destination::Destination;
use crate::error::Error;
use crate::routes::{LOG_OUT_FOR_CLIENT, to_page};

impl Accounts for Directory {
    type Claims = StandardClaims;

    async fn session(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> Result<Option<Session>> {
        let browser = BrowserSession::of(request).await?;
        let user = self.user(&browser).await?;
        let session = self.session_of(user.as_ref(), &browser, answer.client_id());
        Ok(session.await?)
    }

    async fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Result<Response> {
        let browser = BrowserSession::of(request).await?;
        let destination = Destination::of(request, pending.answer());
        let flow = self
            .flows
            .add(&browser.data.key, pending, destination)
            .await;
        browser.save().await?;
        Ok(to_page(&interaction, &flow.map_err(Error::from)?))
    }

    async fn granted(&self, request: &Parts, answer: &AuthorizationResponse) -> Result<()> {
        let mut browser = BrowserSession::of(request).await?;
        browser.data.clients.extend(answer.client_id());
        browser.save().await?;
        Ok(())
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        let user = self.users.by_subject(subject).await.map_err(Error::from)?;
        Ok(user.map(|user| user.claims()))
    }
}

impl TokenGrants for Directory {
    /// A refresh returns a new ID token, too (OpenID Connect Core 1.0 §12.2).
    async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
        Ok(true)
    }
}

impl BackchannelUsers for Directory {
    async fn identify(
        &self,
        answer: &BackchannelAuthenticationResponse,
    ) -> Result<Result<String, BackchannelAuthenticationFailReason>> {
        let user = match (&answer.sub, &answer.hint) {
            (Some(subject), _) => self.users.by_subject(subject).await,
            (None, Some(hint)) => self.users.by_hint(hint.expose()).await,
            (None, None) => Ok(None),
        };
        let user = user.map_err(Error::from)?;
        let unknown = BackchannelAuthenticationFailReason::UnknownUserId;
        Ok(user.map(|user| user.subject).ok_or(unknown))
    }

    /// The user sees it at `/requests`. Your server notifies the phone of the user here.
    async fn ask(&self, request: BackchannelRequest) {
        let added = self.requests.add(&request, self.request_seconds).await;
        if let Err(error) = added {
            let error = format!("{error:#}");
            tracing::error!(error, "a backchannel request could not be stored");
        }
    }
}

impl Logout for Directory {
    async fn log_out(&self, request: &Parts, logout: LogoutRequest) -> Result<Response> {
        let mut browser = BrowserSession::of(request).await?;
        browser.data.logout = Some(logout);
        browser.save().await?;
        Ok(Redirect::to(LOG_OUT_FOR_CLIENT).into_response())
    }
}
