//! The logout that the demo requests (OpenID Connect RP-Initiated Logout 1.0).

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use openidconnect::url::Url;
use openidconnect::{CsrfToken, LogoutRequest, PostLogoutRedirectUrl};

use super::Demo;
use super::pages::{DemoPage, RequestPage};
use super::recording_client::RecordingClient;
use super::sections::LOGOUT;
use super::session::{DemoLogin, SessionKey};
use super::steps::{Failed, Problem, Step, Text, parameters};

/// The path that the browser returns to from the provider.
pub const LOGGED_OUT: &str = "/logged-out";

/// Shows the request.
pub async fn page(State(demo): State<Demo>, session_key: SessionKey, parts: Parts) -> Response {
    let login = demo
        .sessions
        .with(&session_key.0, |session| session.login.clone());
    let Some(login) = login.flatten() else {
        return Redirect::to("/").into_response();
    };
    let page = DemoPage::new(&parts);
    let step = Step::new(|texts| &texts.logout).section(LOGOUT.at("2"));
    let (step, url) = match prepare(&demo, &session_key, &login).await {
        Ok(url) => {
            let query: Vec<_> = url.query_pairs().into_owned().collect();
            let rows = parameters(&query);
            let step = step.table(|texts| texts.request_parameters, "logout", rows);
            (step, Some(url.to_string()))
        }
        Err(Failed(problem)) => (step.problem(problem), None),
    };
    let steps = vec![step];
    RequestPage { page, steps, url }.into_response()
}

async fn prepare(demo: &Demo, session_key: &SessionKey, login: &DemoLogin) -> Result<Url, Failed> {
    let metadata = demo.discover(&RecordingClient::new(&demo.http)).await?;
    let endpoint = &metadata.additional_metadata().end_session_endpoint;
    let unsupported = Failed(Problem::Refused(|texts| texts.not_supported));
    let endpoint = endpoint.clone().ok_or(unsupported)?;
    let state = CsrfToken::new_random();
    let back = PostLogoutRedirectUrl::new(format!("{}{LOGGED_OUT}", demo.url))?;
    demo.sessions.with(&session_key.0, |session| {
        session.logout_state = Some(state.secret().clone());
    });
    Ok(LogoutRequest::from(endpoint)
        .set_id_token_hint(&login.id_token)
        .set_post_logout_redirect_uri(back)
        .set_state(state)
        .http_get_url())
}

/// The browser returns. Only the right `state` ends the session: any page on the web can send a browser here.
pub async fn done(State(demo): State<Demo>, session_key: SessionKey, parts: Parts) -> Redirect {
    let query = parts.uri.query().unwrap_or_default();
    let query: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let step = Step::new(|texts| &texts.logged_out).section(LOGOUT.at("3"));
    let rows = parameters(&query);
    let step = step.table(|texts| texts.response_parameters, "logged_out", rows);
    demo.sessions.with(&session_key.0, |session| {
        let expected = session.logout_state.take();
        let state = query.iter().find(|(name, _)| name == "state");
        if expected.is_some() && expected.as_ref() == state.map(|(_, state)| state) {
            let check: Text = |texts| texts.checked_logout_state;
            session.log_out(step.checks([check]));
        }
    });
    Redirect::to("/")
}
