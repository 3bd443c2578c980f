//! Errors of calls, made from responses and from errors of the HTTP client.

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
use crate::{Error, JsonObject, Operation, ResponseHeaders, Secret, generated, json_path, tls};

/// An error status, with Authlete's account of it when the body is a JSON object.
pub(super) fn api_error(operation: &'static Operation, received: RawResponse) -> Error {
    let body = serde_json::from_slice::<JsonObject>(&received.body).ok();
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

/// The beginning of a body, up to where it looks like JSON: that may be an answer of Authlete's, cut off or after
/// something else, and what there is of it may hold a token.
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

/// Whether the headers say that a body is JSON, of which it may be any part, or compressed, so that nobody knows. One
/// of several content types is enough, and so is one that is no ASCII.
fn may_be_json(headers: &HeaderMap) -> bool {
    let is_json = |value: &HeaderValue| {
        let text = value.as_bytes().to_ascii_lowercase();
        text.windows(4).any(|word| word == b"json")
    };
    headers.get_all(CONTENT_TYPE).iter().any(is_json) || headers.contains_key(CONTENT_ENCODING)
}

/// Blanks, control characters, a byte order mark, and what is no UTF-8.
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
            generated::is_member,
        ),
        source: DecodeError(message),
    }
}

/// Whether a text has the grammar of JSON. Then the parser met a value that it cannot read: nesting that is too deep, a
/// number beyond all range, or text that is not Unicode. What is ignored need not be any of that.
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

/// Host and port; both are in the configuration and no secret.
pub(super) fn server(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether the system gave an established connection up, because the peer acknowledges nothing. reqwest counts that as a
/// timeout.
fn is_connection_lost(error: &reqwest::Error) -> bool {
    let is_os_error = |error: &(dyn std::error::Error + 'static)| {
        let error = error.downcast_ref::<std::io::Error>();
        error.is_some_and(|error| error.raw_os_error().is_some())
    };
    !error.is_connect() && causes(error).any(is_os_error)
}

/// reqwest tells a failed handshake only as a failure to connect: its causes tell them apart. Where the server closes the
/// connection in the handshake, there is an end of file, which is nothing that connecting by TCP ends in.
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
