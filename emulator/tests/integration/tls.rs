//! The emulator with TLS.

use std::time::Duration;

use crate::common::program::{Program, command, refusal_to_start};
use authlete::types::{GetClientListQuery, GetServiceListQuery};
use authlete::{ApiVersion, Authlete, Error, Setting, TransportErrorKind};
use authlete_emulator::Emulator;
use reqwest::{Certificate, Client, StatusCode};
use rstest::rstest;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

async fn start_with_tls() -> Emulator {
    Emulator::builder().tls(true).start().await.unwrap()
}

fn http_client(emulator: &Emulator) -> Client {
    let root = emulator.root_certificate().unwrap();
    let root = Certificate::from_pem(root.as_bytes()).unwrap();
    Client::builder().tls_certs_only([root]).build().unwrap()
}

async fn list_clients(api: &Authlete) -> authlete::Result<Option<i64>> {
    let clients = api.get_client_list(&GetClientListQuery::new()).await?;
    Ok(clients.total_count.map(i64::from))
}

#[rstest]
#[tokio::test]
async fn configuration_of_the_emulator_trusts_its_certificate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let emulator = start_with_tls().await;
    assert!(emulator.base_url().starts_with("https://127.0.0.1:"));
    let api = Authlete::new(emulator.config(version)).unwrap();
    assert_eq!(list_clients(&api).await.unwrap(), Some(1));
    let services = api.get_service_list(&GetServiceListQuery::new()).await;
    assert_eq!(services.unwrap().total_count, Some(1));
}

#[tokio::test]
async fn client_without_the_root_certificate_does_not_trust_the_emulator() {
    let emulator = start_with_tls().await;
    let config = emulator.config(ApiVersion::V3);
    let unset = config.clone().set(Setting::RootCertificate, "");
    let of_another = start_with_tls().await;
    let other = config.root_certificate(of_another.root_certificate().unwrap());
    for config in [unset, other] {
        let error = list_clients(&Authlete::new(config).unwrap()).await;
        let error = error.unwrap_err();
        let distrusted = TransportErrorKind::Certificate;
        assert!(
            matches!(error, Error::Transport { kind, .. } if kind == distrusted),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn without_tls_there_is_no_root_certificate() {
    let emulator = Emulator::start().await.unwrap();
    assert_eq!(emulator.root_certificate(), None);
    assert!(
        !emulator
            .config(ApiVersion::V3)
            .is_set(Setting::RootCertificate)
    );
}

#[tokio::test]
async fn certificate_is_valid_for_the_loopback_names_and_the_host() {
    let started = Emulator::builder().host("localhost").tls(true).start();
    let emulator = started.await.unwrap();
    let port = emulator.base_url().rsplit(':').next().unwrap().to_owned();
    let http = http_client(&emulator);
    for name in ["127.0.0.1", "localhost"] {
        let answer = http.get(format!("https://{name}:{port}/")).send().await;
        assert_eq!(answer.unwrap().status(), StatusCode::OK, "{name}");
    }
}

#[tokio::test]
async fn pending_handshake_does_not_block_other_connections_and_times_out() {
    let emulator = start_with_tls().await;
    let address = emulator.base_url().strip_prefix("https://").unwrap();
    let mut silent = TcpStream::connect(address).await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let call = tokio::time::timeout(Duration::from_secs(8), list_clients(&api));
    assert_eq!(call.await.unwrap().unwrap(), Some(1));
    // The handshake times out.
    let mut buffer = [0];
    let read = tokio::time::timeout(Duration::from_secs(60), silent.read(&mut buffer));
    assert!(matches!(read.await.unwrap(), Ok(0) | Err(_)));
}

#[tokio::test]
async fn page_and_clock_are_available_only_to_the_own_origin() {
    let emulator = start_with_tls().await;
    let http = http_client(&emulator);
    let url = emulator.base_url();
    for path in ["/", "/emulator/overview", "/emulator/requests"] {
        let answer = http.get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let same_without_tls = url.replace("https://", "http://");
    for (origin, status) in [
        (url, StatusCode::OK),
        (&same_without_tls, StatusCode::FORBIDDEN),
        ("https://evil.example", StatusCode::FORBIDDEN),
    ] {
        let answer = http
            .post(format!("{url}/emulator/clock"))
            .header("Origin", origin)
            .header("Content-Type", "application/json")
            .body(r#"{"advance": 1}"#)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{origin}");
    }
}

#[tokio::test]
async fn certificate_authority_is_restored_from_the_state_file() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("emulator.state");
    let start = async |tls| {
        let builder = Emulator::builder().state_file(&state).tls(tls);
        builder.start().await.unwrap()
    };
    let first = start(true).await;
    let root = first.root_certificate().unwrap().to_owned();
    first.stop().await.unwrap();
    // A run without TLS keeps it.
    let without = start(false).await;
    assert_eq!(without.root_certificate(), None);
    without.stop().await.unwrap();

    let again = start(true).await;
    assert_eq!(again.root_certificate(), Some(root.as_str()));
    let config = again.config(ApiVersion::V3).root_certificate(root);
    assert_eq!(
        list_clients(&Authlete::new(config).unwrap()).await.unwrap(),
        Some(1)
    );
}

#[rstest]
#[tokio::test]
async fn program_prints_and_writes_the_root_certificate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    let program = Program::start(&["--tls", "--ca-file", file.to_str().unwrap()]);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert!(!written.contains("PRIVATE"));
    assert_eq!(program.description["rootCertificate"], written.as_str());
    let environment = &program.description["environment"][version.to_string()];
    assert_eq!(environment["AUTHLETE_ROOT_CERTIFICATE"], written.as_str());
    assert_eq!(list_clients(&program.api(version)).await.unwrap(), Some(1));
}

#[test]
fn mtls_and_ca_file_options_are_refused_without_tls() {
    for arguments in [&["--mtls"][..], &["--ca-file", "ca.pem"]] {
        let message = refusal_to_start(arguments);
        assert!(message.contains("--tls"), "{message}");
    }
    let message = refusal_to_start(&["--tls", "--ca-file", "/there/is/no/such/place"]);
    assert!(
        message.contains("the CA file /there/is/no/such/place: "),
        "{message}"
    );
    assert!(command(&["--help"]).output().unwrap().status.success());
}
