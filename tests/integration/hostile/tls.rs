//! TLS handshakes, and a raw alert.

use std::sync::LazyLock;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{AlertDescription, ConnectionTrafficSecrets};
use tokio_rustls::server::TlsStream;

use crate::authority::Authority;
use crate::tls_server::acceptor;

/// The host name of the server.
pub const HOST: &str = "authlete.test";

/// A server certificate.
#[derive(Clone, Copy)]
pub enum Identity {
    Good,
    Expired,
    OtherHost,
    UnknownIssuer,
}

/// The certificate authority that callers trust.
static ROOT: LazyLock<Authority> = LazyLock::new(|| Authority::new("root"));

/// The root certificate that callers trust.
pub fn root() -> reqwest::Certificate {
    reqwest::Certificate::from_der(ROOT.der()).unwrap()
}

/// Performs the server side of the handshake.
pub async fn accept(stream: TcpStream, identity: Identity) -> io::Result<TlsStream<TcpStream>> {
    let certified = match identity {
        Identity::Good => ROOT.server(HOST),
        Identity::Expired => ROOT.expired(HOST),
        Identity::OtherHost => ROOT.server("other.test"),
        Identity::UnknownIssuer => Authority::new("unknown").server(HOST),
    };
    acceptor(&certified, None, &TLS13).accept(stream).await
}

/// Reads the first record of a handshake. The record header has its length (RFC 8446 §5.1).
pub async fn read_hello(stream: &mut TcpStream) -> io::Result<()> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let length = u16::from_be_bytes([header[3], header[4]]);
    let mut message = vec![0; length.into()];
    stream.read_exact(&mut message).await.map(drop)
}

/// Sends a fatal alert on an established connection. rustls has no API for this, so the record is encrypted here
/// (RFC 8446 §5.2, §6).
pub async fn alert(session: TlsStream<TcpStream>, description: AlertDescription) -> io::Result<()> {
    const FATAL: u8 = 2;
    const ALERT: u8 = 21;
    const TAG_LENGTH: u8 = 16;
    let (mut stream, connection) = session.into_inner();
    let secrets = connection.dangerous_extract_secrets();
    let (sequence, ConnectionTrafficSecrets::Aes256Gcm { key, iv }) = secrets.unwrap().tx else {
        panic!("another cipher suite was negotiated")
    };
    let mut nonce: [u8; 12] = iv.as_ref().try_into().unwrap();
    for (byte, counter) in nonce[4..].iter_mut().zip(sequence.to_be_bytes()) {
        *byte ^= counter;
    }
    let mut content = vec![FATAL, description.into(), ALERT];
    let header = [23, 3, 3, 0, content.len() as u8 + TAG_LENGTH];
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_ref()).unwrap());
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::from(header), &mut content)
        .unwrap();
    stream.write_all(&[&header[..], &content].concat()).await?;
    stream.shutdown().await
}
