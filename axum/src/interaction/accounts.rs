//! The pages as the accounts of an authorization server.

use authlete::server::{Interaction, PendingAuthorization, Session};
use authlete::types::AuthorizationResponse;
use axum::response::{Response, Result};
use http::request::Parts;

use super::markers::{LoginFailed, PageShown};
use super::{BrowserSessions, Interactions, Page, Users};
use crate::authorization_server::Accounts;

impl<U: Users, S: BrowserSessions> Accounts for Interactions<U, S> {
    type Claims = U::Claims;

    async fn session(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> Result<Option<Session>> {
        let sessions = &self.parts.sessions;
        let mut state = sessions.load(request).await?;
        let client = answer.client_id();
        if state.login_to(client).is_some() {
            sessions.save(request, &state).await?;
        }
        self.session_for(&state, client).await
    }

    async fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Result<Response> {
        let sessions = &self.parts.sessions;
        let mut state = sessions.load(request).await?;
        let page = Page::Authorization {
            pending: &pending,
            interaction,
            session: state.login.as_ref(),
            login_failed: request.extensions.get::<LoginFailed>().is_some(),
        };
        let mut response = self.page(request, page).await?;
        state.keep(pending);
        sessions.save(request, &state).await?;
        response.extensions_mut().insert(PageShown);
        Ok(response)
    }

    async fn claims(&self, subject: &str) -> Result<Option<U::Claims>> {
        self.parts.users.claims(subject).await
    }
}
