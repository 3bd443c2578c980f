//! The result of the last flow, and the refresh of tokens.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use openidconnect::{OAuth2TokenResponse as _, TokenResponse as _};

use super::Demo;
use super::pages::{DemoPage, ResultPage};
use super::recording_client::RecordingClient;
use super::sections::{CORE, RFC_6749};
use super::session::{DemoLogin, SessionKey};
use super::steps::{Failed, Step};
use super::tokens::{ExpectedClaims, accept, refused};

pub async fn page(State(demo): State<Demo>, session_key: SessionKey, parts: Parts) -> Response {
    let session = demo.sessions.with(&session_key.0, |session| {
        (session.report.clone(), session.login.clone())
    });
    let (steps, login) = session.unwrap_or_default();
    if steps.is_empty() {
        return Redirect::to("/").into_response();
    }
    let page = DemoPage::new(&parts);
    ResultPage { page, steps, login }.into_response()
}

/// Uses the refresh token.
pub async fn refresh(State(demo): State<Demo>, session_key: SessionKey) -> Redirect {
    let login = demo
        .sessions
        .with(&session_key.0, |session| session.login.clone());
    if let Some(login) = login.flatten() {
        let (steps, new) = exchange(&demo, &login).await;
        demo.sessions.with(&session_key.0, |session| {
            session.report = steps;
            // The session may have ended since.
            if let (Some(login), Some(new)) = (&mut session.login, new) {
                *login = new;
            }
        });
    }
    Redirect::to("/result")
}

async fn exchange(demo: &Demo, login: &DemoLogin) -> (Vec<Step>, Option<DemoLogin>) {
    let recorder = RecordingClient::new(&demo.http);
    let step = Step::new(|texts| &texts.refresh)
        .section(RFC_6749.at("6"))
        .section(CORE.at("12"));
    let failed = |recorder: &RecordingClient, problem| {
        let step = step.clone().exchanges(recorder.take()).problem(problem);
        (vec![step], None)
    };
    let metadata = match demo.discover(&recorder).await {
        Ok(metadata) => metadata,
        Err(Failed(problem)) => return failed(&recorder, problem),
    };
    // Discovery was shown before.
    drop(recorder.take());
    let Some(token) = &login.refresh_token else {
        return failed(
            &recorder,
            super::steps::Problem::Refused(|texts| texts.no_refresh_token),
        );
    };
    let request = async {
        let client = demo.client(&metadata).map_err(|Failed(it)| it)?;
        let request = client.exchange_refresh_token(token);
        let request = request.map_err(|error| Failed::from(error).0)?;
        request.request_async(&recorder).await.map_err(refused)
    };
    let response = match request.await {
        Ok(response) => response,
        Err(problem) => return failed(&recorder, problem),
    };
    let step = step.exchanges(recorder.take());
    if response.id_token().is_none() {
        // Core §12.2 allows a response without an ID token.
        let refresh_token = response.refresh_token().cloned();
        let new = DemoLogin {
            refresh_token: refresh_token.or_else(|| login.refresh_token.clone()),
            ..login.clone()
        };
        return (vec![step], Some(new));
    }
    let expected = ExpectedClaims {
        subject: Some(login.subject.clone()),
        ..ExpectedClaims::default()
    };
    let (mut steps, new) = accept(demo, &metadata, &recorder, &response, expected).await;
    steps.insert(0, step);
    let new = new.map(|new| DemoLogin {
        // A response without a refresh token: the one before stays valid (RFC 6749 §6).
        refresh_token: new.refresh_token.or_else(|| login.refresh_token.clone()),
        session_id: new.session_id.or_else(|| login.session_id.clone()),
        ..new
    });
    (steps, new)
}
