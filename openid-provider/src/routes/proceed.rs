//! Continues an authorization request after each of its pages: at the next page, or at the client.
//!
//! The forms of the pages only save what the user did, and redirect here. Only this handler calls Authlete, and the request is
//! kept until Authlete has answered: while it is unavailable, the user can reload the page.

use std::time::SystemTime;

use authlete::server::{Decision, Interaction, PendingAuthorization, Session};
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use crate::app::{App, OpenFlow};
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::page_query::{PageQuery, with_flow};

pub const PATH: &str = "/continue";

pub async fn page(
    State(app): State<App>,
    Query(PageQuery { flow: name, .. }): Query<PageQuery>,
    browser: BrowserSession,
    parts: Parts,
) -> Result<Response, Error> {
    let OpenFlow { flow, session, .. } = app.directory.open(&browser, &name).await?;
    let (pending, destination) = (flow.pending, flow.destination);
    browser.save().await?;
    let response = if flow.refused {
        app.server.deny(&pending).await?
    } else if let Some(interaction) = interaction(&pending, session.as_ref()) {
        return Ok(to_page(&interaction, &name));
    } else {
        app.server
            .proceed(&parts, pending, session.as_ref())
            .await?
    };
    match app.directory.flows.end(&name, &destination).await {
        // The form was submitted twice, and the other request finished first.
        Ok(false) if response.status().is_server_error() => return Err(Error::Ended(destination)),
        Ok(_) => {}
        // The user still returns to the client.
        Err(error) => tracing::warn!(%error, "an authorization request could not be ended"),
    }
    Ok(response)
}

/// Redirects to the page for an interaction. Each page has its own URL, so that it can be reloaded.
pub fn to_page(interaction: &Interaction, flow: &str) -> Response {
    let page = match interaction {
        Interaction::LogIn(_) => "/login",
        Interaction::ChooseAccount { .. } => "/choose-account",
        Interaction::CreateAccount { .. } => "/sign-up",
        Interaction::Consent(_) => "/consent",
    };
    Redirect::to(&with_flow(page, flow)).into_response()
}

/// Redirects to this handler.
pub fn continue_flow(flow: &str) -> Response {
    Redirect::to(&with_flow(PATH, flow)).into_response()
}

/// The interaction that an authorization request needs next, if any.
pub fn interaction(
    pending: &PendingAuthorization,
    session: Option<&Session>,
) -> Option<Interaction> {
    match pending.decide(session, SystemTime::now()) {
        Decision::Interact(interaction) => Some(interaction),
        Decision::Issue(_) | Decision::Fail(_) => None,
    }
}
