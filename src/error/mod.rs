//! Errors.

mod cause;

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

pub use cause::TransportCause;
pub(crate) use cause::causes;

use crate::config::{ConfigError, Setting};
use crate::rate_limit::{self, RateLimit};
use crate::{JsonObject, Operation, ResponseHeaders, Secret};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error, from configuration to decoding.
///
/// # What an error shows
/// `Display`, `Debug`, the sources and the events of `tracing` never show your secrets, or data that a server may
/// have copied from a request. Of a response they show the HTTP status, a well-formed result code and the JSON path of
/// known members. The error also has the headers, the body and the
/// [`result_message`](ApiError::result_message). Log these only where tokens may be logged.
///
/// The message states what failed, and the [`source`](std::error::Error::source) why, down to the error of the operating
/// system. Log the whole chain, for example with `{:#}` of `anyhow`.
///
/// [`kind`](Self::kind) classifies an error, whatever its source. A server that cannot reach Authlete can return a status
/// to its own client:
///
/// ```
/// use authlete::{Error, ErrorKind};
///
/// fn status(error: &Error) -> u16 {
///     match error.kind() {
///         ErrorKind::RateLimited | ErrorKind::Unavailable => 503, // and error.retry_after() as Retry-After
///         _ => 500,
///     }
/// }
/// ```
///
#[doc = include_str!("../faults.md")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration is invalid. Returned when a handle is built, never by a call.
    #[error(transparent)]
    Config(#[from] ConfigError),

    /// The call is not possible with the configured generation or credentials. Nothing was sent.
    #[error("{operation}: {reason}")]
    NotCallable {
        /// The operation ID.
        operation: &'static str,
        /// What the call needs: a setting, another generation of the API, or another operation.
        reason: String,
    },

    /// An argument is invalid. Nothing was sent.
    #[error("{operation}: {argument} {reason}")]
    InvalidArgument {
        /// The operation ID.
        operation: &'static str,
        /// The argument.
        argument: &'static str,
        /// What is wrong with it, without its value.
        reason: &'static str,
    },

    /// The handle's own rate limiter ([`RateLimiterPolicy`](crate::RateLimiterPolicy)) would delay the call past its
    /// deadline. Nothing was sent.
    #[error("{operation}: the rate limiter would delay this call by {delay}, past its deadline", delay = milliseconds(delay))]
    Throttled {
        /// The operation ID.
        operation: &'static str,
        /// How long the call would have been delayed.
        delay: Duration,
    },

    /// The circuit breaker is open, because too many calls of this category have failed. Nothing was sent.
    #[error("{operation}: the circuit breaker is open for another {retry_in}", retry_in = milliseconds(retry_in))]
    CircuitOpen {
        /// The operation ID.
        operation: &'static str,
        /// The time until the next trial.
        retry_in: Duration,
    },

    /// There was no complete response: the request could not be sent, or the connection broke.
    #[error("{operation}: {kind}, server {server}")]
    Transport {
        /// The operation ID.
        operation: &'static str,
        /// At which stage it failed.
        kind: TransportErrorKind,
        /// Host and port of the base URL.
        server: String,
        /// The cause. `None` if the deadline of the call had passed before the request was sent.
        source: Option<TransportCause>,
    },

    /// The response has an error status. It is from Authlete, with a result code, or from an intermediary, such as a
    /// load balancer with its own error page.
    #[error(transparent)]
    Api(Box<ApiError>),

    /// The response has a success status without the JSON that the operation returns: it is the login page of a network, it
    /// is empty or truncated, or there is data before or after the JSON, including a byte order mark (RFC 8259 §8.1).
    #[error(transparent)]
    UnexpectedBody(Box<UnexpectedBodyError>),

    /// The response is larger than the limit, and was not read completely. Authlete may have processed the request.
    #[error("{operation}: the response is larger than {limit} bytes")]
    TooLarge {
        /// The operation ID.
        operation: &'static str,
        /// [`max_response_size`](crate::AuthleteBuilder::max_response_size).
        limit: usize,
    },

    /// Authlete returned JSON of an unexpected shape, with an invalid value (a number out of the range of its type, nesting
    /// deeper than [`DecodeError::MAX_DEPTH`]), or with text that is not Unicode. [JSON](crate::guide::json) describes
    /// what is accepted.
    #[error("{operation}: the response cannot be decoded at {path}")]
    Decode {
        /// The operation ID.
        operation: &'static str,
        /// The JSON path of the value, such as `$.service.supportedScopes[2].name`. A long path is truncated and ends with
        /// `…`.
        path: String,
        /// What was found and what was expected, without the value.
        source: DecodeError,
    },
}

