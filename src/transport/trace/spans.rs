//! Spans and events of the `tracing` crate, in the conventions of OpenTelemetry for HTTP clients (semantic conventions
//! 1.27).
//!
//! What a request carries is in none of them. Of the URL there is the template, as a path can hold a token; of the
//! answer its status, its remaining rate and what looks like a result code, but no message: it may quote the request.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Level, Span, debug, debug_span, enabled, warn};

use crate::error::TransportErrorKind;
use crate::result_code::is_result_code;
use crate::transport::Template;
use crate::transport::receive::Received;
use crate::{ApiVersion, Authlete, Error, Operation, RateLimit, Result, Route};

/// What filters know the crate by, wherever in it a span or an event is made.
const TARGET: &str = "authlete";

/// The span of a call: its attempts, and the waits between them.
pub(in crate::transport) struct CallTrace {
    operation: &'static Operation,
    begun: Instant,
    span: Span,
}

impl CallTrace {
    pub fn begin(operation: &'static Operation) -> Self {
        let span = debug_span!(
            target: TARGET,
            "call",
            otel.name = %format_args!("authlete {}", operation.id),
            // The attempts are what goes to the server.
            otel.kind = "internal",
            otel.status_code = Empty,
            authlete.operation = operation.id,
            error.type = Empty,
        );
        Self {
            operation,
            begun: Instant::now(),
            span,
        }
    }

    /// Puts into the span what a call does until its answer is there.
    pub fn follow<F: Future>(&self, call: F) -> impl Future<Output = F::Output> + use<F> {
        call.instrument(self.span.clone())
    }

    /// The one event of a call that is above debug.
    pub fn failed(&self, error: &Error) {
        let told = Told::of_error(error);
        let error_type = told.error_type(error);
        self.span.record("otel.status_code", "ERROR");
        self.span.record("error.type", error_type);
        self.span.in_scope(|| {
            warn!(
                target: TARGET,
                {
                    authlete.operation = self.operation.id,
                    error.type = error_type,
                    http.response.status_code = told.status_code(),
                    authlete.result_code = told.result_code,
                    authlete.rate_limit.remaining = told.remaining,
                    duration = self.begun.elapsed().as_secs_f64(),
                },
                "the call failed"
            );
        });
    }
}

/// The span of one request and its answer.
pub(in crate::transport) struct AttemptTrace {
    operation: &'static Operation,
    begun: Instant,
    span: Span,
}

impl AttemptTrace {
    /// `resent` counts the requests before this one.
    pub fn begin(api: &Authlete, request: &Template, resent: u32) -> Self {
        let Template {
            operation,
            route,
            url,
            ..
        } = request;
        let method = route.method;
        let template = UrlTemplate::new(api.api_version(), route);
        let span = debug_span!(
            target: TARGET,
            "attempt",
            otel.name = %format_args!("{method} {template}"),
            otel.kind = "client",
            otel.status_code = Empty,
            authlete.operation = operation.id,
            authlete.rate_limit.remaining = Empty,
            authlete.result_code = Empty,
            error.type = Empty,
            http.request.method = method,
            http.request.resend_count = (resent > 0).then_some(resent),
            http.response.status_code = Empty,
            server.address = url.host_str(),
            server.port = url.port_or_known_default(),
            url.template = %template,
        );
        Self {
            operation,
            begun: Instant::now(),
            span,
        }
    }

    /// Puts into the span what an attempt does until its answer is there.
    pub fn follow<F: Future>(&self, attempt: F) -> impl Future<Output = F::Output> + use<F> {
        attempt.instrument(self.span.clone())
    }

    /// Tells what came of the attempt.
    pub fn ended(&self, result: &Result<Received>) {
        // To find the result code, the whole body is read once more.
        if enabled!(target: TARGET, Level::DEBUG) {
            match result {
                Ok(received) => self.answered(received),
                Err(error) => self.failed(error),
            }
        }
    }

    fn answered(&self, received: &Received) {
        let told = Told::of_answer(received);
        told.record(&self.span);
        self.span.in_scope(|| {
            debug!(
                target: TARGET,
                {
                    authlete.operation = self.operation.id,
                    http.response.status_code = told.status_code(),
                    authlete.result_code = told.result_code,
                    authlete.rate_limit.remaining = told.remaining,
                    duration = self.begun.elapsed().as_secs_f64(),
                },
                "answered"
            );
        });
    }

    fn failed(&self, error: &Error) {
        let told = Told::of_error(error);
        told.record(&self.span);
        self.span.record("otel.status_code", "ERROR");
        self.span.record("error.type", told.error_type(error));
    }

