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
        let length = response.content_length().unwrap_or_default();
        if length > limit as u64 {
            return Err(too_large());
        }
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            let body = &mut received.body;
            if body.len().saturating_add(chunk.len()) > limit {
                return Err(too_large());
            }
            *body = match body.is_empty() {
                // Most responses come in one chunk, which need not be copied.
                true => chunk,
                false => join(std::mem::take(body), &chunk, length as usize),
            };
        }
        Ok(received)
    }
}

/// Joins the chunks so far with the next one. `length` is the announced length of the whole body, or 0 if it is not known.
fn join(body: Bytes, chunk: &[u8], length: usize) -> Bytes {
    // Only the first chunk shares its memory, with the buffer of the connection.
    let mut joined = body.try_into_mut().unwrap_or_else(|first| {
        let mut joined = BytesMut::with_capacity(length.max(first.len() + chunk.len()));
        joined.extend_from_slice(&first);
        joined
    });
    joined.extend_from_slice(chunk);
    joined.freeze()
}
