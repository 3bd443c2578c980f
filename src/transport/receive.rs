//! Reads answers, to an end that is ours to choose.

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};

use super::failure::transport_error;
use crate::{Error, Operation, Result};

/// An answer, read to its end.
pub(super) struct Received {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Reads an answer to its end. A body that is longer than the limit is not read on, and its connection is given up.
pub(super) async fn receive(
    operation: &'static Operation,
    mut response: Response,
    limit: usize,
) -> Result<Received> {
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let body = read(operation, response, limit).await?;
    Ok(Received {
        status,
        headers,
        body,
    })
}

async fn read(
    operation: &'static Operation,
    mut response: Response,
    limit: usize,
) -> Result<Bytes> {
    let failed = |error: reqwest::Error| transport_error(operation, error);
    let too_large = || Error::TooLarge {
        operation: operation.id,
        limit,
    };
    if response.content_length() > Some(limit as u64) {
        return Err(too_large());
    }
    let mut body = Bytes::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(too_large());
        }
        // Most answers come in one piece, which need not be copied.
        body = match body.is_empty() {
            true => chunk,
            false => {
                let mut joined = BytesMut::from(body);
                joined.extend_from_slice(&chunk);
                joined.freeze()
            }
        };
    }
    Ok(body)
}
