//! Logout (OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0).

use axum::extract::State;
use axum::response::{Response, Result};
use http::request::Parts;
use tracing::Instrument as _;

use super::form_state::FormState;
use super::{BrowserSessions, Interactions, Notice, Page, SameOriginForm, Users};
use crate::authorization_server::{Logout, LogoutRequest};

impl<U: Users, S: BrowserSessions> Logout for Interactions<U, S> {
    async fn log_out(&self, request: &Parts, logout: LogoutRequest) -> Result<Response> {
        let page = self.page(request, Page::LogOut(&logout)).await?;
        self.change(request, |state| state.logout = Some(logout))
            .await?;
        Ok(page)
    }
}

/// Handles the confirmation.
pub(super) async fn confirm<U: Users, S: BrowserSessions>(
    State(forms): State<FormState<U, S>>,
    request: Parts,
    form: SameOriginForm,
) -> Result<Response> {
    let state = forms.load(&request).await?;
    forms.sessions().delete(&request).await?;
    if let Some(session) = state.login {
        let server = forms.server.clone();
        let notify = async move {
            let (subject, id) = (Some(session.subject()), session.id());
            server.log_out_of_clients(state.clients, subject, id).await;
        };
        // The user does not wait for the clients.
        tokio::spawn(notify.in_current_span());
    }
    // Another site may have requested another logout in another tab.
    let logout = state.logout;
    let logout = logout.filter(|logout| logout.page_id() == form.get("request"));
    match logout.and_then(|logout| logout.response()) {
        Some(response) => Ok(response),
        None => forms.notice(&request, Notice::LoggedOut).await,
    }
}
