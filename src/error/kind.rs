//! The classification of an error.

use super::{Error, TransportErrorKind};

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
    /// [`ApiError::body`](crate::ApiError::body) is `None`).
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

impl Error {
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
}
