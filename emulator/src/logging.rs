//! Puts what goes over HTTP to the API into the log.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{self, Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;

use crate::api::Api;
use crate::json::Members as _;
use crate::reply::{Content, Reply};
use crate::request_log::{Exchange, Kept, RequestLog};

/// The log, and the API, whose clock it goes by.
#[derive(Debug)]
pub struct Logging {
    pub api: Arc<Api>,
    pub log: Arc<RequestLog>,
}

/// What the API knows of an exchange beyond its HTTP, as an extension of the response.
#[derive(Debug, Clone, Default)]
pub struct Handled {
    operation: Option<&'static str>,
    result_code: Option<String>,
    action: Option<String>,
    body: Bytes,
    answers_text: bool,
}

impl Handled {
    /// A call that the API has not seen.
    pub fn unanswered(operation: Option<&'static str>) -> Self {
        Self {
            operation,
            ..Self::default()
        }
    }

    pub fn new(operation: Option<&'static str>, body: Bytes, reply: &Reply) -> Self {
        let members = match &reply.body {
            Content::Json(Value::Object(members)) => Some(members),
            _ => None,
        };
        let text = |name| {
            members
                .and_then(|members| members.text(name))
                .map(str::to_owned)
        };
        Self {
            operation,
            result_code: text("resultCode"),
            action: text("action"),
            body,
            answers_text: matches!(reply.body, Content::Text(_)),
        }
    }
}

pub async fn log(State(logging): State<Arc<Logging>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let time = logging.api.state().snapshot().clock.now();
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();

    let mut response = next.run(request).await;

    // Who answered in the API's stead has not looked at the request.
    let handled = response
        .extensions_mut()
        .remove::<Handled>()
        .unwrap_or_default();
    let (head, body) = response.into_parts();
    // All answers are in memory already.
    let answer = body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    logging.log.add(Exchange {
        time,
        method,
        path,
        query,
        operation: handled.operation,
        status: head.status.as_u16(),
        result_code: handled.result_code,
        action: handled.action,
        duration: began.elapsed(),
        request: Kept::new(&handled.body),
        answer: match handled.answers_text {
            true => Kept::plain_text(&answer),
            false => Kept::new(&answer),
        },
    });
    Response::from_parts(head, Body::from(answer))
}
