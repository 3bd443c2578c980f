//! Login, consent and claims.

use authlete::server::{Interaction, PendingAuthorization, Session, StandardClaims};
use authlete::types::{AuthorizationResponse, TokenResponse};
use authlete_axum::authorization_server::{Accounts, TokenGrants};
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response, Result};

use crate::pages;
use crate::users::Users;
use crate::visit::{Fields, Server, Visit, field};

impl Accounts for Users {
    type Claims = StandardClaims;

    async fn session(
        &self,
        request: &Parts,
        answer: &AuthorizationResponse,
    ) -> Result<Option<Session>> {
        let mut visit = Visit::of(request).await?;
        let session = visit.session(self, answer.client_id());
        visit.save().await?;
        Ok(session)
    }

    async fn interact(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        interaction: Interaction,
    ) -> Result<Response> {
        let page = pages::of(&pending, interaction);
        let mut visit = Visit::of(request).await?;
        visit.pending = Some(pending);
        visit.save().await?;
        Ok(page)
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        Ok(Users::claims(self, subject))
    }
}

const START_AGAIN: (StatusCode, &str) =
    (StatusCode::BAD_REQUEST, "Start again at the application.");

/// Handles the login form.
pub async fn log_in(
    State((server, users)): Server,
    mut visit: Visit,
    request: Parts,
    Form(fields): Fields,
) -> Result<Response> {
    let value = |name| field(&fields, name);
    let pending = visit.take_pending(&fields);
    if pending.is_none() && !value("request").is_empty() {
        return Err(START_AGAIN.into());
    }
    let attempt = users.attempt(&request, value("name"))?;
    let login = users.log_in(value("name"), value("password"), value("code"))?;
    let is_authenticated = login.is_some();
    if let Some(login) = login {
        attempt.take_back();
        visit.log_in(login).await?;
    }
    let client = pending.as_ref().and_then(PendingAuthorization::client_id);
    let session = visit.session(&users, client);
    visit.save().await?;
    // Without a pending authorization request, the login came from the page for device codes.
    let Some(mut pending) = pending else {
        return Ok(Redirect::to("/device").into_response());
    };
    let session = session.filter(|_| is_authenticated);
    if let Some(session) = &session {
        pending.logged_in(session);
    }
    Ok(server.proceed(&request, pending, session.as_ref()).await?)
}

/// Handles the consent form.
pub async fn consent(
    State((server, users)): Server,
    mut visit: Visit,
    request: Parts,
    Form(fields): Fields,
) -> Result<Response> {
    let mut pending = visit.take_pending(&fields).ok_or(START_AGAIN)?;
    let client = pending.client_id();
    let session = visit.session(&users, client);
    visit.save().await?;
    let Some(session) = session.filter(|_| field(&fields, "agree") == "yes") else {
        return Ok(server.deny(&pending).await?);
    };
    let scopes = fields.iter().filter(|(name, _)| name == "scope");
    let lasting = pending.consented_to_scopes(&session, scopes.map(|(_, scope)| scope));
    users.remember(session.subject(), client, lasting);
    Ok(server.proceed(&request, pending, Some(&session)).await?)
}

impl TokenGrants for Users {
    async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
        Ok(true)
    }
}
