//! The first page.
//!
//! Replace it with a page of yours.

use axum::extract::State;
use http::request::Parts;

use super::with_form_token;
use crate::app::App;
use crate::error::Error;
use crate::pages::{HomePage, Page};
use crate::visit::Visit;

pub async fn page(
    State(app): State<App>,
    mut visit: Visit,
    parts: Parts,
) -> Result<HomePage, Error> {
    with_form_token(&mut visit).await?;
    let user = app.directory.user(&visit).await?;
    let page = Page::new(&app, &parts, Some(&visit), None).user(user.as_ref());
    Ok(HomePage { page })
}