    /// An attempt failed, and there will be another one after a wait.
    pub fn will_repeat(error: &Error, delay: Duration) {
        let told = Told::of_error(error);
        debug!(
            target: TARGET,
            {
                authlete.operation = error.operation(),
                error.type = told.error_type(error),
                http.response.status_code = told.status_code(),
                authlete.result_code = told.result_code,
                authlete.rate_limit.remaining = told.remaining,
                authlete.retry.delay = delay.as_secs_f64(),
            },
            "will be tried again"
        );
    }
}

/// The path of an operation, with the names of its parameters instead of their values.
struct UrlTemplate {
    root: &'static str,
    path: &'static str,
}

impl UrlTemplate {
    fn new(version: ApiVersion, route: &Route) -> Self {
        let root = match version {
            ApiVersion::V3 if route.in_service => "/api/{serviceId}",
            _ => "/api",
        };
        Self {
            root,
            path: route.path,
        }
    }
}

impl std::fmt::Display for UrlTemplate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.root, self.path)
    }
}

/// What an answer or an error tells that can be told on.
struct Told<'a> {
    status: Option<StatusCode>,
    result_code: Option<&'a str>,
    remaining: Option<u64>,
}

impl<'a> Told<'a> {
    fn of_answer(received: &'a Received) -> Self {
        Self {
            status: Some(received.status),
            result_code: result_code_in(&received.body),
            remaining: RateLimit::from_headers(&received.headers)
                .and_then(|rate_limit| rate_limit.remaining),
        }
    }

    fn of_error(error: &'a Error) -> Self {
        Self {
            status: error.status(),
            result_code: error.result_code(),
            remaining: error
                .rate_limit()
                .and_then(|rate_limit| rate_limit.remaining),
        }
    }

    fn status_code(&self) -> Option<u16> {
        self.status.map(|status| status.as_u16())
    }

    /// The class of an error: the status, when that is what is wrong.
    fn error_type(&self, error: &Error) -> &str {
        match &self.status {
            Some(status) if !status.is_success() => status.as_str(),
            _ => kind(error),
        }
    }

    fn record(&self, span: &Span) {
        span.record("http.response.status_code", self.status_code());
        span.record("authlete.result_code", self.result_code);
        span.record("authlete.rate_limit.remaining", self.remaining);
    }
}

/// The names of errors without a status that says it all; there are few of them, as the conventions ask for.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Config(_) => "config",
        Error::NotCallable { .. } => "not_callable",
        Error::InvalidArgument { .. } => "invalid_argument",
        Error::Transport { kind, .. } => match kind {
            TransportErrorKind::Connect => "connect",
            TransportErrorKind::Certificate => "certificate",
            TransportErrorKind::Tls => "tls",
            TransportErrorKind::Timeout => "timeout",
            TransportErrorKind::Interrupted => "interrupted",
            TransportErrorKind::Request => "request",
        },
        Error::Api(_) => "api",
        Error::UnexpectedBody(_) => "unexpected_body",
        Error::TooLarge { .. } => "too_large",
        Error::NoTurn { .. } => "no_turn",
        Error::CircuitOpen { .. } => "circuit_open",
        Error::Decode { .. } => "decode",
    }
}

/// The result code of an answer, without decoding the rest of it.
fn result_code_in(body: &[u8]) -> Option<&str> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(rename = "resultCode")]
        result_code: Option<&'a str>,
    }
    // serde takes an array for an object with its members in order.
    if !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    answer.result_code.filter(|text| is_result_code(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_result_codes_are_taken_for_result_codes() {
        for (body, expected) in [
            (
                r#"{"a":{"resultCode":"B2"},"resultCode":"A001202"}"#,
                Some("A001202"),
            ),
            (r#"{"resultCode":"A"}"#, None),
            (r#"{"resultCode":"a001202"}"#, None),
            (r#"{"resultCode":"A0012020012"}"#, None),
            (r#"{"resultCode":"A00120x"}"#, None),
            (r#"{"resultCode":"\u00411"}"#, None),
            (r#"{"resultCode":null}"#, None),
            (r#"{"resultCode":7}"#, None),
            (r#"{"action":"OK"}"#, None),
            (r#"{"resultCode":"A001202""#, None),
            (r#"["A001202"]"#, None),
            ("OK", None),
            ("", None),
        ] {
            assert_eq!(result_code_in(body.as_bytes()), expected, "{body}");
        }
    }
}
