//! What an error says about another attempt: whether it may succeed, after which delay, and whether the first attempt may have
//! been processed. The retries themselves are in `src/retry/`.

use std::time::Duration;

use super::{Error, ErrorKind, TransportErrorKind};
use crate::rate_limit;

impl Error {
    /// Whether the same call may succeed later: it is [`RateLimited`](ErrorKind::RateLimited) or
    /// [`Unavailable`](ErrorKind::Unavailable).
    ///
    /// This does not mean that the call is safe to repeat. After a timeout or a broken connection, Authlete may have
    /// processed the request, and a ticket, a code or a token in it may be used up.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::RateLimited | ErrorKind::Unavailable)
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
}
