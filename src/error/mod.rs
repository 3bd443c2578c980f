//! What can go wrong with a call.

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

/// What can go wrong, from configuration to decoding.
///
/// # What an error shows
/// `Display`, `Debug`, the sources and the events of `tracing` show no secret of yours, and nothing that a server may
/// have copied from a request: of an answer they show the HTTP status, a well-formed result code and the JSON path of
/// known members. The rest is kept for you to read: headers, body and
/// [`result_message`](ApiError::result_message). Log those only where a token may be logged.
///
/// The message says what failed, and the [`source`](std::error::Error::source) why, down to the reason of the system. Log
/// the whole chain, for example with `{:#}` of `anyhow`.
///
/// [`kind`](Self::kind) says what an error means, whatever it came from. A server that cannot reach Authlete tells its own
/// client no more than a status:
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
    /// The configuration cannot be used. Comes when a handle is made, never from a call.
    #[error(transparent)]
    Config(#[from] ConfigError),

    /// The configured generation or credentials cannot make this call. Nothing was sent.
    #[error("{operation}: {reason}")]
    NotCallable {
        /// The operation id.
        operation: &'static str,
        /// What the call needs: a setting by its names, another generation of the API, or another operation.
        reason: String,
    },

    /// An argument that no request can be made of. Nothing was sent.
    #[error("{operation}: {argument} {reason}")]
    InvalidArgument {
        /// The operation id.
        operation: &'static str,
        /// The argument.
        argument: &'static str,
        /// What is wrong with it, without its value.
        reason: &'static str,
    },

    /// The handle's own rate limiter ([`RateLimiterPolicy`](crate::RateLimiterPolicy)) would delay the call past its deadline.
    /// Nothing was sent.
    #[error("{operation}: the rate limiter would delay this call by {delay}, past its deadline", delay = milliseconds(delay))]
    Throttled {
        /// The operation id.
        operation: &'static str,
        /// How long the call would have been delayed.
        delay: Duration,
    },

    /// Too many calls of this category have failed, and the circuit breaker is open. Nothing was sent.
    #[error("{operation}: the circuit breaker is open for another {retry_in}", retry_in = milliseconds(retry_in))]
    CircuitOpen {
        /// The operation id.
        operation: &'static str,
        /// How long it is until the next trial.
        retry_in: Duration,
    },

    /// No complete answer came: the request could not be sent, or the connection broke.
    #[error("{operation}: {kind}, server {server}")]
    Transport {
        /// The operation id.
        operation: &'static str,
        /// At which stage it failed.
        kind: TransportErrorKind,
        /// Host and port of the base URL.
        server: String,
        /// The reason. `None` when the deadline of the call had passed before the request was sent.
        source: Option<TransportCause>,
    },

    /// The answer has an error status. It is Authlete's, with a result code, or that of something in between, such as a
    /// load balancer with a page of its own.
    #[error(transparent)]
    Api(Box<ApiError>),

    /// The answer has a status of success and not the JSON that the operation returns: a login page of a network, a body
    /// that is empty or cut off, or JSON with anything before or after it, a byte order mark included (RFC 8259 §8.1).
    #[error(transparent)]
    UnexpectedBody(Box<UnexpectedBodyError>),

    /// The answer is longer than the handle reads, and was not read to its end. Authlete may have processed the request.
    #[error("{operation}: the answer is longer than {limit} bytes")]
    TooLarge {
        /// The operation id.
        operation: &'static str,
        /// [`max_response_size`](crate::AuthleteBuilder::max_response_size).
        limit: usize,
    },

    /// Authlete answered with JSON that is not of the shape that the operation has, with a value that cannot be read (a
    /// number beyond the range of its type, nesting deeper than [`DecodeError::MAX_DEPTH`]), or with text that is not
    /// Unicode. [JSON](crate::guide::json) says what is read, and what is not.
    #[error("{operation}: the answer does not decode at {path}")]
    Decode {
        /// The operation id.
        operation: &'static str,
        /// The JSON path of the value, such as `$.service.supportedScopes[2].name`. A long one is cut off and ends in
        /// `…`.
        path: String,
        /// What was found and what was expected, without the value.
        source: DecodeError,
    },
}

/// What an [`Error`] means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The program or its configuration has to change. Nothing was sent.
    Usage,
    /// Too many calls: Authlete answered 429, or the handle's own [rate limiter](crate::RateLimiterPolicy) would delay the call past
    /// its timeout. [`Error::retry_after`] says for how long, if that is known.
    RateLimited,
    /// Authlete cannot be reached or is overloaded: the name does not resolve, no connection, a failed TLS handshake, a
    /// timeout, a broken connection, 408, 502, 503 or 504, or an open circuit breaker. A wrong base URL also looks like
    /// this.
    Unavailable,
    /// The credentials are not accepted: 401 or 403, from Authlete or from something in between (then
    /// [`ApiError::body`] is `None`).
    Unauthorized,
    /// The server cannot be trusted: its certificate is not valid. No credential was sent. Not with the feature
    /// `native-tls`, where it is [`Unavailable`](Self::Unavailable).
    Untrusted,
    /// The call is not accepted as it is, with another status from 400 to 499: a wrong argument, or what it names does not
    /// exist. 407 is the answer of a proxy that wants credentials.
    InvalidRequest,
    /// The server failed, with 500 or another status, or with an answer that cannot be read.
    Failed,
}

/// A duration for people: nobody needs the nanoseconds.
fn milliseconds(duration: &Duration) -> String {
    format!("{} ms", duration.as_millis())
}

