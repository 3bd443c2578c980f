//! Consent.

use axum::extract::State;
use axum::response::{Response, Result};
use http::request::Parts;

use super::site::Site;
use super::{BrowserSessions, Form, Users};

pub(super) async fn consent<U: Users, S: BrowserSessions>(
    State(site): State<Site<U, S>>,
    request: Parts,
    form: Form,
) -> Result<Response> {
    let mut state = site.load(&request).await?;
    let Some(mut pending) = state.pending(form.get("request")).cloned() else {
        return site.start_again(&request).await;
    };
    if !form.agrees() {
        let response = site.server.deny(&pending).await?;
        return site.ended(&request, pending.page_id(), response).await;
    }
    let client = pending.client_id();
    let session = site.session(&state, client).await?;
    // Without a session, for example after a logout in another tab, the user has to log in again.
    if let Some(session) = &session {
        let lasting = pending.consented_to_scopes(session, form.all("scope"));
        if let Some(client) = client {
            site.users()
                .remember(session.subject(), client, lasting)
                .await?;
        }
        state.keep(pending.clone());
        site.save(&request, &state).await?;
    }
    site.proceed(&request, pending, session.as_ref()).await
}
