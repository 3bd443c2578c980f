//! Errors.

mod api_error;
mod cause;
mod decode_error;
mod kind;
mod retry;
mod transport_kind;
mod unexpected_body;

use std::time::Duration;

use reqwest::StatusCode;

pub use api_error::ApiError;
pub use cause::TransportCause;
pub(crate) use cause::causes;
pub use decode_error::DecodeError;
pub use kind::ErrorKind;
pub use transport_kind::TransportErrorKind;
pub use unexpected_body::UnexpectedBodyError;

use crate::config::ConfigError;
use crate::rate_limit::RateLimit;
use crate::{Operation, ResponseHeaders};

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

impl Error {
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

    pub(crate) fn not_callable(operation: &Operation, reason: String) -> Self {
        Self::NotCallable {
            operation: operation.id,
            reason,
        }
    }
}

/// A duration for messages, without the nanoseconds of its `Debug` output.
fn milliseconds(duration: &Duration) -> String {
    format!("{} ms", duration.as_millis())
}

/// An invalid status counts as 500.
fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
