//! A response with an error status.

use std::fmt;

use reqwest::StatusCode;

use super::{Error, status_code};
use crate::config::Setting;
use crate::{JsonObject, ResponseHeaders, Secret};

/// A response with an error status.
///
/// `Display` and `Debug` show the operation, the status and the result code. Without a result code, `Display` shows the
/// media type, if it is a common one.
#[non_exhaustive]
pub struct ApiError {
    /// The operation ID.
    pub operation: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// Authlete's result code, such as `A001202`. `None` also if the member is not an upper-case letter and digits.
    pub result_code: Option<String>,
    /// Authlete's message for developers; it begins with the code in brackets. The organization API has no code, and
    /// its message is the member `error`. It may quote the request, including secrets.
    pub result_message: Option<Secret>,
    /// The headers of the response, including rate limits.
    pub headers: ResponseHeaders,
    /// The whole body, if it is a JSON object, as in responses of Authlete.
    pub body: Option<JsonObject>,
    /// The [beginning](crate::UnexpectedBodyError::snippet) of a body that is not JSON.
    pub snippet: Secret,
}

impl ApiError {
    /// An error with this status and no other data, for tests. Set the other fields as needed.
    ///
    /// ```
    /// use authlete::{ApiError, Error, ErrorKind};
    ///
    /// let mut error = ApiError::new("introspection", 429);
    /// error.result_code = Some("A001202".to_owned());
    /// assert_eq!(Error::from(error).kind(), ErrorKind::RateLimited);
    /// ```
    pub fn new(operation: &'static str, status: u16) -> Self {
        Self {
            operation,
            status: status_code(status),
            result_code: None,
            result_message: None,
            headers: ResponseHeaders::default(),
            body: None,
            snippet: Secret::default(),
        }
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: the server answered {}",
            self.operation, self.status
        )?;
        match &self.result_code {
            Some(code) => write!(formatter, ", result code {code}"),
            None if self.status.is_redirection() => {
                let setting = Setting::BaseUrl;
                write!(formatter, ": redirects are not followed, check {setting}")
            }
            None if self.body.is_some() => Ok(()),
            None => self.headers.describe_body(formatter),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiError")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("result_code", &self.result_code)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}
