//! The choice between the account that is logged in and another one (`prompt=select_account`).

use authlete::server::Interaction;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;

use super::log_in::Flow;
use super::{go_on, interaction, with_form_token};
use crate::app::App;
use crate::error::Error;
use crate::form::Sent;
use crate::pages::{ChooseAccountPage, Page};
use crate::visit::Visit;

pub async fn page(
    State(app): State<App>,
    Query(Flow { flow }): Query<Flow>,
    mut visit: Visit,
    parts: Parts,
) -> Result<Response, Error> {
    with_form_token(&mut visit).await?;
    let user = app.directory.user(&visit).await?;
    let pending = app.directory.flow(&visit, &flow).await?.pending;
    let client_id = pending.client_id();
    let session = app.directory.session(&mut visit, client_id).await?;
    let asked = interaction(&pending, session.as_ref());
    let (Some(Interaction::ChooseAccount { .. }), Some(user)) = (asked, user) else {
        return Ok(go_on(&flow));
    };
    let locales = pending.answer().ui_locales.as_deref();
    let page = ChooseAccountPage {
        page: Page::new(&app, &parts, Some(&visit), locales).flow(&flow),
        name: user.display_name,
    };
    Ok(page.into_response())
}

/// The user goes on with the account that is logged in.
pub async fn send(State(app): State<App>, sent: Sent) -> Result<Response, Error> {
    let flow = sent.flow();
    let mut visit = sent.visit;
    let mut kept = app.directory.flow(&visit, &flow).await?;
    let client_id = kept.pending.client_id();
    let session = app.directory.session(&mut visit, client_id).await?;
    if let Some(session) = &session {
        kept.pending.account_chosen(session);
    }
    app.directory.flows.update(&flow, &kept).await?;
    visit.save().await?;
    Ok(go_on(&flow))
}
