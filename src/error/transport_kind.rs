//! At which stage a request failed.

use std::fmt;

/// At which stage a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the name does not resolve, or the connection is refused. The request did not reach the server.
    Connect,
    /// The server's certificate is not trusted: it is expired, for another host, or from an unknown issuer. No part of
    /// the request was sent. It is not retried, because the certificate would be the same.
    ///
    /// With the feature `native-tls` this is [`Tls`](Self::Tls): that library does not distinguish the two.
    Certificate,
    /// The TLS handshake of a new connection failed for another reason than the server's certificate. No part of the
    /// request was sent.
    ///
    /// With TLS 1.3 a server may reject the client certificate only after its side of the handshake, when the request may
    /// already be sent: that is [`Interrupted`](Self::Interrupted), and the source has the alert.
    Tls,
    /// The connect, attempt or call timeout expired.
    Timeout,
    /// The connection broke while or after the request was sent, or the response is not valid HTTP. Authlete may
    /// have processed the request.
    ///
    /// This includes response heads with more than 100 headers or some 400 KiB, the limits of the HTTP client for
    /// HTTP/1.1.
    Interrupted,
    /// The request could not be built.
    Request,
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "cannot connect to Authlete",
            Self::Certificate => "the certificate of the server is not trusted",
            Self::Tls => "the TLS handshake with Authlete failed",
            Self::Timeout => "the call to Authlete timed out",
            Self::Interrupted => "the connection to Authlete broke",
            Self::Request => "the request cannot be built",
        })
    }
}
