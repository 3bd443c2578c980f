//! Consent.

use std::time::SystemTime;

use authlete::server::{Decision, Interaction, PendingAuthorization, Session};
use axum::extract::State;
use axum::response::{Response, Result};
use http::request::Parts;

use super::browser_state::Change;
use super::form_state::FormState;
use super::{BrowserSessions, SameOriginForm, Users};

pub(super) async fn consent<U: Users, S: BrowserSessions>(
    State(forms): State<FormState<U, S>>,
    request: Parts,
    form: SameOriginForm,
) -> Result<Response> {
    let (state, mut pending) = forms.pending(&request, &form).await?;
    if !form.agrees() {
        let response = forms.server.deny(&pending).await?;
        let page_id = pending.page_id().to_owned();
        let change = Change::End {
            page_id,
            client: None,
        };
        return forms.respond(&request, None, (response, change)).await;
    }
    let client = pending.client_id();
    let session = forms.session(&state, client).await?;
    let viewer = state.viewer(pending.page_id()).and(session.as_ref());
    // Otherwise, the form is of an earlier page, or another user has logged in or out in another tab.
    if let Some(session) = viewer.filter(|it| needs_consent(&pending, it)) {
        let lasting = pending.consented_to_scopes(session, form.all("scope"));
        if let (Some(client), true) = (client, is_granted(&pending, session)) {
            forms
                .users()
                .remember(session.subject(), client, lasting)
                .await?;
        }
    }
    forms
        .proceed(&request, &state, pending, session.as_ref())
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
