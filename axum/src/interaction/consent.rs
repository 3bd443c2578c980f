//! Consent.

use std::time::SystemTime;

use authlete::server::{Decision, Interaction, PendingAuthorization, Session};
use axum::extract::State;
use axum::response::{Response, Result};
use http::request::Parts;

use super::browser_state::Change;
use super::site::Site;
use super::{BrowserSessions, Form, Users};

pub(super) async fn consent<U: Users, S: BrowserSessions>(
    State(site): State<Site<U, S>>,
    request: Parts,
    form: Form,
) -> Result<Response> {
    let (state, mut pending) = site.pending(&request, &form).await?;
    if !form.agrees() {
        let response = site.server.deny(&pending).await?;
        let page_id = pending.page_id().to_owned();
        let change = Change::End {
            page_id,
            client: None,
        };
        return site.respond(&request, None, (response, change)).await;
    }
    let client = pending.client_id();
    let session = site.session(&state, client).await?;
    let viewer = state.viewer(pending.page_id()).and(session.as_ref());
    // Otherwise, the form is of an earlier page, or another user has logged in or out in another tab.
    if let Some(session) = viewer.filter(|it| needs_consent(&pending, it)) {
        let lasting = pending.consented_to_scopes(session, form.all("scope"));
        if let (Some(client), true) = (client, is_granted(&pending, session)) {
            site.users()
                .remember(session.subject(), client, lasting)
                .await?;
        }
    }
    site.proceed(&request, &state, pending, session.as_ref())
        .await
}

fn needs_consent(pending: &PendingAuthorization, session: &Session) -> bool {
    let decision = pending.decide(Some(session), SystemTime::now());
    matches!(decision, Decision::Interact(Interaction::Consent(_)))
}

fn is_granted(pending: &PendingAuthorization, session: &Session) -> bool {
    let decision = pending.decide(Some(session), SystemTime::now());
    matches!(decision, Decision::Issue(_))
}
