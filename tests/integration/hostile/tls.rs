//! TLS, well spoken and not.

use std::sync::LazyLock;

use tokio::io::{self, AsyncReadExt as _};
use tokio::net::TcpStream;
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::server::TlsStream;

use crate::authority::Authority;
use crate::tls_server::acceptor;

/// The name that the server is called by.
pub const HOST: &str = "authlete.test";

/// A certificate of a server.
#[derive(Clone, Copy)]
pub enum Identity {
    Good,
    Expired,
    OtherHost,
    UnknownIssuer,
}

/// The issuer that callers trust.
static ROOT: LazyLock<Authority> = LazyLock::new(|| Authority::new("root"));

/// The certificate that callers trust.
pub fn root() -> reqwest::Certificate {
    reqwest::Certificate::from_der(ROOT.der()).unwrap()
}

/// Does the handshake of a server.
pub async fn accept(stream: TcpStream, identity: Identity) -> io::Result<TlsStream<TcpStream>> {
    let certified = match identity {
        Identity::Good => ROOT.server(HOST),
        Identity::Expired => ROOT.expired(HOST),
        Identity::OtherHost => ROOT.server("other.test"),
        Identity::UnknownIssuer => Authority::new("unknown").server(HOST),
    };
    acceptor(&certified, None, &TLS13).accept(stream).await
}

/// Reads the first message of a handshake: a record, of which the header says how long it is (RFC 8446 §5.1).
pub async fn read_hello(stream: &mut TcpStream) -> io::Result<()> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let length = u16::from_be_bytes([header[3], header[4]]);
    let mut message = vec![0; length.into()];
    stream.read_exact(&mut message).await.map(drop)
}
