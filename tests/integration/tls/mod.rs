//! Trust in server certificates, and client certificates.

mod http_version;
#[cfg(feature = "mtls")]
mod mutual;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use authlete::types::TokenRequest;
use authlete::{Authlete, AuthleteBuilder, Config, Error, RetryPolicy, TransportErrorKind};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use crate::authority::Authority;
use crate::calls::introspect;
#[cfg(all(target_os = "linux", not(feature = "native-tls")))]
use crate::child_process;
use crate::raw_server::{next_request, raw_server};
use crate::server::{Reply, Server};
use crate::tls_server::{VERSIONS, acceptor, tls_server};

const HOST: &str = "127.0.0.1";

fn builder(url: &str) -> AuthleteBuilder {
    Authlete::builder(Config::v3(url, 1, "t")).retry(RetryPolicy::never())
}

/// Asserts that the call fails in the handshake.
async fn assert_failed(builder: AuthleteBuilder, expected: TransportErrorKind) {
    let error = introspect(&builder.build().unwrap()).await.unwrap_err();
    let kind = match &error {
        Error::Transport { kind, .. } => *kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind, expected, "{error:?}");
    assert!(error.is_connect());
}

/// Asserts that the server certificate is rejected.
async fn assert_distrusted(builder: AuthleteBuilder) {
    let kind = match cfg!(feature = "native-tls") {
        true => TransportErrorKind::Tls,
        false => TransportErrorKind::Certificate,
    };
    assert_failed(builder, kind).await;
}

