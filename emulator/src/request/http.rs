//! HTTP requests of callers.

use std::net::IpAddr;

/// The parts of an HTTP request that the API uses.
#[derive(Debug)]
pub struct HttpRequest<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The origin that the request was sent to, such as `https://127.0.0.1:8080`.
    pub origin: &'a str,
    /// The `DPoP` headers.
    pub dpop: &'a [&'a str],
    /// The client certificate of the connection, in DER.
    pub certificate: Option<&'a [u8]>,
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// The IP address of the caller.
    pub remote_address: Option<IpAddr>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
}
