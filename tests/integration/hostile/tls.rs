//! TLS, well spoken and not.

use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::io::{self, AsyncReadExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

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

type Issuer = CertifiedIssuer<'static, KeyPair>;

/// The issuer that callers trust.
static ROOT: LazyLock<Issuer> = LazyLock::new(issuer);

fn issuer() -> Issuer {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The certificate that callers trust.
pub fn root() -> reqwest::Certificate {
    reqwest::Certificate::from_der(ROOT.der()).unwrap()
}

/// Does the handshake of a server.
pub async fn accept(stream: TcpStream, identity: Identity) -> io::Result<TlsStream<TcpStream>> {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let host = match identity {
        Identity::OtherHost => "other.test",
        _ => HOST,
    };
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    if let Identity::Expired = identity {
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match identity {
        Identity::UnknownIssuer => params.signed_by(&key, &issuer()),
        _ => params.signed_by(&key, &ROOT),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = config
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.unwrap().der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config)).accept(stream).await
}

/// Reads the first message of a handshake: a record, of which the header says how long it is (RFC 8446 §5.1).
pub async fn read_hello(stream: &mut TcpStream) -> io::Result<()> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let length = u16::from_be_bytes([header[3], header[4]]);
    let mut message = vec![0; length.into()];
    stream.read_exact(&mut message).await.map(drop)
}