#[tokio::test]
async fn custom_root_certificate_is_trusted() {
    let (root, other) = (Authority::new("root"), Authority::new("other"));
    for version in VERSIONS {
        let url = tls_server(acceptor(&root.server(HOST), None, version)).await;
        assert_distrusted(builder(&url)).await;
        assert_distrusted(builder(&url).root_certificate(other.pem())).await;
        for roots in [
            builder(&url).root_certificate(root.pem()),
            // Several roots in one PEM text, or one by one.
            builder(&url).root_certificate(other.pem() + &root.pem()),
            builder(&url)
                .root_certificate(root.pem())
                .root_certificate(other.pem()),
            builder(&url)
                .reqwest_builder(reqwest::Client::builder())
                .root_certificate(root.pem()),
        ] {
            introspect(&roots.build().unwrap()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn expired_certificate_is_not_trusted() {
    let root = Authority::new("root");
    for version in VERSIONS {
        let url = tls_server(acceptor(&root.expired(HOST), None, version)).await;
        assert_distrusted(builder(&url).root_certificate(root.pem())).await;
    }
}

#[tokio::test]
async fn certificate_of_another_host_is_not_trusted() {
    let root = Authority::new("root");
    for version in VERSIONS {
        let url = tls_server(acceptor(&root.server("other.example"), None, version)).await;
        assert_distrusted(builder(&url).root_certificate(root.pem())).await;
    }
}

/// Also runs as a child process.
#[tokio::test]
async fn call_to_this_machine_without_tls_succeeds() {
    let server = Server::always(Reply::json(200, &json!({ "action": "OK" }))).await;
    introspect(&builder(&server.url).build().unwrap())
        .await
        .unwrap();
}

/// A container without root certificates can use an emulator.
#[cfg(all(target_os = "linux", not(feature = "native-tls")))]
#[tokio::test]
async fn missing_root_certificates_do_not_matter_without_tls() {
    let empty = tempfile::tempdir().unwrap();
    let mut test = child_process::test("tls::call_to_this_machine_without_tls_succeeds");
    test.env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", empty.path());
    child_process::assert_passes(test).await;
}

/// After the request was sent, a TLS failure is an interrupted connection, and the request is not resent.
#[tokio::test]
async fn tls_failure_after_the_request_is_an_interrupted_error() {
    let root = Authority::new("root");
    for version in VERSIONS {
        let requests = Arc::new(AtomicUsize::new(0));
        let (acceptor, counter) = (
            acceptor(&root.server(HOST), None, version),
            requests.clone(),
        );
        let url = raw_server(move |stream| {
            let (handshake, counter) = (acceptor.accept(stream), counter.clone());
            async move {
                let mut stream = handshake.await.unwrap();
                if next_request(&mut stream).await {
                    counter.fetch_add(1, Ordering::Relaxed);
                    let (mut stream, _) = stream.into_inner();
                    let _ = stream.write_all(b"HTTP/1.1 500 No TLS\r\n\r\n").await;
                }
            }
        })
        .await;
        let url = url.replace("http://", "https://");
        let api = Authlete::builder(Config::v3(&url, 1, "t")).root_certificate(root.pem());
        let error = api
            .build()
            .unwrap()
            .token(&TokenRequest::new("grant_type=client_credentials"))
            .await
            .unwrap_err();
        let interrupted = TransportErrorKind::Interrupted;
        assert!(
            matches!(error, Error::Transport { kind, .. } if kind == interrupted),
            "{error:?}"
        );
        assert!(!error.is_connect());
        assert_eq!(requests.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn root_certificate_of_the_configuration_is_trusted() {
    let (root, other) = (Authority::new("root"), Authority::new("other"));
    let url = tls_server(acceptor(&root.server(HOST), None, VERSIONS[0])).await;
    let config = Config::v3(&url, 1, "t");
    let with_root = config.clone().root_certificate(other.pem() + &root.pem());
    let api = Authlete::new(with_root.clone()).unwrap();
    introspect(&api).await.unwrap();
    assert_distrusted(Authlete::builder(
        config.clone().root_certificate(other.pem()),
    ))
    .await;
    // The configuration of another service may omit the root or repeat it.
    for same in [config.clone(), with_root.service_id(2)] {
        introspect(&api.with_config(same).unwrap()).await.unwrap();
    }
    let differing = config.root_certificate(root.pem());
    assert_eq!(
        api.with_config(differing).unwrap_err().to_string(),
        "RootCertificate (AUTHLETE_ROOT_CERTIFICATE) differs from that of the existing connections: \
         build a separate handle"
    );
}

#[test]
fn invalid_root_certificate_in_the_configuration_is_rejected() {
    let config = Config::v3("https://a.example", 1, "t");
    for pem in ["SECRET", "-----BEGIN CERTIFICATE-----\nSECRET\n"] {
        let error = Authlete::new(config.clone().root_certificate(pem)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "RootCertificate (AUTHLETE_ROOT_CERTIFICATE), set in code: is not a certificate in PEM form"
        );
    }
    let no_certificate = "-----BEGIN CERTIFICATE-----\nU0VDUkVU\n-----END CERTIFICATE-----\n";
    let error = Authlete::new(config.root_certificate(no_certificate)).unwrap_err();
    // native-tls parses a certificate at once, rustls when the client is built.
    let expected = match cfg!(feature = "native-tls") {
        true => {
            "RootCertificate (AUTHLETE_ROOT_CERTIFICATE), set in code: is not a certificate in PEM form"
        }
        false => {
            "the HTTP client cannot be built: check that RootCertificate (AUTHLETE_ROOT_CERTIFICATE) is a \
             certificate, and that the system has root certificates (ca-certificates)"
        }
    };
    assert_eq!(error.to_string(), expected);
}

#[test]
fn invalid_root_certificate_is_rejected() {
    for pem in ["", "SECRET", "-----BEGIN CERTIFICATE-----\nSECRET\n"] {
        let error = builder("https://a.example").root_certificate(pem).build();
        assert_eq!(
            error.unwrap_err().to_string(),
            "root_certificate is not a certificate in PEM form"
        );
    }
}

#[test]
fn root_certificate_cannot_be_added_to_a_reqwest_client() {
    let error = builder("https://a.example")
        .reqwest_client(reqwest::Client::new())
        .root_certificate(Authority::new("root").pem())
        .build();
    assert_eq!(
        error.unwrap_err().to_string(),
        "root certificates and ClientCertificate (AUTHLETE_CLIENT_CERTIFICATE) must be set on your reqwest client"
    );
    let config =
        Config::v3("https://a.example", 1, "t").root_certificate(Authority::new("root").pem());
    let error = Authlete::builder(config).reqwest_client(reqwest::Client::new());
    assert!(error.build().is_err());
}
