//! Why a request failed, without text from the server.

use std::error::Error;
use std::{fmt, io, iter};

use super::TransportErrorKind;
use crate::tls;

/// Why a request failed: the error of the HTTP client, and as its sources those of the TLS library and the operating system.
///
/// It contains only fixed texts and what rustls reports about a certificate. Text from the server, which an HTTP/2 error may
/// contain, is left out.
#[derive(Debug)]
pub struct TransportCause {
    reason: String,
    next: Option<Box<Self>>,
    /// Whether no connection was established.
    is_connect: bool,
}

impl TransportCause {
    /// The URL must have been removed from `error`.
    pub(crate) fn new(error: &reqwest::Error) -> Self {
        let fixed = |cause| fixed_text(cause, error.is_dns());
        let mut reasons: Vec<String> = causes(error).skip(1).filter_map(fixed).collect();
        // Some libraries wrap an error in another one with the same message.
        reasons.dedup();
        let link = |reason, next: Option<Self>| Self {
            reason,
            next: next.map(Box::new),
            is_connect: error.is_connect(),
        };
        let next = reasons
            .into_iter()
            .rev()
            .fold(None, |next, reason| Some(link(reason, next)));
        link(error.to_string(), next)
    }

    /// Whether no connection was established, and so nothing was sent.
    pub(super) fn is_connect(&self) -> bool {
        self.is_connect
    }
}

/// A cause without further reasons, for tests.
impl From<TransportErrorKind> for TransportCause {
    fn from(kind: TransportErrorKind) -> Self {
        let is_connect = match kind {
            TransportErrorKind::Connect
            | TransportErrorKind::Certificate
            | TransportErrorKind::Tls => true,
            TransportErrorKind::Timeout
            | TransportErrorKind::Interrupted
            | TransportErrorKind::Request => false,
        };
        Self {
            reason: kind.to_string(),
            next: None,
            is_connect,
        }
    }
}

impl fmt::Display for TransportCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl Error for TransportCause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.next.as_deref().map(|next| next as _)
    }
}

/// An error and its causes.
pub(crate) fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    iter::successors(Some(first), |error| cause(*error))
}

/// `io::Error::source` skips the wrapped error and returns its source.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    wrapped.map_or_else(|| error.source(), |inner| Some(inner))
}

/// The message of an error, if it cannot contain text from the server. Errors of name resolution are local.
fn fixed_text(error: &(dyn Error + 'static), is_dns: bool) -> Option<String> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return match error.get_ref() {
            Some(_) if !is_dns => Some(error.kind().to_string()),
            _ => Some(error.to_string()),
        };
    }
    // The messages of hyper are fixed, and do not include the cause.
    (error.is::<hyper::Error>() || tls::is_tls_error(error)).then(|| error.to_string())
}
