//! The HTTP version of connections. The tests enable the feature `http2` of reqwest, as any crate of a program may.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use authlete::{Authlete, Config};
use futures_util::future::join_all;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Barrier;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::version::TLS13;

use super::HOST;
use crate::authority::Authority;
use crate::calls::introspect;
use crate::raw_server::{OK, next_request, raw_server};
use crate::tls_server::acceptor;

const CALLS: usize = 3;

#[tokio::test]
async fn concurrent_calls_use_separate_connections_when_the_server_offers_http2() {
    let root = Authority::new("root");
    let acceptor = with_alpn(
        acceptor(&root.server(HOST), None, &TLS13),
        &["h2", "http/1.1"],
    );
    let negotiated = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&negotiated);
    // Respond only once all connections have a request.
    let all_arrived = Arc::new(Barrier::new(CALLS));
    let url = raw_server(move |stream| {
        let (handshake, record) = (acceptor.accept(stream), Arc::clone(&record));
        let all_arrived = Arc::clone(&all_arrived);
        async move {
            let mut stream = handshake.await.unwrap();
            let protocol = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
            record.lock().unwrap().push(protocol);
            if next_request(&mut stream).await {
                all_arrived.wait().await;
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let url = url.replace("http://", "https://");
    let api = Authlete::builder(Config::v3(url, 1, "t"))
        .root_certificate(root.pem())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let answers = join_all((0..CALLS).map(|_| introspect(&api))).await;
    let negotiated = negotiated.lock().unwrap();
    assert!(
        answers.iter().all(Result::is_ok),
        "{answers:?}, {negotiated:?}"
    );
    // Not every library of a platform offers a protocol by ALPN. If it does, it is not HTTP/2.
    let http1 = Some(b"http/1.1".to_vec());
    let is_http1 = |protocol: &Option<Vec<u8>>| {
        *protocol == http1 || (cfg!(feature = "native-tls") && protocol.is_none())
    };
    assert_eq!(negotiated.len(), CALLS);
    assert!(negotiated.iter().all(is_http1), "{negotiated:?}");
}

/// Sets the ALPN protocols, in order of preference.
fn with_alpn(acceptor: TlsAcceptor, protocols: &[&str]) -> TlsAcceptor {
    let mut config = acceptor.config().as_ref().clone();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    TlsAcceptor::from(Arc::new(config))
}
