//! What another attempt is made of.

use reqwest::Request;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};

use crate::{Authlete, Operation, Result};

/// A request that is most likely not needed. A copy of its headers, which are most of it, would cost each call what only
/// the few need that are tried again.
pub(super) struct Spare {
    /// Without headers.
    request: Request,
    /// The headers that come with the operation; the others are the handle's.
    accept: Option<HeaderValue>,
    content_type: Option<HeaderValue>,
}

impl Spare {
    /// `None` when the body cannot be sent twice, which is so of streams; operations have none.
    pub fn of(request: &mut Request) -> Option<Self> {
        let headers = std::mem::take(request.headers_mut());
        let spare = request.try_clone().map(|request| Self {
            request,
            accept: headers.get(ACCEPT).cloned(),
            content_type: headers.get(CONTENT_TYPE).cloned(),
        });
        *request.headers_mut() = headers;
        spare
    }

    /// The same request again.
    pub fn request(self, api: &Authlete, operation: &'static Operation) -> Result<Request> {
        let mut request = self.request;
        let headers = request.headers_mut();
        for (name, value) in [(ACCEPT, self.accept), (CONTENT_TYPE, self.content_type)] {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
        api.add_headers(api.route(operation)?, headers);
        Ok(request)
    }
}
