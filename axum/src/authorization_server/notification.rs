//! Notification requests to clients.

use std::fmt;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Uri};

/// A complete HTTP request that notifies a client of a decision (CIBA Core 1.0 §10.2, §10.3) or of a logout (OpenID Connect
/// Back-Channel Logout 1.0 §2.5). [`notify`](super::AuthorizationServer::notify) sends it.
///
/// Its URL comes from the client metadata. If you send it yourself, for example from a queue, use a timeout, do not follow
/// redirects, and use only TLS, except to loopback addresses in development. A client answers 200 or 204 on success.
///
/// The `Debug` output has only the URL, because headers and body contain tokens.
///
/// ```
/// # use authlete_axum::authorization_server::Notification;
/// # async fn example(client: reqwest::Client, notification: Notification) -> reqwest::Result<()> {
/// client.execute(notification.into_request().try_into()?).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

impl Notification {
    /// `None` if the URL is invalid.
    pub(super) fn new(uri: &str, media_type: &'static str, body: String) -> Option<Self> {
        let media_type = HeaderValue::from_static(media_type);
        Some(Self {
            uri: uri.parse().ok()?,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, media_type)]),
            body,
        })
    }

    pub(super) fn with_header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The URL of the client.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Converts it into an HTTP request.
    pub fn into_request(self) -> Request<String> {
        let mut request = Request::new(self.body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Notification")
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}
