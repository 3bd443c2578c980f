//! The choice between the account that is logged in and another one (`prompt=select_account`).

use authlete::server::Interaction;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;

use super::log_in::Flow;
use super::{go_on, interaction, page_for, with_form_token};
use crate::app::App;
use crate::error::Error;
use crate::form::Sent;
use crate::pages::ChooseAccountPage;
use crate::visit::Visit;

pub async fn page(
    State(app): State<App>,
    Query(Flow { flow }): Query<Flow>,
    mut visit: Visit,
    parts: Parts,
) -> Result<Response, Error> {
    with_form_token(&mut visit).await?;
    let opened = app.directory.open(&mut visit, &flow).await?;
    let pending = opened.flow.pending;
    let asked = interaction(&pending, opened.session.as_ref());
    let (Some(Interaction::ChooseAccount { .. }), Some(user)) = (asked, opened.user) else {
        return Ok(go_on(&flow));
    };
    let page = ChooseAccountPage {
        page: page_for(&app, &parts, &visit, &flow, Some(&pending)),
        name: user.display_name,
    };
    Ok(page.into_response())
}

/// The user goes on with the account that is logged in.
pub async fn send(State(app): State<App>, sent: Sent) -> Result<Response, Error> {
    let flow = sent.flow();
    let mut visit = sent.visit;
    let mut opened = app.directory.open(&mut visit, &flow).await?;
    if let Some(session) = &opened.session {
        opened.flow.pending.account_chosen(session);
    }
    app.directory.flows.update(&flow, &opened.flow).await?;
    visit.save().await?;
    Ok(go_on(&flow))
}
