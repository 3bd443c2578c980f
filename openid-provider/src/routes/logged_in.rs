//! Pages for users who are logged in.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use super::with_form_token;
use crate::app::App;
use crate::error::Error;
use crate::pages::Page;
use crate::users::User;
use crate::visit::Visit;

/// A user who is logged in and opens a page. Others go to the login first, and then come back.
pub struct LoggedIn {
    pub visit: Visit,
    pub user: User,
    pub parts: Parts,
}

impl LoggedIn {
    /// The page, with the name of the user at its top.
    pub fn page(&self, app: &App) -> Page {
        Page::new(app, &self.parts, Some(&self.visit), None).user(Some(&self.user))
    }

    async fn find(parts: &Parts, app: &App) -> Result<Result<Self, Redirect>, Error> {
        let mut visit = Visit::of(parts).await?;
        with_form_token(&mut visit).await?;
        if let Some(user) = app.directory.user(&visit).await? {
            let parts = parts.clone();
            return Ok(Ok(Self { visit, user, parts }));
        }
        visit.kept.after_login = parts.uri.path_and_query().map(ToString::to_string);
        visit.save().await?;
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
