//! Login and choice of an account.

use axum::extract::State;
use axum::response::{Response, Result};
use http::request::Parts;

use super::form_state::FormState;
use super::{BrowserSessions, SameOriginForm, Users};

pub(super) async fn log_in<U: Users, S: BrowserSessions>(
    State(forms): State<FormState<U, S>>,
    request: Parts,
    form: SameOriginForm,
) -> Result<Response> {
    let attempt = forms.interactions.begin_login(&request, form.get("name"))?;
    match forms.users().log_in(&request, &form).await {
        Ok(Some(session)) => {
            attempt.take_back();
            forms.log_in(&request, &form, session).await
        }
        Ok(None) => forms.log_in_again(&request, &form).await,
        Err(error) => {
            // It could not be checked.
            attempt.take_back();
            Err(error)
        }
    }
}

/// Continues with the account of the session.
pub(super) async fn choose_account<U: Users, S: BrowserSessions>(
    State(forms): State<FormState<U, S>>,
    request: Parts,
    form: SameOriginForm,
) -> Result<Response> {
    let (state, mut pending) = forms.pending(&request, &form).await?;
    let session = forms.session(&state, pending.client_id()).await?;
    if let Some(session) = state.viewer(pending.page_id()) {
        pending.account_chosen(session);
    }
    forms
        .proceed(&request, &state, pending, session.as_ref())
        .await
}
