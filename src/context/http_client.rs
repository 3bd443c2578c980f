//! The HTTP client of a handle.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::TransportErrorKind;

/// Sends the requests of a handle.
#[derive(Clone)]
pub(crate) enum HttpClient {
    Reqwest(reqwest::Client),
    Function(Arc<SendFunction>),
}

/// A function that replaces the HTTP client.
pub(crate) type SendFunction = dyn Fn(http::Request<Bytes>) -> SendFuture + Send + Sync;

type SendFuture =
    Pin<Box<dyn Future<Output = Result<reqwest::Response, TransportErrorKind>> + Send>>;

impl HttpClient {
    pub fn from_function<F, R, B>(send: F) -> Self
    where
        F: Fn(http::Request<Bytes>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<http::Response<B>, TransportErrorKind>> + Send + 'static,
        B: Into<reqwest::Body>,
    {
        Self::Function(Arc::new(move |request| {
            let sent = send(request);
            Box::pin(async move { Ok(sent.await?.into()) })
        }))
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reqwest(client) => client.fmt(formatter),
            Self::Function(_) => formatter.write_str("Function"),
        }
    }
}
