//! Returns to an app without a login.

use axum::extract::{Query, State};
use axum::response::Response;

use super::continue_flow;
use crate::app::App;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::page_query::PageQuery;

/// The page that has the button.
pub async fn page(Query(PageQuery { flow, .. }): Query<PageQuery>) -> Response {
    continue_flow(&flow)
}

/// Handles the cancel form: the app gets `access_denied`, as when the user refuses the consent.
pub async fn send(State(app): State<App>, sent: VerifiedForm) -> Result<Response, Error> {
    let name = sent.flow();
    let mut flow = app.directory.flow(&sent.browser, &name).await?;
    flow.refused = true;
    app.directory.flows.update(&name, &flow).await?;
    Ok(continue_flow(&name))
}
