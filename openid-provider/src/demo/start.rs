//! The start page: what to ask the provider for.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;

use super::Demo;
use super::pages::{DemoPage, StartPage};
use super::session::SessionKey;

pub async fn page(State(demo): State<Demo>, session_key: SessionKey, parts: Parts) -> Response {
    let page = DemoPage::new(&parts);
    let session = demo.sessions.with(&session_key.0, |session| {
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
