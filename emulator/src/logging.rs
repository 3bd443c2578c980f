//! Middleware that logs API requests and their responses.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{self, Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;

use crate::api::Api;
use crate::api_response::{ApiResponse, ResponseBody};
use crate::json::ObjectExt as _;
use crate::request_log::{Exchange, LoggedBody, RequestLog};

/// The log, and the API, whose clock gives the timestamps.
#[derive(Debug)]
pub struct Logging {
    pub api: Arc<Api>,
    pub log: Arc<RequestLog>,
}

/// Details of an API call for the log, which HTTP does not show. An extension of the response.
#[derive(Debug, Clone, Default)]
pub struct CallDetails {
    operation: Option<&'static str>,
    result_code: Option<String>,
    action: Option<String>,
    body: Bytes,
    response_is_text: bool,
}

impl CallDetails {
    /// A call that did not reach the API.
    pub fn unanswered(operation: Option<&'static str>) -> Self {
        Self {
            operation,
            ..Self::default()
        }
    }

    pub fn new(operation: Option<&'static str>, body: Bytes, response: &ApiResponse) -> Self {
        let members = match &response.body {
            ResponseBody::Json(Value::Object(members)) => Some(members),
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
            response_is_text: matches!(response.body, ResponseBody::Text(_)),
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

    // Absent when the response is not from the API.
    let details = response
        .extensions_mut()
        .remove::<CallDetails>()
        .unwrap_or_default();
    let (head, body) = response.into_parts();
    // Response bodies are in memory already, so they need no limit.
    let bytes = body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    logging.log.add(Exchange {
        time,
        method,
        path,
        query,
        operation: details.operation,
        status: head.status.as_u16(),
        result_code: details.result_code,
        action: details.action,
        duration: began.elapsed(),
        request: LoggedBody::new(&details.body),
        response: match details.response_is_text {
            true => LoggedBody::plain_text(&bytes),
            false => LoggedBody::new(&bytes),
        },
    });
    Response::from_parts(head, Body::from(bytes))
}
