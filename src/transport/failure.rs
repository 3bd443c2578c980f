//! Creates the errors of calls from responses and from errors of the HTTP client.

use std::io::ErrorKind;

use reqwest::Url;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::raw_response::RawResponse;
use crate::error::{
    ApiError, DecodeError, TransportCause, TransportErrorKind, UnexpectedBodyError, causes,
};
use crate::result_code::is_result_code;
use crate::{Error, JsonObject, Operation, ResponseHeaders, Secret, json_path, tls, types};

/// The error for a response with an error status, with Authlete's result code and message if the body is a JSON object.
pub(super) fn api_error(operation: &'static Operation, received: RawResponse) -> Error {
    let body = std::str::from_utf8(&received.body).ok();
    let body = body.and_then(|text| text.parse::<JsonObject>().ok());
    let text = |name: &str| body.as_ref()?.get(name)?.as_str();
    Error::Api(Box::new(ApiError {
        operation: operation.id,
        status: received.status,
        result_code: text("resultCode")
            .filter(|code| is_result_code(code))
            .map(str::to_owned),
        result_message: text("resultMessage")
            .or_else(|| text("error"))
            .map(Secret::from),
        snippet: match body {
            Some(_) => Secret::default(),
            None => snippet(&received).into(),
        },
        headers: ResponseHeaders(received.headers),
        body,
    }))
}

pub(super) fn unexpected_body_error(operation: &'static Operation, received: RawResponse) -> Error {
    Error::UnexpectedBody(Box::new(UnexpectedBodyError {
        operation: operation.id,
        status: received.status,
        snippet: snippet(&received).into(),
        is_empty: received.body.is_empty(),
        headers: ResponseHeaders(received.headers),
    }))
}

/// The beginning of a body, up to anything that looks like JSON, which may be a part of a response of Authlete, and may
/// contain a token.
fn snippet(received: &RawResponse) -> String {
    if may_be_json(&received.headers) {
        return String::new();
    }
    let body = &received.body;
    let start = &body[..body.len().min(4 * UnexpectedBodyError::SNIPPET_CHARS)];
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches(is_invisible);
    if text.starts_with(['[', '"']) {
        return String::new();
    }
    let before_json = text.split('{').next().unwrap_or_default();
    before_json
        .chars()
        .take(UnexpectedBodyError::SNIPPET_CHARS)
        .collect()
}

/// Whether the headers declare JSON or compression. One JSON media type among several values is enough, and the value need
/// not be ASCII.
fn may_be_json(headers: &HeaderMap) -> bool {
    let is_json = |value: &HeaderValue| {
        let text = value.as_bytes().to_ascii_lowercase();
        text.windows(4).any(|word| word == b"json")
    };
    headers.get_all(CONTENT_TYPE).iter().any(is_json) || headers.contains_key(CONTENT_ENCODING)
}

/// Whitespace, control characters, byte order marks and replacements for invalid UTF-8.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{feff}' | char::REPLACEMENT_CHARACTER)
}

pub(super) fn decode_error(
    operation: &'static Operation,
    received: RawResponse,
    error: &serde_json::Error,
) -> Error {
    let message = error.to_string();
    let message = match error.classify() {
        Category::Data => without_value(&message),
        Category::Syntax if is_json(&received.body) => message,
        _ => return unexpected_body_error(operation, received),
    };
    Error::Decode {
        operation: operation.id,
        path: json_path::at(
            &received.body,
            error.line(),
            error.column(),
            types::is_member,
        ),
        source: DecodeError(message),
    }
}

/// Whether a text is syntactically valid JSON. Then the syntax error is caused by a value: too deep nesting, a
/// number out of range, or text that is not Unicode. `IgnoredAny` skips these checks.
fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// `invalid type: string "…", expected i64 at line 1 column 9` without the string: it may be a secret.
fn without_value(message: &str) -> String {
    let (found, expected) = message
        .rsplit_once(", expected ")
        .unwrap_or((message, "another value"));
    let kind = found
        .split(['"', '`', '\''])
        .next()
        .unwrap_or_default()
        .trim_end();
    format!("{kind}, expected {expected}")
}

pub(super) fn transport_error(operation: &'static Operation, error: reqwest::Error) -> Error {
    let kind = if is_connection_lost(&error) {
        TransportErrorKind::Interrupted
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_connect() {
        failed_to_connect(&error)
    } else if error.is_builder() {
        TransportErrorKind::Request
    } else {
        TransportErrorKind::Interrupted
    };
    Error::Transport {
        operation: operation.id,
        kind,
        server: error.url().map(server).unwrap_or_default(),
        // A path may hold a token, as in `token_delete`.
        source: Some(TransportCause::new(&error.without_url())),
    }
}

/// The error of a call whose deadline passed before a request was sent.
pub(super) fn deadline_error(operation: &'static Operation, url: &Url) -> Error {
    Error::Transport {
        operation: operation.id,
        kind: TransportErrorKind::Timeout,
        server: server(url),
        source: None,
    }
}

/// Host and port, which are not secret.
pub(super) fn server(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether the operating system closed an established connection, because the peer did not acknowledge data. reqwest reports
/// this as a timeout.
fn is_connection_lost(error: &reqwest::Error) -> bool {
    let is_os_error = |error: &(dyn std::error::Error + 'static)| {
        let error = error.downcast_ref::<std::io::Error>();
        error.is_some_and(|error| error.raw_os_error().is_some())
    };
    !error.is_connect() && causes(error).any(is_os_error)
}

/// reqwest reports a failed TLS handshake as a failure to connect; the causes distinguish the two. An unexpected end of file
/// means that the server closed the connection during the handshake, since TCP connect never causes it.
fn failed_to_connect(error: &reqwest::Error) -> TransportErrorKind {
    if causes(error).any(tls::is_certificate_error) {
        TransportErrorKind::Certificate
    } else if causes(error).any(|error| tls::is_tls_error(error) || is_end_of_file(error)) {
        TransportErrorKind::Tls
    } else {
        TransportErrorKind::Connect
    }
}

fn is_end_of_file(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::UnexpectedEof)
}