/// The classification of an [`Error`] for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The program or its configuration must change. Nothing was sent.
    Usage,
    /// Too many calls: Authlete returned 429, or the handle's own [rate limiter](crate::RateLimiterPolicy) would delay the
    /// call past its timeout. [`Error::retry_after`] is the time to wait, if it is known.
    RateLimited,
    /// Authlete cannot be reached or is overloaded: the name does not resolve, no connection, a failed TLS handshake, a
    /// timeout, a broken connection, 408, 502, 503 or 504, or an open circuit breaker. A wrong base URL can also be the
    /// cause.
    Unavailable,
    /// The credentials are rejected: 401 or 403, from Authlete or from an intermediary (then
    /// [`ApiError::body`] is `None`).
    Unauthorized,
    /// The server's certificate is not trusted. No credentials were sent. With the feature
    /// `native-tls` this is [`Unavailable`](Self::Unavailable).
    Untrusted,
    /// The request is rejected with another status from 400 to 499: an argument is invalid, or the resource does not
    /// exist. 407 comes from a proxy that requires credentials.
    InvalidRequest,
    /// The server failed, with 500 or another status, or with a response that cannot be decoded.
    Server,
}

/// A duration for messages, without the nanoseconds of its `Debug` output.
fn milliseconds(duration: &Duration) -> String {
    format!("{} ms", duration.as_millis())
}

/// At which stage a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the name does not resolve, or the connection is refused. The request did not reach the server.
    Connect,
    /// The server's certificate is not trusted: it is expired, for another host, or from an unknown issuer. No part of
    /// the request was sent. It is not retried, because the certificate would be the same.
    ///
    /// With the feature `native-tls` this is [`Tls`](Self::Tls): that library does not distinguish the two.
    Certificate,
    /// The TLS handshake of a new connection failed for another reason than the server's certificate. No part of the
    /// request was sent.
    ///
    /// With TLS 1.3 a server may reject the client certificate only after its side of the handshake, when the request may
    /// already be sent: that is [`Interrupted`](Self::Interrupted), and the source has the alert.
    Tls,
    /// The connect, attempt or call timeout expired.
    Timeout,
    /// The connection broke while or after the request was sent, or the response is not valid HTTP. Authlete may
    /// have processed the request.
    ///
    /// This includes response heads with more than 100 headers or some 400 KiB, the limits of the HTTP client for
    /// HTTP/1.1.
    Interrupted,
    /// The request could not be built.
    Request,
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "cannot connect to Authlete",
            Self::Certificate => "the certificate of the server is not trusted",
            Self::Tls => "the TLS handshake with Authlete failed",
            Self::Timeout => "the call to Authlete timed out",
            Self::Interrupted => "the connection to Authlete broke",
            Self::Request => "the request cannot be built",
        })
    }
}

/// A response with an error status.
///
/// `Display` and `Debug` show the operation, the status and the result code. Without a result code, `Display` shows the
/// media type, if it is a common one.
#[non_exhaustive]
pub struct ApiError {
    /// The operation ID.
    pub operation: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// Authlete's result code, such as `A001202`. `None` also if the member is not an upper-case letter and digits.
    pub result_code: Option<String>,
    /// Authlete's message for developers; it begins with the code in brackets. The organization API has no code, and
    /// its message is the member `error`. It may quote the request, including secrets.
    pub result_message: Option<Secret>,
    /// The headers of the response, including rate limits.
    pub headers: ResponseHeaders,
    /// The whole body, if it is a JSON object, as in responses of Authlete.
    pub body: Option<JsonObject>,
    /// The [beginning](UnexpectedBodyError::snippet) of a body that is not JSON.
    pub snippet: Secret,
}

