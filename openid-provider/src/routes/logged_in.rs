//! The extractor of pages for users who are logged in.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use super::with_form_token;
use crate::app::App;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::pages::Page;
use crate::users::User;

/// A user who is logged in. Anybody else is redirected to the login, which then returns to the page.
pub struct LoggedIn {
    pub browser: BrowserSession,
    pub user: User,
    pub parts: Parts,
}

impl LoggedIn {
    /// The page, with the name of the user at its top.
    pub fn page(&self, app: &App) -> Page {
        Page::new(app, &self.parts, Some(&self.browser), None).user(Some(&self.user))
    }

    async fn find(parts: &Parts, app: &App) -> Result<Result<Self, Redirect>, Error> {
        let mut browser = BrowserSession::of(parts).await?;
        with_form_token(&mut browser).await?;
        if let Some(user) = app.directory.user(&browser).await? {
            let parts = parts.clone();
            return Ok(Ok(Self {
                browser,
                user,
                parts,
            }));
        }
        browser.data.after_login = parts.uri.path_and_query().map(ToString::to_string);
        browser.save().await?;
        Ok(Err(Redirect::to("/login")))
    }
}

impl FromRequestParts<App> for LoggedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Self::find(parts, app).await {
            Ok(found) => found.map_err(Redirect::into_response),
            Err(error) => Err(error.into_response()),
        }
    }
}
