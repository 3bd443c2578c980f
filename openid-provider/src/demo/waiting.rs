//! Requests that the user decides on elsewhere, while the demo asks again and again: what the device flow and CIBA share.

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
use super::discovery::Metadata;
use super::pages::{Page, WaitingPage};
use super::sections::{RFC_6749, Section};
use super::session::{Session, Visitor, renew};
use super::steps::{Failed, Problem, SLOW_DOWN, Step};
use super::texts::{Texts, Topic};
use super::tokens::{Expected, accept};
use super::wire::Wire;
use crate::clock::now;

/// One of the two flows.
pub struct Kind {
    pub path: &'static str,
    pub grant_type: &'static str,
    /// The parameter that names the request at the token endpoint, and the member that has it before.
    pub code: &'static str,
    pub topic: fn(&'static Texts) -> &'static Topic,
    pub asked: fn(&'static Texts) -> &'static Topic,
    pub polled: fn(&'static Texts) -> &'static Topic,
    pub sections: [Section; 2],
    pub slot: fn(&mut Session) -> &mut Option<Waiting>,
    pub endpoint: fn(&Metadata) -> Option<&Url>,
}

/// A request that waits.
#[derive(Clone)]
pub struct Waiting {
    metadata: Metadata,
    code: String,
    pub user_code: Option<String>,
    /// Where the user decides.
    pub url: Option<String>,
    expires_at: i64,
    /// Seconds between two questions.
    interval: i64,
    asked_at: i64,
    pub steps: Vec<Step>,
}

impl Kind {
    pub fn title(&self, texts: &'static Texts) -> &'static str {
        (self.topic)(texts).title
    }

    pub fn text(&self, texts: &'static Texts) -> &'static str {
        (self.topic)(texts).text
    }

    pub fn is_ciba(&self) -> bool {
        self.path == "/ciba"
    }
}

pub fn page(demo: &Demo, visitor: &Visitor, parts: &Parts, kind: &'static Kind) -> Response {
    let waiting = demo.sessions.with(&visitor.0, |session| {
        let slot = (kind.slot)(session);
        slot.take_if(|waiting| waiting.expires_at <= now());
        slot.clone()
    });
    let page = Page::new(parts);
    let waiting = waiting.flatten();
    let provider = demo.issuer.as_str().to_owned();
    WaitingPage {
        page,
        kind,
        waiting,
        provider,
    }
    .into_response()
}

/// Begins a request. `parameters` are those of the flow.
pub async fn ask(
    demo: &Demo,
    visitor: &Visitor,
    kind: &'static Kind,
    parameters: &[(&str, &str)],
) -> Redirect {
    let wire = Wire::new(&demo.http);
    let [section, _] = kind.sections;
    let step = Step::new(kind.asked).section(section);
    let asked = async {
        let metadata = demo.discover(&wire).await.map_err(|Failed(it)| it)?;
        drop(wire.take());
        let endpoint = (kind.endpoint)(&metadata);
        let endpoint = endpoint.ok_or(Problem::Refused(|texts| texts.not_supported))?;
        let answer = post(demo, &wire, endpoint.clone(), parameters).await?;
        Ok::<_, Problem>((metadata, answer))
    };
    let asked = asked.await;
    let step = step.exchanges(wire.take());
    let (metadata, answer) = match asked {
        Ok(asked) => asked,
        Err(problem) => {
            demo.sessions.with(&visitor.0, |session| {
                session.report = vec![step.problem(problem)];
            });
            return Redirect::to("/result");
        }
    };
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    let seconds = |name: &str| answer.get(name).and_then(Value::as_i64);
    let complete = text("verification_uri_complete");
    let waiting = Waiting {
        code: text(kind.code).unwrap_or_default(),
        user_code: text("user_code"),
        url: complete.or_else(|| text("verification_uri")),
        expires_at: now().saturating_add(seconds("expires_in").unwrap_or_default()),
        // RFC 8628 §3.2, CIBA §7.3: 5 seconds when nothing is said.
        interval: seconds("interval").unwrap_or(5),
        asked_at: 0,
        steps: vec![step],
        metadata,
    };
    demo.sessions
        .with(&visitor.0, |session| *(kind.slot)(session) = Some(waiting));
    Redirect::to(kind.path)
}

/// Asks whether the user has decided.
pub async fn check(demo: &Demo, visitor: &Visitor, kind: &'static Kind) -> Response {
    let again = Redirect::to(kind.path).into_response();
    let waiting = demo.sessions.with(&visitor.0, |session| {
        let waiting = (kind.slot)(session).as_mut()?;
        // More often than the provider allows is answered with `slow_down` (RFC 8628 §3.5).
        if now() < waiting.asked_at.saturating_add(waiting.interval) {
            return None;
        }
        waiting.asked_at = now();
        Some(waiting.clone())
    });
    let Some(waiting) = waiting.flatten() else {
        return again;
    };
    let wire = Wire::new(&demo.http);
    let [_, section] = kind.sections;
    let mut step = Step::new(kind.polled).section(section);
    let parameters = [("grant_type", kind.grant_type), (kind.code, &*waiting.code)];
    let answer = match waiting.metadata.token_endpoint() {
        Some(endpoint) => post(demo, &wire, endpoint.url().clone(), &parameters).await,
        None => Err(Problem::Refused(|texts| texts.not_supported)),
    };
    step = step.exchanges(wire.take());
    let response = answer
        .and_then(|answer| serde_json::from_value(answer).map_err(|error| Failed::from(error).0));
    let (steps, login) = match response {
        Ok(response) => {
            let expected = Expected::default();
            let accepted = accept(demo, &waiting.metadata, &wire, &response, expected);
            let (mut steps, login) = accepted.await;
            steps.insert(0, step.section(RFC_6749.at("5.1")));
            (steps, login)
        }
        Err(problem) => {
            let waits = problem.is_waiting();
            let slower = matches!(&problem, Problem::Answered { error, .. } if error == SLOW_DOWN);
            step = step.problem(problem);
            if waits {
                demo.sessions.with(&visitor.0, |session| {
                    if let Some(waiting) = (kind.slot)(session) {
                        waiting.steps.truncate(1);
                        waiting.steps.push(step);
                        if slower {
                            waiting.interval = waiting.interval.saturating_add(5);
                        }
                    }
                });
                return again;
            }
            (vec![step], None)
        }
    };
    let mut response = Redirect::to("/result").into_response();
    let is_new = login.is_some();
    demo.sessions.with(&visitor.0, |session| {
        *(kind.slot)(session) = None;
        session.report = steps;
        if let Some(login) = login {
            session.log_in(login);
        }
    });
    if is_new {
        renew(demo, visitor, &mut response);
    }
    response
}

/// Sends a form as the client (RFC 6749 §2.3.1), and reads the JSON that comes back.
async fn post(
    demo: &Demo,
    wire: &Wire,
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
        let response = wire.call(request?).await?;
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