impl ApiError {
    /// An error with this status and no other data, for tests. Set the other fields as needed.
    ///
    /// ```
    /// use authlete::{ApiError, Error, ErrorKind};
    ///
    /// let mut error = ApiError::new("introspection", 429);
    /// error.result_code = Some("A001202".to_owned());
    /// assert_eq!(Error::from(error).kind(), ErrorKind::RateLimited);
    /// ```
    pub fn new(operation: &'static str, status: u16) -> Self {
        Self {
            operation,
            status: status_code(status),
            result_code: None,
            result_message: None,
            headers: ResponseHeaders::default(),
            body: None,
            snippet: Secret::default(),
        }
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

/// An invalid status counts as 500.
fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: the server answered {}",
            self.operation, self.status
        )?;
        match &self.result_code {
            Some(code) => write!(formatter, ", result code {code}"),
            None if self.status.is_redirection() => {
                let setting = Setting::BaseUrl;
                write!(formatter, ": redirects are not followed, check {setting}")
            }
            None if self.body.is_some() => Ok(()),
            None => self.headers.describe_body(formatter),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiError")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("result_code", &self.result_code)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}

/// A response with a success status, but without the JSON that the operation returns: empty, truncated, or other content.
///
/// `Display` and `Debug` show the operation and the status; `Display` also the media type, if it is a common one.
#[non_exhaustive]
pub struct UnexpectedBodyError {
    /// The operation ID.
    pub operation: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers of the response.
    pub headers: ResponseHeaders,
    /// The beginning of the body, at most [`SNIPPET_CHARS`](Self::SNIPPET_CHARS) characters, to identify the sender.
    /// It ends before any JSON, and is empty if the headers declare JSON or compression. A
    /// page may quote the request, with its path and its credentials.
    pub snippet: Secret,
    /// Whether the body is empty.
    pub(crate) is_empty: bool,
}

impl UnexpectedBodyError {
    /// The maximum length of [`snippet`](Self::snippet), in characters: enough to identify the sender.
    pub const SNIPPET_CHARS: usize = 256;

    /// An error with this status and an empty body, for tests. Set the other fields as needed.
    pub fn new(operation: &'static str, status: u16) -> Self {
        Self {
            operation,
            status: status_code(status),
            headers: ResponseHeaders::default(),
            snippet: Secret::default(),
            is_empty: true,
        }
    }
}

impl From<UnexpectedBodyError> for Error {
    fn from(error: UnexpectedBodyError) -> Self {
        Self::UnexpectedBody(Box::new(error))
    }
}

impl fmt::Display for UnexpectedBodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, status) = (self.operation, self.status);
        if self.is_empty {
            return write!(
                formatter,
                "{operation}: the response ({status}) has no body"
            );
        }
        write!(
            formatter,
            "{operation}: the response ({status}) is not JSON"
        )?;
        self.headers.describe_body(formatter)
    }
}

impl fmt::Debug for UnexpectedBodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnexpectedBodyError")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for UnexpectedBodyError {}

/// Why a value could not be decoded: what was found and what was expected, without the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(pub(crate) String);

impl DecodeError {
    /// The maximum nesting depth of objects and arrays in a response. It is the limit of the JSON parser,
    /// which protects the stack against hostile responses, and is many times what Authlete's responses need.
    pub const MAX_DEPTH: usize = 127;

