//! Spans and events of the `tracing` crate, in the conventions of OpenTelemetry for HTTP clients (semantic conventions
//! 1.27).
//!
//! They contain no request data. Of the URL they have the template, because a path can hold a token; of the
//! response the status, the remaining rate and a well-formed result code, but no message: it may quote the request.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Level, Span, debug, debug_span, enabled, warn};

use crate::context::Context;
use crate::error::TransportErrorKind;
use crate::result_code::is_result_code;
use crate::transport::RequestParts;
use crate::transport::raw_response::RawResponse;
use crate::{ApiRoot, ApiVersion, Error, Operation, RateLimit, Result, Route};

/// The target of all spans and events of this crate, for filters.
const TARGET: &str = "authlete";

/// The span of a call, with its attempts and the delays between them.
pub(crate) struct CallTrace {
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
            // The requests to the server are the attempts.
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

    /// Runs a call in the span.
    pub fn instrument<F: Future>(&self, call: F) -> impl Future<Output = F::Output> + use<F> {
        call.instrument(self.span.clone())
    }

    /// Emits the only event of a call above debug.
    pub fn failed(&self, error: &Error) {
        let fields = TraceFields::of_error(error);
        let error_type = fields.error_type(error);
        self.span.record("otel.status_code", "ERROR");
        self.span.record("error.type", error_type);
        self.span.in_scope(|| {
            warn!(
                target: TARGET,
                {
                    authlete.operation = self.operation.id,
                    error.type = error_type,
                    http.response.status_code = fields.status_code(),
                    authlete.result_code = fields.result_code,
                    authlete.rate_limit.remaining = fields.remaining,
                    duration = self.begun.elapsed().as_secs_f64(),
                },
                "call failed"
            );
        });
    }
}

/// The span of one request and its response.
pub(in crate::transport) struct AttemptTrace {
    operation: &'static Operation,
    begun: Instant,
    span: Span,
}

impl AttemptTrace {
    /// `resent` counts the requests before this one.
    pub fn begin(context: &Context, request: &RequestParts, resent: u32) -> Self {
        let RequestParts {
            operation,
            route,
            url,
            ..
        } = request;
        let method = route.method;
        let template = UrlTemplate::new(context.version, route);
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

    /// Runs an attempt in the span.
    pub fn instrument<F: Future>(&self, attempt: F) -> impl Future<Output = F::Output> + use<F> {
        attempt.instrument(self.span.clone())
    }

    /// Emits the outcome of the attempt.
    pub fn ended(&self, result: &Result<RawResponse>) {
        // Only if enabled, because finding the result code parses the whole body.
        if enabled!(target: TARGET, Level::DEBUG) {
            match result {
                Ok(received) => self.succeeded(received),
                Err(error) => self.failed(error),
            }
        }
    }

    fn succeeded(&self, received: &RawResponse) {
        let fields = TraceFields::of_response(received);
        fields.record(&self.span);
        self.span.in_scope(|| {
            debug!(
                target: TARGET,
                {
                    authlete.operation = self.operation.id,
                    http.response.status_code = fields.status_code(),
                    authlete.result_code = fields.result_code,
                    authlete.rate_limit.remaining = fields.remaining,
                    duration = self.begun.elapsed().as_secs_f64(),
                },
                "response received"
            );
        });
    }

    fn failed(&self, error: &Error) {
        let fields = TraceFields::of_error(error);
        fields.record(&self.span);
        self.span.record("otel.status_code", "ERROR");
        self.span.record("error.type", fields.error_type(error));
    }

    /// Emits that an attempt failed and another one follows after a delay.
    pub fn retrying(error: &Error, delay: Duration) {
        let fields = TraceFields::of_error(error);
        debug!(
            target: TARGET,
            {
                authlete.operation = error.operation(),
                error.type = fields.error_type(error),
                http.response.status_code = fields.status_code(),
                authlete.result_code = fields.result_code,
                authlete.rate_limit.remaining = fields.remaining,
                authlete.retry.delay = delay.as_secs_f64(),
            },
            "retrying"
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
            ApiVersion::V3 if route.root == ApiRoot::Service => "/api/{serviceId}",
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

/// The fields of a response or an error that are safe to show.
struct TraceFields<'a> {
    status: Option<StatusCode>,
    result_code: Option<&'a str>,
    remaining: Option<u64>,
}

impl<'a> TraceFields<'a> {
    fn of_response(received: &'a RawResponse) -> Self {
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

    /// The `error.type` of an error: the status, if it is an error status.
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

/// The `error.type` of an error without an error status. The conventions require low cardinality.
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
        Error::Throttled { .. } => "throttled",
        Error::CircuitOpen { .. } => "circuit_open",
        Error::Decode { .. } => "decode",
    }
}

/// The result code in the body of a response, without decoding the rest.
fn result_code_in(body: &[u8]) -> Option<&str> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(rename = "resultCode")]
        result_code: Option<&'a str>,
    }
    // serde would accept an array with the members in order.
    if !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let body: Body<'_> = serde_json::from_slice(body).ok()?;
    body.result_code.filter(|text| is_result_code(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_result_codes_are_ignored() {
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
