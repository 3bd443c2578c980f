//! A success status without the JSON that the operation returns.

use std::fmt;

use reqwest::StatusCode;

use super::{Error, status_code};
use crate::{ResponseHeaders, Secret};

/// A response with a success status, but without the JSON that the operation returns: empty, truncated, or other content.
///
/// `Display` and `Debug` show the operation and the status; `Display` also the media type, if it is a common one.
#[non_exhaustive]
pub struct UnexpectedBodyError {
    /// The operation ID.
    pub operation: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers of the response.
    pub headers: ResponseHeaders,
    /// The beginning of the body, at most [`SNIPPET_CHARS`](Self::SNIPPET_CHARS) characters, to identify the sender.
    /// It ends before any JSON, and is empty if the headers declare JSON or compression. A
    /// page may quote the request, with its path and its credentials.
    pub snippet: Secret,
    /// Whether the body is empty.
    pub(crate) is_empty: bool,
}

impl UnexpectedBodyError {
    /// The maximum length of [`snippet`](Self::snippet), in characters: enough to identify the sender.
    pub const SNIPPET_CHARS: usize = 256;

    /// An error with this status and an empty body, for tests. Set the other fields as needed.
    pub fn new(operation: &'static str, status: u16) -> Self {
        Self {
            operation,
            status: status_code(status),
            headers: ResponseHeaders::default(),
            snippet: Secret::default(),
            is_empty: true,
        }
    }
}

impl From<UnexpectedBodyError> for Error {
    fn from(error: UnexpectedBodyError) -> Self {
        Self::UnexpectedBody(Box::new(error))
    }
}

impl fmt::Display for UnexpectedBodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, status) = (self.operation, self.status);
        if self.is_empty {
            return write!(
                formatter,
                "{operation}: the response ({status}) has no body"
            );
        }
        write!(
            formatter,
            "{operation}: the response ({status}) is not JSON"
        )?;
        self.headers.describe_body(formatter)
    }
}

impl fmt::Debug for UnexpectedBodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnexpectedBodyError")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for UnexpectedBodyError {}
