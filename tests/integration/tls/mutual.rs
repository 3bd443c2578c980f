//! Mutual TLS.

use authlete::{Authlete, AuthleteBuilder, Config, RetryPolicy, TransportErrorKind};
use tokio_rustls::rustls::version::TLS13;

use super::{HOST, assert_failed, introspect};
use crate::authority::Authority;
use crate::configuration::config_error;
use crate::tls_server::{VERSIONS, acceptor, tls_server};

fn builder(config: Config, root: &Authority) -> AuthleteBuilder {
    Authlete::builder(config)
        .retry(RetryPolicy::never())
        .root_certificate(root.pem())
}

#[tokio::test]
async fn client_certificate_is_sent() {
    let (root, clients) = (Authority::new("root"), Authority::new("clients"));
    for version in VERSIONS {
        let url = tls_server(acceptor(&root.server(HOST), Some(&clients), version)).await;
        let config = Config::v3(&url, 1, "t");
        let with = |pem: String| builder(config.clone().client_certificate(pem), &root);
        let ours = clients.client();
        introspect(&with(ours.pem()).build().unwrap())
            .await
            .unwrap();
        // The key may come first, and 2.x works the same.
        let pem = ours.key.serialize_pem() + &ours.certificate.pem();
        let old = Config::v2(&url, 1, "s").client_certificate(pem);
        introspect(&builder(old, &root).build().unwrap())
            .await
            .unwrap();
        let own = with(ours.pem()).reqwest_builder(reqwest::Client::builder());
        introspect(&own.build().unwrap()).await.unwrap();
    }
}

#[tokio::test]
async fn missing_or_unknown_client_certificate_is_rejected_by_the_server() {
    let (root, clients) = (Authority::new("root"), Authority::new("clients"));
    for version in VERSIONS {
        let url = tls_server(acceptor(&root.server(HOST), Some(&clients), version)).await;
        let config = Config::v3(&url, 1, "t");
        let unknown = Authority::new("unknown").client();
        for config in [config.clone(), config.client_certificate(unknown.pem())] {
            // With TLS 1.3 the client has finished the handshake, and the request may have arrived.
            if version == &TLS13 {
                let api = builder(config, &root).build().unwrap();
                let error = introspect(&api).await.unwrap_err();
                assert!(!error.is_connect(), "{error:?}");
            } else {
                assert_failed(builder(config, &root), TransportErrorKind::Tls).await;
            }
        }
    }
}

#[test]
fn invalid_client_certificate_is_rejected() {
    let authority = Authority::new("clients");
    let (one, other) = (authority.client(), authority.client());
    let config = Config::v3("https://a.example", 1, "t");
    for pem in [
        "SECRET".to_owned(),
        "-----BEGIN PRIVATE KEY-----\nSECRET".to_owned(),
        one.certificate.pem(),
        one.key.serialize_pem(),
    ] {
        let shown = config_error(config.clone().client_certificate(pem));
        let begins = "ClientCertificate (AUTHLETE_CLIENT_CERTIFICATE), set in code: is not a certificate and its private key";
        assert!(shown.starts_with(begins), "{shown}");
    }
    let pem = one.certificate.pem() + &other.key.serialize_pem();
    assert_eq!(
        config_error(config.client_certificate(pem)),
        "the HTTP client cannot be built: check that the certificate and the key of \
         ClientCertificate (AUTHLETE_CLIENT_CERTIFICATE) match, \
         and that the system has root certificates (ca-certificates)"
    );
}

#[test]
fn client_certificate_cannot_change_for_existing_connections() {
    let authority = Authority::new("clients");
    let plain = Config::v3("https://a.example", 1, "t");
    let config = plain.clone().client_certificate(authority.client().pem());
    let api = Authlete::new(config.clone()).unwrap();
    // The same certificate from another source is accepted.
    let again = Config::new().or(config.clone().service_id(2));
    assert!(api.with_config(again).is_ok());
    let other = config.clone().client_certificate(authority.client().pem());
    for differing in [plain.clone(), other] {
        assert_eq!(
            api.with_config(differing).unwrap_err().to_string(),
            "ClientCertificate (AUTHLETE_CLIENT_CERTIFICATE) differs from that of the existing connections: \
             build a separate handle"
        );
    }
    // A complete reqwest client has its own connections.
    let error = Authlete::builder(config).reqwest_client(reqwest::Client::new());
    assert!(error.build().is_err());
}
