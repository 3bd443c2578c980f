//! The pages of the device flow and of CIBA: the demo sends a request, and polls the token endpoint until the user has decided.

use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, Request};
use openidconnect::AsyncHttpClient as _;
use openidconnect::url::Url;
use serde_json::Value;

use super::Demo;
use super::pages::{DemoPage, PolledFlowPage};
use super::polled_flow::PolledFlow;
use super::recording_client::RecordingClient;
use super::sections::RFC_6749;
use super::session::{PolledRequest, SessionKey, show_result};
use super::steps::{Failed, Problem, SLOW_DOWN, Step};
use super::tokens::{ExpectedClaims, accept};
use crate::clock::now;

pub fn page(
    demo: &Demo,
    session_key: &SessionKey,
    parts: &Parts,
    flow: &'static PolledFlow,
) -> Response {
    let pending = demo.sessions.with(&session_key.0, |session| {
        let slot = (flow.slot)(session);
        slot.take_if(|pending| pending.expires_at <= now());
        slot.clone()
    });
    PolledFlowPage {
        page: DemoPage::new(parts),
        flow,
        pending: pending.flatten(),
        provider: demo.issuer.as_str().to_owned(),
    }
    .into_response()
}

/// Sends the request that starts a flow. `parameters` are those of the flow.
pub async fn begin(
    demo: &Demo,
    session_key: &SessionKey,
    flow: &'static PolledFlow,
    parameters: &[(&str, &str)],
) -> Redirect {
    let recorder = RecordingClient::new(&demo.http);
    let [section, _] = flow.sections;
    let step = Step::new(flow.asked).section(section);
    let asked = async {
        let metadata = demo.discover(&recorder).await.map_err(|Failed(it)| it)?;
        drop(recorder.take());
        let endpoint = (flow.endpoint)(&metadata);
        let endpoint = endpoint.ok_or(Problem::Refused(|texts| texts.not_supported))?;
        let answer = post(demo, &recorder, endpoint.clone(), parameters).await?;
        Ok::<_, Problem>((metadata, answer))
    };
    let asked = asked.await;
    let step = step.exchanges(recorder.take());
    let (metadata, answer) = match asked {
        Ok(asked) => asked,
        Err(problem) => {
            demo.sessions.with(&session_key.0, |session| {
                session.report = vec![step.problem(problem)];
            });
            return Redirect::to("/result");
        }
    };
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    let seconds = |name: &str| answer.get(name).and_then(Value::as_i64);
    let complete = text("verification_uri_complete");
    let pending = PolledRequest {
        code: text(flow.code).unwrap_or_default(),
        user_code: text("user_code"),
        url: complete.or_else(|| text("verification_uri")),
        expires_at: now().saturating_add(seconds("expires_in").unwrap_or_default()),
        // The default of RFC 8628 §3.2 and CIBA §7.3.
        interval: seconds("interval").unwrap_or(5),
        polled_at: 0,
        steps: vec![step],
        metadata,
    };
    demo.sessions.with(&session_key.0, |session| {
        *(flow.slot)(session) = Some(pending)
    });
    Redirect::to(flow.path)
}

/// Polls the token endpoint.
pub async fn poll(demo: &Demo, session_key: &SessionKey, flow: &'static PolledFlow) -> Response {
    let again = Redirect::to(flow.path).into_response();
    let pending = demo.sessions.with(&session_key.0, |session| {
        let pending = (flow.slot)(session).as_mut()?;
        // Polling too often is answered with `slow_down` (RFC 8628 §3.5).
        if now() < pending.polled_at.saturating_add(pending.interval) {
            return None;
        }
        pending.polled_at = now();
        Some(pending.clone())
    });
    let Some(pending) = pending.flatten() else {
        return again;
    };
    let recorder = RecordingClient::new(&demo.http);
    let [_, section] = flow.sections;
    let mut step = Step::new(flow.polled).section(section);
    let parameters = [("grant_type", flow.grant_type), (flow.code, &*pending.code)];
    let answer = match pending.metadata.token_endpoint() {
        Some(endpoint) => post(demo, &recorder, endpoint.url().clone(), &parameters).await,
        None => Err(Problem::Refused(|texts| texts.not_supported)),
    };
    step = step.exchanges(recorder.take());
    let response = answer
        .and_then(|answer| serde_json::from_value(answer).map_err(|error| Failed::from(error).0));
    let (steps, login) = match response {
        Ok(response) => {
            let expected = ExpectedClaims::default();
            let accepted = accept(demo, &pending.metadata, &recorder, &response, expected);
            let (mut steps, login) = accepted.await;
            steps.insert(0, step.section(RFC_6749.at("5.1")));
            (steps, login)
        }
        Err(problem) => {
            let waits = problem.is_waiting();
            let slower = matches!(&problem, Problem::Answered { error, .. } if error == SLOW_DOWN);
            step = step.problem(problem);
            if waits {
                demo.sessions.with(&session_key.0, |session| {
                    if let Some(pending) = (flow.slot)(session) {
                        pending.steps.truncate(1);
                        pending.steps.push(step);
                        if slower {
                            pending.interval = pending.interval.saturating_add(5);
                        }
                    }
                });
                return again;
            }
            (vec![step], None)
        }
    };
    demo.sessions
        .with(&session_key.0, |session| *(flow.slot)(session) = None);
    show_result(demo, session_key, steps, login)
}

/// Sends a form as the client (RFC 6749 §2.3.1), and decodes the JSON of the response.
async fn post(
    demo: &Demo,
    recorder: &RecordingClient,
    endpoint: Url,
    parameters: &[(&str, &str)],
) -> Result<Value, Problem> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let (id, secret) = (&*demo.client_id, demo.client_secret.secret());
    let credentials = format!("{}:{}", encoded(id), encoded(secret));
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri(endpoint.as_str())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(
            AUTHORIZATION,
            format!("Basic {}", BASE64_STANDARD.encode(credentials)),
        )
        .body(body.into_bytes());
    let answer = async {
        let response = recorder.call(request?).await?;
        let body: Value = serde_json::from_slice(response.body())?;
        Ok::<_, Failed>((response.status(), body))
    };
    let (status, body) = answer.await.map_err(|Failed(problem)| problem)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    match (status.is_success(), text("error")) {
        (true, _) => Ok(body),
        (false, Some(error)) => Err(Problem::Answered {
            description: text("error_description"),
            error,
        }),
        (false, None) => Err(Problem::Other(status.to_string())),
    }
}
