//! Consent.

use axum::extract::State;
use axum::response::{Response, Result};
use http::request::Parts;

use super::next_step::is_consent;
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
        return site.ended(&request, pending.page_id(), response).await;
    }
    let client = pending.client_id();
    let session = site.session(&state, client).await?;
    let viewer = state.viewer(pending.page_id()).and(session.as_ref());
    // Otherwise, the form is of an earlier page, or another user has logged in or out in another tab.
    if let Some(session) = viewer.filter(|it| is_consent(&pending, it)) {
        let lasting = pending.consented_to_scopes(session, form.all("scope"));
        if let Some(client) = client {
            site.users()
                .remember(session.subject(), client, lasting)
                .await?;
        }
    }
    site.proceed(&request, pending, session.as_ref()).await
}
