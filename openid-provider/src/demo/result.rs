//! The result of the last flow, and the refresh of tokens.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use openidconnect::{OAuth2TokenResponse as _, TokenResponse as _};

use super::Demo;
use super::pages::{Page, ResultPage};
use super::sections::{CORE, RFC_6749};
use super::session::{Login, Visitor};
use super::steps::{Failed, Step};
use super::tokens::{Expected, accept, refused};
use super::wire::Wire;

pub async fn page(State(demo): State<Demo>, visitor: Visitor, parts: Parts) -> Response {
    let session = demo.sessions.with(&visitor.0, |session| {
        (session.report.clone(), session.login.clone())
    });
    let (steps, login) = session.unwrap_or_default();
    if steps.is_empty() {
        return Redirect::to("/").into_response();
    }
    let page = Page::new(&parts);
    ResultPage { page, steps, login }.into_response()
}

/// Uses the refresh token.
pub async fn refresh(State(demo): State<Demo>, visitor: Visitor) -> Redirect {
    let login = demo
        .sessions
        .with(&visitor.0, |session| session.login.clone());
    if let Some(login) = login.flatten() {
        let (steps, new) = exchange(&demo, &login).await;
        demo.sessions.with(&visitor.0, |session| {
            session.report = steps;
            // It may have ended meanwhile.
            if let (Some(login), Some(new)) = (&mut session.login, new) {
                *login = new;
            }
        });
    }
    Redirect::to("/result")
}

async fn exchange(demo: &Demo, login: &Login) -> (Vec<Step>, Option<Login>) {
    let wire = Wire::new(&demo.http);
    let step = Step::new(|texts| &texts.refresh)
        .section(RFC_6749.at("6"))
        .section(CORE.at("12"));
    let failed = |wire: &Wire, problem| {
        let step = step.clone().exchanges(wire.take()).problem(problem);
        (vec![step], None)
    };
    let metadata = match demo.discover(&wire).await {
        Ok(metadata) => metadata,
        Err(Failed(problem)) => return failed(&wire, problem),
    };
    // Discovery was shown before.
    drop(wire.take());
    let Some(token) = &login.refresh_token else {
        return failed(
            &wire,
            super::steps::Problem::Refused(|texts| texts.no_refresh_token),
        );
    };
    let request = async {
        let client = demo.client(&metadata).map_err(|Failed(it)| it)?;
        let request = client.exchange_refresh_token(token);
        let request = request.map_err(|error| Failed::from(error).0)?;
        request.request_async(&wire).await.map_err(refused)
    };
    let response = match request.await {
        Ok(response) => response,
        Err(problem) => return failed(&wire, problem),
    };
    let step = step.exchanges(wire.take());
    if response.id_token().is_none() {
        // Core §12.2 allows a response without an ID token.
        let refresh_token = response.refresh_token().cloned();
        let new = Login {
            refresh_token: refresh_token.or_else(|| login.refresh_token.clone()),
            ..login.clone()
        };
        return (vec![step], Some(new));
    }
    let expected = Expected {
        subject: Some(login.subject.clone()),
        ..Expected::default()
    };
    let (mut steps, new) = accept(demo, &metadata, &wire, &response, expected).await;
    steps.insert(0, step);
    let new = new.map(|new| Login {
        // A response without a refresh token: the one before stays valid (RFC 6749 §6).
        refresh_token: new.refresh_token.or_else(|| login.refresh_token.clone()),
        session_id: new.session_id.or_else(|| login.session_id.clone()),
        ..new
    });
    (steps, new)
}
