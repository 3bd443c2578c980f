//! Helpers for the responses of endpoints and guards.

use authlete::server::{Response, ResponseBody};
use http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

/// RFC 9449 §8.
pub(crate) const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Adds the nonce for the next DPoP proof. A nonce that is not a valid header value is ignored.
pub(crate) fn add_dpop_nonce(headers: &mut HeaderMap, nonce: Option<&str>) {
    if let Some(nonce) = nonce.and_then(|nonce| HeaderValue::from_str(nonce).ok()) {
        headers.insert(DPOP_NONCE, nonce);
    }
}

/// A response without a body, with `Cache-Control: no-store`.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = status;
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    response
}
