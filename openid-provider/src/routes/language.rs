//! The choice of a language, at the bottom of every page.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};

use crate::app::App;
use crate::language::Choice;

pub async fn page() -> Redirect {
    Redirect::to("/")
}

/// It needs neither a session nor a CSRF token: error pages have the form, too, and a forged one does no harm.
pub async fn choose(State(app): State<App>, Form(choice): Form<Choice>) -> impl IntoResponse {
    choice.respond(app.site.is_secure())
}
