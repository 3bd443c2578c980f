//! Why a request failed, without anything that the server chose.

use std::error::Error;
use std::{fmt, io, iter};

use super::TransportErrorKind;
use crate::tls;

/// Why a request failed, as the HTTP client, the TLS library and the system say it.
///
/// [`source`](Error::source) leads from one reason to the next. Only fixed texts of these are in it, and what rustls says
/// of a certificate: an error of HTTP/2 in particular may hold text of the server, which is left out.
#[derive(Debug)]
pub struct TransportCause {
    reason: String,
    next: Option<Box<Self>>,
    /// Whether no connection was established.
    is_connect: bool,
}

impl TransportCause {
    /// `error` is one without its URL.
    pub(crate) fn new(error: &reqwest::Error) -> Self {
        let fixed = |cause| fixed_text(cause, error.is_dns());
        let mut reasons: Vec<String> = causes(error).skip(1).filter_map(fixed).collect();
        // Some libraries wrap an error in another one that says the same.
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

/// `io::Error::source` skips the error that it wraps, and gives that one's source.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    wrapped.map_or_else(|| error.source(), |inner| Some(inner))
}

/// What an error says, if no server can choose it. A lookup of a name is an affair of this machine.
fn fixed_text(error: &(dyn Error + 'static), is_dns: bool) -> Option<String> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return match error.get_ref() {
            Some(_) if !is_dns => Some(error.kind().to_string()),
            _ => Some(error.to_string()),
        };
    }
    // The description of hyper is fixed; its cause is not in it.
    (error.is::<hyper::Error>() || tls::is_tls_error(error)).then(|| error.to_string())
}
