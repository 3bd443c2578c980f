//! The start page: what to ask the provider for.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;

use super::Demo;
use super::pages::{Page, StartPage};
use super::session::Visitor;

pub async fn page(State(demo): State<Demo>, visitor: Visitor, parts: Parts) -> Response {
    let page = Page::new(&parts);
    let session = demo.sessions.with(&visitor.0, |session| {
        let login = session.login.clone();
        (login, session.ended.clone(), !session.report.is_empty())
    });
    let (login, steps, has_report) = session.unwrap_or_default();
    StartPage {
        page,
        login,
        steps,
        has_report,
    }
    .into_response()
}
