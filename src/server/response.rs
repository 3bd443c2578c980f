//! HTTP responses for the clients of your server.

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
/// Convert the body into that of your web framework:
///
/// ```
/// # fn example(response: authlete::server::Response) -> http::Response<Vec<u8>> {
/// response.map(|body| body.into_bytes().to_vec()) // axum: response.map(axum::body::Body::new)
/// # }
/// ```
pub type Response = http::Response<ResponseBody>;

/// The body of a [`Response`]. It may contain tokens, so `Debug` output shows only its size.
///
/// It is an [`http_body::Body`] with one frame.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ResponseBody(Bytes);

impl ResponseBody {
    /// Converts the body into bytes, which `Debug` output shows.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Whether the body is empty.
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

/// The response for an action, as defined in the description.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub status: u16,
    pub content: Content,
    pub challenge: Challenge,
}

/// Where `responseContent` goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Into the body, with this media type. The content is required.
    Body(&'static str),
    /// Into the body, with this media type. The content is optional.
    OptionalBody(&'static str),
    /// Into this header.
    Header(&'static str),
    /// Nowhere.
    Nothing,
    /// Nowhere: it is an error of the server.
    ServerError,
}

/// The `WWW-Authenticate` challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Challenge {
    Nobody,
    /// For the client, if it used the `Authorization` header (RFC 6749 §5.2).
    Client,
    /// For an access token (RFC 6750 §3).
    Bearer,
}

/// The parts of Authlete's response that the HTTP response needs.
#[derive(Debug, Default)]
pub(crate) struct Parts<'a> {
    pub response_content: Option<&'a Secret>,
    pub dpop_nonce: Option<&'a str>,
    pub attestation_challenge: Option<&'a str>,
    /// Whether the client used the `Authorization` header to authenticate.
    pub used_basic: bool,
}

/// Builds the response, or `server_error` if a part that the plan needs is missing.
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
            // A 401 must have a challenge (RFC 9110 §15.5.2), which is only for clients that used the `Authorization`
            // header.
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

/// A header value that HTTP libraries do not log.
fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// 500 with the error `server_error` (RFC 6749 §4.1.2.1), without the cause.
pub(crate) fn server_error() -> Response {
    oauth_error(StatusCode::INTERNAL_SERVER_ERROR, "server_error")
}

/// The response to your client after a failed call to Authlete. It does not contain the cause.
///
/// If the same call may succeed later, it is 503 with the error `temporarily_unavailable`, and with `Retry-After` in seconds
/// if that is known; otherwise it is 500 with the error `server_error` (RFC 6749 §4.1.2.1).
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
                oauth_error(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable");
            if let Some(wait) = error.retry_after() {
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
            }
            response
        }
        _ => server_error(),
    }
}

/// The error response of an OAuth endpoint of your own, such as `invalid_request` with 400: JSON without a description
/// (RFC 6749 §5.2), which must not be cached.
///
/// ```
/// use http::StatusCode;
///
/// let response = authlete::server::oauth_error(StatusCode::BAD_REQUEST, "invalid_request");
/// assert_eq!(response.headers()["cache-control"], "no-store");
/// ```
pub fn oauth_error(status: StatusCode, error: &str) -> Response {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, JSON)]);
    let body = Bytes::from(serde_json::json!({ "error": error }).to_string());
    response(status, headers, ResponseBody(body))
}

fn response(status: StatusCode, mut headers: HeaderMap, body: ResponseBody) -> Response {
    // RFC 6749 §5.1 requires both in token responses; no response to a single request may be cached.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