/// At which stage a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the name does not resolve, or nothing listens. The request did not reach the server.
    Connect,
    /// The server's certificate cannot be trusted: it is expired, for another host, or of an unknown issuer. Nothing of
    /// the request was sent, and it is not retried: the certificate stays the same.
    ///
    /// With the feature `native-tls` it is [`Tls`](Self::Tls): that library does not distinguish the two.
    Certificate,
    /// The TLS handshake of a new connection failed for another reason than the server's certificate. Nothing of the
    /// request was sent.
    ///
    /// With TLS 1.3 a server may reject our certificate only after its side of the handshake, when the request may be
    /// on its way: that is [`Interrupted`](Self::Interrupted), and the source names the alert.
    Tls,
    /// The connect, attempt or call timeout expired.
    Timeout,
    /// The connection broke after the request began to be sent, or what came back cannot be read as HTTP. Authlete may
    /// have processed the request.
    ///
    /// The head of an answer may have 100 headers and some 400 KiB: these are the bounds of the HTTP client for
    /// HTTP/1.1.
    Interrupted,
    /// The request could not be built.
    Request,
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "cannot connect to Authlete",
            Self::Certificate => "the certificate of the server cannot be trusted",
            Self::Tls => "the TLS handshake with Authlete failed",
            Self::Timeout => "no answer from Authlete in time",
            Self::Interrupted => "the connection to Authlete broke",
            Self::Request => "the request cannot be built",
        })
    }
}

/// An answer with an error status.
///
/// `Display` and `Debug` show the operation, the status and the result code. Without one `Display` shows the media type, if
/// it is a common one.
#[non_exhaustive]
pub struct ApiError {
    /// The operation id.
    pub operation: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// Authlete's code, such as `A001202`. `None` also when the member is not an upper-case letter and digits.
    pub result_code: Option<String>,
    /// Authlete's explanation for developers; it begins with the code in brackets. The organization API has no code, and
    /// its explanation is the member `error`. It may quote the request, secrets included.
    pub result_message: Option<Secret>,
    /// The headers of the answer; rate limits are read from them.
    pub headers: ResponseHeaders,
    /// The whole body, when it is a JSON object: then Authlete answered.
    pub body: Option<JsonObject>,
    /// The [beginning](UnexpectedBodyError::snippet) of a body that is not JSON.
    pub snippet: Secret,
}

impl ApiError {
    /// An error with this status and nothing else, for tests. Set the other fields as needed.
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

/// A number that is no status counts as 500.
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

/// An answer with a status of success, without the JSON that the operation returns: empty, cut off, or something else.
///
/// `Display` and `Debug` show the operation and the status; `Display` also the media type, if it is a common one.
#[non_exhaustive]
pub struct UnexpectedBodyError {
    /// The operation id.
    pub operation: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: ResponseHeaders,
    /// The beginning of the body, at most [`SNIPPET_CHARS`](Self::SNIPPET_CHARS) characters, to recognize who answered.
    /// It ends where something like JSON begins, and is empty when the headers call the body JSON or compressed. A
    /// page may quote the request, with its path and its credentials.
    pub snippet: Secret,
    /// Whether there is no body.
    pub(crate) is_empty: bool,
}

impl UnexpectedBodyError {
    /// How much of a body is kept: enough to recognize who answered.
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
            return write!(formatter, "{operation}: the answer, {status}, has no body");
        }
        write!(formatter, "{operation}: the answer, {status}, is not JSON")?;
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

/// Why a value did not decode: what was found and what was expected, without the value itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(pub(crate) String);

impl DecodeError {
    /// How deep objects and lists may be nested in an answer; deeper ones are not read. It is the JSON parser's bound,
    /// which keeps a hostile answer from using up the stack, and many times what Authlete's answers need.
    pub const MAX_DEPTH: usize = 127;

    /// An error with this message, for tests.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl Error {
    /// Whether the connect timeout, that of an attempt or that of the call passed.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self,
            Self::Transport {
                kind: TransportErrorKind::Timeout,
                ..
            }
        )
    }

    /// Whether the request certainly did not reach Authlete, because no connection could be established, or not in
    /// time. A failed TLS handshake counts; a TLS alert on an established connection does not.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Transport { source: Some(source), .. } if source.is_connect())
    }

    /// Whether there were too many calls: 429, or the handle's own [rate limiter](crate::RateLimiterPolicy).
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// What the error means for the caller, whatever the server put into its answer.
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
                _ => ErrorKind::Failed,
            },
            Self::UnexpectedBody(_) | Self::TooLarge { .. } | Self::Decode { .. } => {
                ErrorKind::Failed
            }
        }
    }

    /// Whether the same call may succeed later: it is [`RateLimited`](ErrorKind::RateLimited) or
    /// [`Unavailable`](ErrorKind::Unavailable).
    ///
    /// A later call may succeed; that does not make it safe to repeat this one. After a timeout or a broken connection Authlete may have processed the
    /// request, and a ticket, a code or a token in it may be used up.
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

    /// How the caller stood with Authlete's rate limit, when the answer told.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::from_headers(self.headers()?)
    }

    /// How long to wait before the next call: what Authlete asks for, by `Retry-After` or, where no calls are left, the
    /// end of the rate limit's window; or the delay of the rate limiter, or the time until the next trial of the circuit breaker.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { delay, .. } => Some(*delay),
            Self::CircuitOpen { retry_in, .. } => Some(*retry_in),
            _ => rate_limit::retry_after(self.headers()?, self.is_rate_limited()),
        }
    }

    /// The id of the operation that failed; `None` for [`Config`](Self::Config).
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

    /// Whether nothing was sent, because the handle did not let the call through or its time was up.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. }
                | Self::CircuitOpen { .. }
                | Self::Transport { source: None, .. }
        )
    }

    /// Whether Authlete may have processed the request; not when there was no connection, or there were too many calls.
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
