//! What connects the users of this server with the endpoints of `authlete-axum`: the whole of it.
//!
//! Replace `ask` to tell users of a request on their phones (CIBA), and `claims` when claims come from elsewhere.

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
use crate::destination::Destination;
use crate::error::Error;
use crate::routes::{LOG_OUT_FOR_CLIENT, to_page};
use crate::visit::Visit;

impl Accounts for Directory {
    type Claims = StandardClaims;

    async fn session(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> Result<Option<Session>> {
        let mut visit = Visit::of(request).await?;
        let session = Directory::session(self, &mut visit, answer.client_id()).await?;
        if session.is_some() {
            visit.save().await?;
        }
        Ok(session)
    }

    async fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Result<Response> {
        let visit = Visit::of(request).await?;
        let destination = Destination::of(request, pending.answer());
        let flow = self.flows.add(&visit.kept.key, pending, destination).await;
        visit.save().await?;
        Ok(to_page(&interaction, &flow.map_err(Error::from)?))
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        let user = self.users.by_subject(subject).await.map_err(Error::from)?;
        Ok(user.map(|user| user.claims()))
    }
}

impl TokenGrants for Directory {
    /// A refreshed token comes with a new ID token, too (OpenID Connect Core 1.0 §12.2).
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

    /// The user sees it at `/requests`. A server of yours sends a message to the phone of the user here.
    async fn ask(&self, request: BackchannelRequest) {
        let added = self.requests.add(&request, self.request_seconds).await;
        if let Err(error) = added {
            let error = format!("{error:#}");
            tracing::error!(error, "a request of a client could not be kept");
        }
    }
}

impl Logout for Directory {
    async fn log_out(&self, request: &Parts, logout: LogoutRequest) -> Result<Response> {
        let mut visit = Visit::of(request).await?;
        visit.kept.logout = Some(logout);
        visit.save().await?;
        Ok(Redirect::to(LOG_OUT_FOR_CLIENT).into_response())
    }
}
