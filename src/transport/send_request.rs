//! Sends a request with the HTTP client, or with the function that replaces it.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{Either, TryFutureExt as _};
use reqwest::{Body, Request, Response};
use tokio::time::timeout;

use super::failure::{server, transport_error};
use crate::context::{HttpClient, SendFunction};
use crate::error::{TransportCause, TransportErrorKind};
use crate::{Error, Operation, Result};

/// Sends a request, and returns when the head of its response has arrived.
pub(super) fn send_request(
    client: &HttpClient,
    operation: &'static Operation,
    request: Request,
) -> impl Future<Output = Result<Response>> + Send {
    match client {
        HttpClient::Reqwest(client) => {
            let sent = client.execute(request);
            Either::Left(sent.map_err(move |error| transport_error(operation, error)))
        }
        HttpClient::Function(function) => {
            let server = server(request.url());
            // Boxed, because this future is much larger than the one above, and each call has room for both.
            let sent = Box::pin(call(Arc::clone(function), request));
            Either::Right(sent.map_err(move |kind| Error::Transport {
                operation: operation.id,
                kind,
                server,
                source: Some(TransportCause::from(kind)),
            }))
        }
    }
}

/// Calls the function with the timeout of the request.
async fn call(
    function: Arc<SendFunction>,
    request: Request,
) -> Result<Response, TransportErrorKind> {
    let limit = request.timeout().copied();
    let request =
        http::Request::<Body>::try_from(request).map_err(|_| TransportErrorKind::Request)?;
    let sent = function(request.map(|body| {
        let bytes = body.as_bytes().unwrap_or_default();
        Bytes::copy_from_slice(bytes)
    }));
    match limit {
        Some(limit) => (timeout(limit, sent).await).unwrap_or(Err(TransportErrorKind::Timeout)),
        None => sent.await,
    }
}
