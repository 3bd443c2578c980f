//! Sends a request and makes an answer or an error of what comes back.

use std::collections::HashMap;
use std::fmt::Display;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Method, Request, RequestBuilder, Response, StatusCode};
use serde::de::{Error as _, Unexpected};
use serde_json::error::Category;

use crate::error::{ApiError, DecodeError, NotJsonError, TransportErrorKind};
use crate::{Authlete, Error, JsonObject, Operation, Result, json_path};

/// What RFC 3986 §2.3 calls unreserved needs no escape.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What an operation returns, made from the body and the headers of an answer.
pub(crate) trait Answer: Sized {
    /// Decodes a body. What needs the headers takes them, and only on success: an error needs them too.
    fn decode(body: &[u8], headers: &mut HeaderMap) -> serde_json::Result<Self>;

    /// What an answer without a body means, if it means something.
    fn empty() -> Option<Self> {
        None
    }
}

/// Makes types decodable: those with a member for the headers get them.
///
/// `#[inline]` leaves it to the crate that calls an operation to compile the decoder of its answer. Compiling all of
/// them here would take several times as long as the rest of the crate, for every user.
macro_rules! answer {
    ($ty:ty) => {
        impl $crate::transport::Answer for $ty {
            #[inline]
            fn decode(body: &[u8], _: &mut reqwest::header::HeaderMap) -> serde_json::Result<Self> {
                serde_json::from_slice(body)
            }
        }
    };
    ($ty:ty, $headers:ident) => {
        impl $crate::transport::Answer for $ty {
            #[inline]
            fn decode(
                body: &[u8],
                headers: &mut reqwest::header::HeaderMap,
            ) -> serde_json::Result<Self> {
                let mut answer: Self = serde_json::from_slice(body)?;
                answer.$headers = Some($crate::ResponseHeaders(std::mem::take(headers)));
                Ok(answer)
            }
        }
    };
}
pub(crate) use answer;

answer! { JsonObject }

/// The parameters that `echo` returns; one without a value is left out.
impl Answer for HashMap<String, String> {
    fn decode(body: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        let values: HashMap<String, Option<String>> = serde_json::from_slice(body)?;
        Ok(values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect())
    }
}

/// A text for people. Bytes that are none do not decode; with no bytes at all nothing was to be said.
impl Answer for String {
    fn decode(body: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        let text = std::str::from_utf8(body);
        text.map(str::to_owned).map_err(|_| {
            serde_json::Error::invalid_value(Unexpected::Bytes(body), &"text in UTF-8")
        })
    }

    fn empty() -> Option<Self> {
        Some(Self::new())
    }
}

/// A deletion returns nothing, whatever the body.
impl Answer for () {
    fn decode(_: &[u8], _: &mut HeaderMap) -> serde_json::Result<Self> {
        Ok(())
    }

    fn empty() -> Option<Self> {
        Some(())
    }
}

/// Operations that answer 204 when there is nothing to return.
impl<T: Answer> Answer for Option<T> {
    fn decode(body: &[u8], headers: &mut HeaderMap) -> serde_json::Result<Self> {
        T::decode(body, headers).map(Some)
    }

    fn empty() -> Option<Self> {
        Some(None)
    }
}

/// An answer of success, read to its end.
struct Received {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Authlete {
    /// Sends the request of an operation and decodes the answer.
    ///
    /// Not an `async fn`: what is done before the first await need not be kept in the future, which is a third of
    /// the size so.
    pub(crate) fn execute<T: Answer>(
        &self,
        operation: &'static Operation,
        request: RequestBuilder,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        let sent = self
            .complete(operation, request)
            .map(|request| self.client.execute(request));
        async move {
            let mut received = receive(operation, sent?).await?;
            if received.body.is_empty() {
                return T::empty().ok_or_else(|| not_json(operation, received));
            }
            T::decode(&received.body, &mut received.headers)
                .map_err(|error| undecodable(operation, received, &error))
        }
    }

