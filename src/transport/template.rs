//! What the requests of a call are made of.

use reqwest::Request;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use tokio::time::Instant;

use crate::{Authlete, Error, Operation, Result};

/// Makes a request for each attempt of a call.
///
/// The headers, which are most of a request, go with the first one. Most calls need no other, and a copy of the headers
/// would cost each of them what only the few need that are tried again.
pub(super) struct Template {
    /// In a box, as it is handed from future to future.
    request: Box<Request>,
    /// The headers that come with the operation; the others are the handle's.
    accept: Option<HeaderValue>,
    content_type: Option<HeaderValue>,
}

impl Template {
    /// Of a request with all its headers.
    pub fn new(request: Request) -> Self {
        let header = |name| request.headers().get(name).cloned();
        Self {
            accept: header(ACCEPT),
            content_type: header(CONTENT_TYPE),
            request: Box::new(request),
        }
    }

    /// The method, the URL and the body.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The request of the next attempt, which ends at the deadline if the handle has a timeout.
    pub fn next(
        &mut self,
        api: &Authlete,
        operation: &'static Operation,
        deadline: Instant,
    ) -> Result<Request> {
        let mut headers = std::mem::take(self.request.headers_mut());
        if headers.is_empty() {
            for (name, value) in [(ACCEPT, &self.accept), (CONTENT_TYPE, &self.content_type)] {
                if let Some(value) = value {
                    headers.insert(name, value.clone());
                }
            }
            api.add_headers(api.route(operation)?, &mut headers);
        }
        let request = self.request.try_clone();
        let mut request = request.ok_or_else(|| {
            // No operation has one: bodies are JSON in memory.
            Error::not_callable(operation, "a stream cannot be sent twice".to_owned())
        })?;
        *request.headers_mut() = headers;
        if api.settings().timeout.is_some() {
            *request.timeout_mut() = Some(deadline.saturating_duration_since(Instant::now()));
        }
        Ok(request)
    }
}
