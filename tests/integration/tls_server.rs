//! A TLS server that answers all requests with the same response.

use std::sync::Arc;

use tokio::io::AsyncWriteExt as _;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use crate::authority::{Authority, Certified};
use crate::raw_server::{OK, next_request, raw_server};

pub const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// The server side of a handshake. With `clients`, it requires a client certificate from this authority.
pub fn acceptor(
    certified: &Certified,
    clients: Option<&Authority>,
    version: &'static SupportedProtocolVersion,
) -> TlsAcceptor {
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let chain = vec![certified.certificate.der().clone()];
    let key = PrivateKeyDer::Pkcs8(certified.key.serialize_der().into());
    let mut config = builder.with_single_cert(chain, key).unwrap();
    // Tests extract the secrets to send records that rustls has no API for.
    config.enable_secret_extraction = true;
    TlsAcceptor::from(Arc::new(config))
}

/// Starts the server, and returns the URL.
pub async fn tls_server(acceptor: TlsAcceptor) -> String {
    let url = raw_server(move |stream| {
        let handshake = acceptor.accept(stream).into_fallible();
        async move {
            match handshake.await {
                Ok(mut stream) => {
                    while next_request(&mut stream).await {
                        stream.write_all(OK).await.unwrap();
                    }
                }
                // Read all data, since a reset of the connection could discard the alert.
                Err((_, mut stream)) => while next_request(&mut stream).await {},
            }
        }
    })
    .await;
    url.replace("http://", "https://")
}