    /// Adds to a request what all have in common.
    fn complete(&self, operation: &'static Operation, request: RequestBuilder) -> Result<Request> {
        let mut request = request
            .build()
            .map_err(|error| transport_error(operation, error))?;
        let route = self.route(operation)?;
        if request.method() != route.method {
            *request.method_mut() = Method::from_bytes(route.method.as_bytes()).map_err(|_| {
                Error::not_callable(operation, format!("{} is no HTTP method", route.method))
            })?;
        }
        for (name, value) in self.headers() {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        if let Some(authorization) = self.credential_header(route) {
            request
                .headers_mut()
                .insert(AUTHORIZATION, authorization.clone());
        }
        if let Some(timeout) = self.timeout() {
            *request.timeout_mut() = Some(timeout);
        }
        Ok(request)
    }
}

/// Reads an answer to its end; an error status is an error.
async fn receive(
    operation: &'static Operation,
    sent: impl Future<Output = reqwest::Result<Response>>,
) -> Result<Received> {
    let failed = |error: reqwest::Error| transport_error(operation, error);
    let mut response = sent.await.map_err(failed)?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let body = response.bytes().await.map_err(failed)?;
    let received = Received {
        status,
        headers,
        body,
    };
    if status.is_success() {
        Ok(received)
    } else {
        Err(refused(operation, received))
    }
}

/// An error status: Authlete's account of it when the body is a JSON object.
fn refused(operation: &'static Operation, received: Received) -> Error {
    let Ok(body) = serde_json::from_slice::<JsonObject>(&received.body) else {
        return not_json(operation, received);
    };
    let text = |name: &str| {
        body.get(name)
            .and_then(|value| value.as_str())
            .map(str::to_owned)
    };
    Error::Api(Box::new(ApiError {
        operation: operation.id,
        status: received.status,
        result_code: text("resultCode"),
        result_message: text("resultMessage"),
        headers: received.headers,
        body,
    }))
}

fn not_json(operation: &'static Operation, received: Received) -> Error {
    Error::NotJson(Box::new(NotJsonError {
        operation: operation.id,
        status: received.status,
        headers: received.headers,
        snippet: snippet(&received.body),
    }))
}

/// The beginning of a body, unless it begins like JSON: then it is an answer of Authlete's that was cut off, and what
/// there is of it may hold a token.
fn snippet(body: &[u8]) -> String {
    let start = &body[..body.len().min(4 * NotJsonError::SNIPPET_CHARS)];
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start();
    if text.starts_with(['{', '[', '"']) {
        return String::new();
    }
    text.chars().take(NotJsonError::SNIPPET_CHARS).collect()
}

fn undecodable(
    operation: &'static Operation,
    received: Received,
    error: &serde_json::Error,
) -> Error {
    if error.classify() == Category::Data {
        return Error::Decode {
            operation: operation.id,
            path: json_path::at(&received.body, error.line(), error.column()),
            source: DecodeError(without_value(&error.to_string())),
        };
    }
    not_json(operation, received)
}

/// `invalid type: string "…", expected i64 at line 1 column 9` without the string: it may be a secret.
fn without_value(message: &str) -> String {
    let (found, expected) = message
        .rsplit_once(", expected ")
        .unwrap_or((message, "something else"));
    let kind = found
        .split(['"', '`', '\''])
        .next()
        .unwrap_or_default()
        .trim_end();
    format!("{kind}, expected {expected}")
}

fn transport_error(operation: &'static Operation, error: reqwest::Error) -> Error {
    let kind = if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if is_tls(&error) {
        TransportErrorKind::Tls
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_builder() {
        TransportErrorKind::Request
    } else {
        TransportErrorKind::Interrupted
    };
    // A path may hold a token, as in `token_delete`.
    Error::Transport {
        operation: operation.id,
        kind,
        source: error.without_url(),
    }
}

/// reqwest tells a failed handshake only as a failure to connect: its causes tell them apart.
fn is_tls(error: &reqwest::Error) -> bool {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| cause(*error))
        .any(|error| is_tls_error(error) || error.to_string() == "tls handshake eof")
}

/// `io::Error::source` skips the error that it wraps, and gives that one's source.
fn cause<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a (dyn std::error::Error + 'static)> {
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    wrapped.map_or_else(|| error.source(), |inner| Some(inner))
}

#[cfg(feature = "rustls")]
fn is_tls_error(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<rustls::Error>()
}

#[cfg(not(feature = "rustls"))]
fn is_tls_error(_: &(dyn std::error::Error + 'static)) -> bool {
    false
}

/// Escapes an argument for use as one segment of a path.
///
/// An empty one would name another endpoint, and so would `.` and `..`, which URLs resolve even when escaped.
pub(crate) fn path_segment(argument: &'static str, value: &impl Display) -> Result<String> {
    let text = value.to_string();
    match text.as_str() {
        "" => Err(Error::InvalidArgument {
            argument,
            reason: "is empty",
        }),
        "." | ".." => Err(Error::InvalidArgument {
            argument,
            reason: "cannot be `.` or `..` in a path",
        }),
        _ => Ok(utf8_percent_encode(&text, &ESCAPED).to_string()),
    }
}