    /// An error with this message, for tests.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl Error {
    /// Whether the connect timeout, the attempt timeout or the timeout of the call expired.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self,
            Self::Transport {
                kind: TransportErrorKind::Timeout,
                ..
            }
        )
    }

    /// Whether the request certainly did not reach Authlete, because no connection was established, or not in
    /// time. This includes a failed TLS handshake, but not a TLS alert on an established connection.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Transport { source: Some(source), .. } if source.is_connect())
    }

    /// Whether the call was rate-limited: by 429, or by the handle's own [rate limiter](crate::RateLimiterPolicy).
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// The classification of the error. It depends on the status, not on the body of the response.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(_) | Self::NotCallable { .. } | Self::InvalidArgument { .. } => {
                ErrorKind::Usage
            }
            Self::Throttled { .. } => ErrorKind::RateLimited,
            Self::CircuitOpen { .. } => ErrorKind::Unavailable,
            Self::Transport { kind, .. } => match kind {
                TransportErrorKind::Connect
                | TransportErrorKind::Tls
                | TransportErrorKind::Timeout
                | TransportErrorKind::Interrupted => ErrorKind::Unavailable,
                TransportErrorKind::Certificate => ErrorKind::Untrusted,
                TransportErrorKind::Request => ErrorKind::Usage,
            },
            Self::Api(error) => match error.status.as_u16() {
                401 | 403 => ErrorKind::Unauthorized,
                429 => ErrorKind::RateLimited,
                408 | 502..=504 => ErrorKind::Unavailable,
                400..=499 => ErrorKind::InvalidRequest,
                _ => ErrorKind::Server,
            },
            Self::UnexpectedBody(_) | Self::TooLarge { .. } | Self::Decode { .. } => {
                ErrorKind::Server
            }
        }
    }

    /// Whether the same call may succeed later: it is [`RateLimited`](ErrorKind::RateLimited) or
    /// [`Unavailable`](ErrorKind::Unavailable).
    ///
    /// This does not mean that the call is safe to repeat. After a timeout or a broken connection, Authlete may have
    /// processed the request, and a ticket, a code or a token in it may be used up.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::RateLimited | ErrorKind::Unavailable)
    }

    /// The HTTP status of an [`Api`](Self::Api) or [`UnexpectedBody`](Self::UnexpectedBody) error.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(error) => Some(error.status),
            Self::UnexpectedBody(error) => Some(error.status),
            _ => None,
        }
    }

    /// Authlete's result code, such as `A001202`.
    pub fn result_code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.result_code.as_deref(),
            _ => None,
        }
    }

    /// The headers of an [`Api`](Self::Api) or [`UnexpectedBody`](Self::UnexpectedBody) error.
    pub fn headers(&self) -> Option<&ResponseHeaders> {
        match self {
            Self::Api(error) => Some(&error.headers),
            Self::UnexpectedBody(error) => Some(&error.headers),
            _ => None,
        }
    }

    /// Authlete's rate limit, if the response reported it.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::from_headers(self.headers()?)
    }

    /// How long to wait before the next call: `Retry-After`, or, if no calls are left, the time until the end of the rate
    /// limit's window; or the delay of the rate limiter, or the time until the next trial of the circuit breaker.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { delay, .. } => Some(*delay),
            Self::CircuitOpen { retry_in, .. } => Some(*retry_in),
            _ => rate_limit::retry_after(self.headers()?, self.is_rate_limited()),
        }
    }

    /// The ID of the operation that failed; `None` for [`Config`](Self::Config).
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Self::Config(_) => None,
            Self::NotCallable { operation, .. }
            | Self::InvalidArgument { operation, .. }
            | Self::Throttled { operation, .. }
            | Self::CircuitOpen { operation, .. }
            | Self::Transport { operation, .. }
            | Self::TooLarge { operation, .. }
            | Self::Decode { operation, .. } => Some(operation),
            Self::Api(error) => Some(error.operation),
            Self::UnexpectedBody(error) => Some(error.operation),
        }
    }

    /// Whether nothing was sent, because of the rate limiter, the circuit breaker or the deadline.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. }
                | Self::CircuitOpen { .. }
                | Self::Transport { source: None, .. }
        )
    }

    /// Whether Authlete may have processed the request. It has not if there was no connection or the call was rate-limited.
    pub(crate) fn may_be_processed(&self) -> bool {
        !(self.is_unsent() || self.is_connect() || self.is_rate_limited())
    }

    pub(crate) fn not_callable(operation: &Operation, reason: String) -> Self {
        Self::NotCallable {
            operation: operation.id,
            reason,
        }
    }
}
