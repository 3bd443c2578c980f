//! Logout (OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0).

use axum::extract::State;
use axum::response::{Response, Result};
use http::request::Parts;
use tracing::Instrument as _;

use super::site::Site;
use super::{BrowserSessions, Form, Interactions, Notice, Page, Users};
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
    State(site): State<Site<U, S>>,
    request: Parts,
    form: Form,
) -> Result<Response> {
    let state = site.load(&request).await?;
    site.sessions().delete(&request).await?;
    if let Some(session) = state.login {
        let server = site.server.clone();
        let notify = async move {
            let (subject, id) = (Some(session.subject()), session.id_value());
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
        None => site.notice(&request, Notice::LoggedOut).await,
    }
}
