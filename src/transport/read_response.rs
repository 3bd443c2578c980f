//! Reads the body of a response, up to the size limit.

use bytes::{Bytes, BytesMut};
use reqwest::Response;

use super::failure::transport_error;
use super::raw_response::RawResponse;
use crate::{Error, Operation, Result};

/// Reads the body of a response. If it is larger than the limit, it is not read completely, and the connection is closed.
///
/// Not an `async fn`, whose future would hold its arguments twice.
pub(super) fn read_response(
    operation: &'static Operation,
    mut response: Response,
    limit: usize,
) -> impl Future<Output = Result<RawResponse>> + Send {
    let failed = move |error: reqwest::Error| transport_error(operation, error);
    let too_large = move || Error::TooLarge {
        operation: operation.id,
        limit,
    };
    let mut received = RawResponse {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: Bytes::new(),
    };
    async move {
        if response.content_length() > Some(limit as u64) {
            return Err(too_large());
        }
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            let body = &mut received.body;
            if body.len().saturating_add(chunk.len()) > limit {
                return Err(too_large());
            }
            // Most responses come in one piece, which need not be copied.
            *body = match body.is_empty() {
                true => chunk,
                false => {
                    let mut joined = BytesMut::from(std::mem::take(body));
                    joined.extend_from_slice(&chunk);
                    joined.freeze()
                }
            };
        }
        Ok(received)
    }
}
