//! Receives the authorization response, and exchanges its code for tokens.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use openidconnect::AuthorizationCode;

use super::Demo;
use super::pages::FormFields;
use super::recording_client::RecordingClient;
use super::request::SentRequest;
use super::sections::{CORE, FORM_POST, RFC_6749, RFC_9207};
use super::session::{DemoLogin, SessionKey, show_result};
use super::steps::{Failed, Problem, Step, Text, parameters};
use super::tokens::{accept, refused};

type Parameters = Vec<(String, String)>;

/// The response as a form (`response_mode=form_post`).
///
/// The form comes from the site of the provider, so the browser sends it without the cookie of the demo (`SameSite=Lax`). This
/// stores the response under its `state` and redirects: the redirected request has the cookie, which shows whether this browser
/// sent the request.
pub async fn receive(State(demo): State<Demo>, FormFields(received): FormFields) -> Response {
    let state = value(&received, "state").unwrap_or_default().to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("state", &state);
    let query = query.finish();
    demo.sent_requests.with(&state, |request| {
        // The first one counts.
        request.received.get_or_insert(received);
    });
    // 303: to be fetched by GET.
    Redirect::to(&format!("/callback?{query}")).into_response()
}

/// The response in the query. The result is shown at a URL without the code.
pub async fn page(State(demo): State<Demo>, session_key: SessionKey, parts: Parts) -> Response {
    let query = parts.uri.query().unwrap_or_default();
    let query: Parameters = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let (steps, login) = respond(&demo, &session_key, query).await;
    show_result(&demo, &session_key, steps, login)
}

async fn respond(
    demo: &Demo,
    session_key: &SessionKey,
    query: Parameters,
) -> (Vec<Step>, Option<DemoLogin>) {
    let mut step = Step::new(|texts| &texts.authorization_response)
        .section(CORE.at("3.1.2.5"))
        .section(RFC_6749.at("4.1.2"));
    let state = value(&query, "state").unwrap_or_default();
    // A response to a request of another browser is an attack (CSRF, RFC 6749 §10.12).
    let is_own = demo
        .sent_requests
        .with(state, |request| request.session_key == session_key.0);
    let sent_request = match is_own {
        Some(true) => demo.sent_requests.take(state),
        _ => None,
    };
    let Some(mut sent_request) = sent_request else {
        let rows = parameters(&query);
        step = step.table(|texts| texts.response_parameters, "authorized", rows);
        let text: Text = match is_own {
            Some(false) => |texts| texts.other_browser,
            _ => |texts| texts.unknown_state,
        };
        return (vec![step.problem(Problem::Refused(text))], None);
    };
    let received = match sent_request.received.take() {
        Some(received) => {
            step = step.section(FORM_POST.at("2"));
            received
        }
        None => query,
    };
    let rows = parameters(&received);
    step = step.table(|texts| texts.response_parameters, "authorized", rows);
    let code = match check(&received, &sent_request) {
        Ok(code) => code,
        Err(problem) => return (vec![step.problem(problem)], None),
    };
    step = step.checks([CHECKED_STATE]);
    if sent_request
        .metadata
        .additional_metadata()
        .authorization_response_iss_parameter_supported
    {
        step = step.section(RFC_9207.at("2.4")).checks([CHECKED_ISSUER]);
    }
    let (mut steps, login) = exchange(demo, code, sent_request).await;
    steps.insert(0, step);
    (steps, login)
}

const CHECKED_STATE: Text = |texts| texts.checked_state;
const CHECKED_ISSUER: Text = |texts| texts.checked_response_issuer;

/// The code in the response, if the response is valid.
fn check(received: &Parameters, sent_request: &SentRequest) -> Result<String, Problem> {
    let refused = |text: Text| Err(Problem::Refused(text));
    let metadata = &sent_request.metadata;
    let additional = metadata.additional_metadata();
    match value(received, "iss") {
        // The response of another provider (RFC 9207 §2.4).
        Some(issuer) if issuer != metadata.issuer().as_str() => {
            return refused(|texts| texts.other_issuer);
        }
        None if additional.authorization_response_iss_parameter_supported => {
            return refused(|texts| texts.other_issuer);
        }
        _ => {}
    }
    if let Some(error) = value(received, "error") {
        return Err(Problem::Answered {
            error: error.to_owned(),
            description: value(received, "error_description").map(str::to_owned),
        });
    }
    match value(received, "code") {
        Some(code) => Ok(code.to_owned()),
        None => refused(|texts| texts.no_code),
    }
}

/// Exchanges the code for tokens.
async fn exchange(
    demo: &Demo,
    code: String,
    sent_request: SentRequest,
) -> (Vec<Step>, Option<DemoLogin>) {
    let recorder = RecordingClient::new(&demo.http);
    let step = Step::new(|texts| &texts.token_exchange)
        .section(CORE.at("3.1.3.1"))
        .section(RFC_6749.at("4.1.3"));
    let request = async {
        let client = demo
            .client(&sent_request.metadata)
            .map_err(|Failed(it)| it)?;
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|error| Failed::from(error).0)?;
        let request = request.set_pkce_verifier(sent_request.verifier);
        request.request_async(&recorder).await.map_err(refused)
    };
    match request.await {
        Ok(response) => {
            let step = step.exchanges(recorder.take());
            let accepted = accept(
                demo,
                &sent_request.metadata,
                &recorder,
                &response,
                sent_request.expected,
            );
            let (mut steps, login) = accepted.await;
            steps.insert(0, step);
            (steps, login)
        }
        Err(problem) => (vec![step.exchanges(recorder.take()).problem(problem)], None),
    }
}

/// The value of a parameter that occurs exactly once.
fn value<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    let mut values = parameters.iter().filter(|(it, _)| it == name);
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}
