//! The choice of a language, at the bottom of every page.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};

use crate::app::App;
use crate::language::Choice;

pub async fn page() -> Redirect {
    Redirect::to("/")
}

/// It needs no session and no token: pages for errors have it, too, and another site gains nothing by it.
pub async fn choose(State(app): State<App>, Form(choice): Form<Choice>) -> impl IntoResponse {
    choice.respond(app.site.is_secure())
}
