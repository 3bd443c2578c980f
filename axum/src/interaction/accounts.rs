//! The pages as the accounts of an authorization server.

use authlete::server::{Interaction, PendingAuthorization, Session};
use authlete::types::AuthorizationResponse;
use axum::response::{Response, Result};
use http::request::Parts;

use super::{BrowserSessions, Interactions, Users};
use crate::authorization_server::Accounts;

impl<U: Users, S: BrowserSessions> Accounts for Interactions<U, S> {
    type Claims = U::Claims;

    async fn session(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> Result<Option<Session>> {
        let state = self.parts.sessions.load(request).await?;
        self.session_for(&state, answer.client_id()).await
    }

    async fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Result<Response> {
        let state = self.parts.sessions.load(request).await?;
        let shown = self.show(request, state.login.as_ref(), pending, interaction, false);
        let (page, change) = shown.await?;
        self.change(request, |state| state.apply(change)).await?;
        Ok(page)
    }

    async fn granted(&self, request: &Parts, answer: &AuthorizationResponse) -> Result<()> {
        let client = answer.client_id();
        self.change(request, |state| state.clients.extend(client))
            .await
    }

    async fn claims(&self, subject: &str) -> Result<Option<U::Claims>> {
        self.parts.users.claims(subject).await
    }
}
