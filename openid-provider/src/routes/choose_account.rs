//! The choice between the account of the session and another one (`prompt=select_account`).

use authlete::server::Interaction;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;

use super::{continue_flow, interaction, page_for, with_form_token};
use crate::app::App;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::page_query::PageQuery;
use crate::pages::ChooseAccountPage;

pub async fn page(
    State(app): State<App>,
    Query(PageQuery { flow, .. }): Query<PageQuery>,
    mut browser: BrowserSession,
    parts: Parts,
) -> Result<Response, Error> {
    with_form_token(&mut browser).await?;
    let opened = app.directory.open(&browser, &flow).await?;
    let pending = opened.flow.pending;
    let asked = interaction(&pending, opened.session.as_ref());
    let (Some(Interaction::ChooseAccount { .. }), Some(user)) = (asked, opened.user) else {
        return Ok(continue_flow(&flow));
    };
    let page = ChooseAccountPage {
        page: page_for(&app, &parts, &browser, &flow, Some(&pending)),
        name: user.display_name,
    };
    Ok(page.into_response())
}

/// Handles the form: the user continues with the account of the session.
pub async fn send(State(app): State<App>, sent: VerifiedForm) -> Result<Response, Error> {
    let flow = sent.flow();
    let browser = sent.browser;
    let mut opened = app.directory.open(&browser, &flow).await?;
    if let Some(session) = &opened.session {
        opened.flow.pending.account_chosen(session);
    }
    app.directory.flows.update(&flow, &opened.flow).await?;
    browser.save().await?;
    Ok(continue_flow(&flow))
}
