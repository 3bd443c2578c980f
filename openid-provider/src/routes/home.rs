//! The start page. Replace it with yours.

use axum::extract::State;
use http::request::Parts;

use super::with_form_token;
use crate::app::App;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::pages::{HomePage, Page};

pub async fn page(
    State(app): State<App>,
    mut browser: BrowserSession,
    parts: Parts,
) -> Result<HomePage, Error> {
    with_form_token(&mut browser).await?;
    let user = app.directory.user(&browser).await?;
    let page = Page::new(&app, &parts, Some(&browser), None).user(user.as_ref());
    Ok(HomePage { page })
}
