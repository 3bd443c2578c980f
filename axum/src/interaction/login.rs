//! Login and choice of an account.

use axum::extract::State;
use axum::response::{Response, Result};
use http::request::Parts;

use super::site::Site;
use super::{BrowserSessions, Form, Users};

pub(super) async fn log_in<U: Users, S: BrowserSessions>(
    State(site): State<Site<U, S>>,
    request: Parts,
    form: Form,
) -> Result<Response> {
    let attempt = site.interactions.begin_login(&request, form.get("name"))?;
    match site.users().log_in(&request, &form).await {
        Ok(Some(session)) => {
            attempt.take_back();
            site.log_in(&request, &form, session).await
        }
        Ok(None) => site.log_in_again(&request, &form).await,
        Err(error) => {
            // It could not be checked.
            attempt.take_back();
            Err(error)
        }
    }
}

/// Continues with the account of the session.
pub(super) async fn choose_account<U: Users, S: BrowserSessions>(
    State(site): State<Site<U, S>>,
    request: Parts,
    form: Form,
) -> Result<Response> {
    let (state, mut pending) = site.pending(&request, &form).await?;
    let session = site.session(&state, pending.client_id()).await?;
    if let Some(session) = state.viewer(pending.page_id()) {
        pending.account_chosen(session);
    }
    site.proceed(&request, &state, pending, session.as_ref())
        .await
}
