//! Logout (OpenID Connect RP-Initiated Logout 1.0, Back-Channel Logout 1.0).

use std::mem;

use authlete_axum::authorization_server::{Logout, LogoutRequest};
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{Response, Result};

use crate::pages;
use crate::users::Users;
use crate::visit::{Server, Visit};

impl Logout for Users {
    async fn log_out(&self, request: &Parts, logout: LogoutRequest) -> Result<Response> {
        let mut visit = Visit::of(request).await?;
        visit.logout = Some(logout);
        visit.save().await?;
        Ok(pages::log_out())
    }
}

/// Handles the confirmation of a logout.
pub async fn confirm(State((server, _)): Server, mut visit: Visit) -> Result<Response> {
    let (login, logout) = (visit.login.take(), visit.logout.take());
    let clients = mem::take(&mut visit.clients);
    visit.log_out().await?;
    if let Some(login) = login {
        // The user does not wait for the clients.
        tokio::spawn(async move {
            let (subject, session) = (Some(&*login.subject), Some(&*login.id));
            server.log_out_of_clients(clients, subject, session).await;
        });
    }
    let response = logout.and_then(|logout| logout.response());
    Ok(response.unwrap_or_else(|| pages::message("You have logged out")))
}
