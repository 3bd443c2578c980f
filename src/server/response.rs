//! HTTP responses of your server.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{HeaderMap, StatusCode};
use http_body::{Body, Frame, SizeHint};

use crate::{Error, ErrorKind, Secret};

/// A complete HTTP response for the client of your server.
///
/// A web framework takes it with a body of its own:
///
/// ```
/// # fn example(response: authlete::server::Response) -> http::Response<Vec<u8>> {
/// response.map(|body| body.into_bytes().to_vec()) // axum: response.map(axum::body::Body::new)
/// # }
/// ```
pub type Response = http::Response<ResponseBody>;

/// The body of a [`Response`]. It may hold tokens and does not show in `Debug` output.
///
/// It is an [`http_body::Body`] of one frame.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ResponseBody(Bytes);

impl ResponseBody {
    /// The bytes, which are no longer protected.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Whether the response has no body.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&Secret> for ResponseBody {
    fn from(text: &Secret) -> Self {
        Self(Bytes::copy_from_slice(text.expose().as_bytes()))
    }
}

impl From<ResponseBody> for Bytes {
    fn from(body: ResponseBody) -> Self {
        body.0
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ResponseBody({} bytes)", self.0.len())
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

/// The response of one action, as the description has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub status: u16,
    pub content: Content,
    pub challenge: Challenge,
}

/// Where `responseContent` goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Into the body, of this media type.
    Body(&'static str),
    /// The same, when there is any.
    OptionalBody(&'static str),
    /// Into this header.
    Header(&'static str),
    /// Nowhere.
    Nothing,
    /// Nowhere: the server itself failed.
    ServerError,
}

/// Who is asked to authenticate by `WWW-Authenticate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Challenge {
    Nobody,
    /// The client, when it used the `Authorization` header (RFC 6749 §5.2).
    Client,
    /// Whoever presents an access token (RFC 6750 §3).
    Bearer,
}

/// What an answer has for the response.
#[derive(Debug, Default)]
pub(crate) struct Parts<'a> {
    pub response_content: Option<&'a Secret>,
    pub dpop_nonce: Option<&'a str>,
    pub attestation_challenge: Option<&'a str>,
    /// Whether the client used the `Authorization` header to authenticate.
    pub used_basic: bool,
}

/// Makes the response; without what the plan needs, the response of a server that failed.
pub(crate) fn respond(plan: Plan, parts: &Parts<'_>) -> Response {
    try_respond(plan, parts).unwrap_or_else(server_error)
}

fn try_respond(plan: Plan, parts: &Parts<'_>) -> Option<Response> {
    let content = parts
        .response_content
        .filter(|text| !text.expose().is_empty());
    let mut headers = HeaderMap::new();
    let mut body = ResponseBody::default();
    let mut status = StatusCode::from_u16(plan.status).ok()?;
    match plan.content {
        Content::Body(media_type) => {
            body = content?.into();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        Content::OptionalBody(media_type) => {
            if let Some(content) = content {
                body = content.into();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
            }
        }
        Content::Header(name) => {
            headers.insert(HeaderName::from_static(name), sensitive(content?.expose())?);
        }
        Content::Nothing => {}
        Content::ServerError => return None,
    }
    match plan.challenge {
        Challenge::Nobody => {}
        Challenge::Bearer => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Challenge::Client => match parts.used_basic {
            true => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(BASIC));
            }
            // A 401 has a challenge (RFC 9110 §15.5.2), and there is none for a client that used no such scheme.
            false => status = StatusCode::BAD_REQUEST,
        },
    }
    for (name, value) in [
        (DPOP_NONCE, parts.dpop_nonce),
        (ATTESTATION_CHALLENGE, parts.attestation_challenge),
    ] {
        if let Some(value) = value {
            headers.insert(name, HeaderValue::from_str(value).ok()?);
        }
    }
    Some(response(status, headers, body))
}

/// RFC 7617 §2.
pub(super) const BASIC: &str = "Basic realm=\"OAuth\", charset=\"UTF-8\"";

/// RFC 9449 §8.
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// OAuth 2.0 Attestation-Based Client Authentication.
const ATTESTATION_CHALLENGE: HeaderName =
    HeaderName::from_static("oauth-client-attestation-challenge");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A header that HTTP libraries keep out of logs.
fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// 500 with the error `server_error` (RFC 6749 §4.1.2.1), and nothing of the cause.
pub(crate) fn server_error() -> Response {
    json_error(StatusCode::INTERNAL_SERVER_ERROR, "server_error")
}

/// The response of your server to its own client when a call of Authlete failed. Nothing of the cause is in it.
///
/// It is 503 with the error `temporarily_unavailable`, and with `Retry-After` in seconds where that is known, when the
/// same call may succeed later, and else 500 with the error `server_error` (RFC 6749 §4.1.2.1).
///
/// ```
/// # use authlete::types::{TokenRequest, TokenResponse};
/// # use authlete::server::{Response, error_response};
/// # async fn example(api: &authlete::Authlete, request: &TokenRequest) -> Result<TokenResponse, Response> {
/// api.token(request).await.map_err(|error| error_response(&error))
/// # }
/// ```
pub fn error_response(error: &Error) -> Response {
    match error.kind() {
        ErrorKind::RateLimited | ErrorKind::Unavailable => {
            let mut response =
                json_error(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable");
            if let Some(wait) = error.retry_after() {
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
            }
            response
        }
        _ => server_error(),
    }
}

/// An error of OAuth without a description.
pub(super) fn json_error(status: StatusCode, error: &str) -> Response {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, JSON)]);
    let body = Bytes::from(format!("{{\"error\":\"{error}\"}}"));
    response(status, headers, ResponseBody(body))
}

fn response(status: StatusCode, mut headers: HeaderMap, body: ResponseBody) -> Response {
    // RFC 6749 §5.1 demands both of token responses; nothing that depends on one request may be cached.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
