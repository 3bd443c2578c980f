//! The server on a service of Authlete, behind a proxy with TLS.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use openid_provider::connection::Connection;
use openid_provider::provider::Provider;
use openid_provider::settings::Settings;
use reqwest::header::{HeaderMap, SET_COOKIE};
use tempfile::TempDir;
use tokio::net::TcpListener;

const README: &str = include_str!("../README.md");
const URL: &str = "https://login.example.com";

/// A free port of this machine, for a server whose URL is that of its proxy.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

fn settings(directory: &TempDir, port: u16) -> Settings {
    Settings {
        listen: ([127, 0, 0, 1], port).into(),
        url: Some(URL.to_owned()),
        database: Some(format!(
            "sqlite:{}",
            directory.path().join("test.db").display()
        )),
        logo_origins: vec!["https://cdn.example.com".to_owned()],
        ..Settings::default()
    }
}

#[tokio::test]
async fn service_that_does_not_fit_is_changed_only_with_apply_settings() {
    let (emulator, directory) = (Emulator::start().await.unwrap(), TempDir::new().unwrap());
    let config = emulator.config(ApiVersion::V3);
    let api = Authlete::new(config.clone()).unwrap();
    let before = api.get_service(emulator.service_id()).await.unwrap();
    let settings = settings(&directory, free_port().await);

    let connection = Connection::new(config.clone()).unwrap();
    let refused = Provider::start(settings.clone(), connection, false, None).await;
    let error = format!("{:#}", refused.err().unwrap());
    for name in [
        "--apply-settings",
        "issuer",
        "tokenEndpoint",
        "supportedAcrs",
    ] {
        assert!(error.contains(name), "{name} is not in {error}");
    }
    assert!(error.contains(&format!("{URL}/token")), "{error}");
    let same = api.get_service(emulator.service_id()).await.unwrap();
    assert_eq!(same.issuer, before.issuer);

    let connection = Connection::new(config.clone()).unwrap();
    let provider = Provider::start(settings.clone(), connection, true, None).await;
    assert!(
        provider.unwrap().demo_url.is_none(),
        "the demo is for the emulator"
    );
    let after = api.get_service(emulator.service_id()).await.unwrap();
    assert_eq!(after.issuer.as_deref(), Some(URL));

    // A service that fits needs no change.
    let connection = Connection::new(config).unwrap();
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        ..settings
    };
    assert!(
        Provider::start(settings, connection, false, None)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn database_of_a_demo_is_rejected_on_a_service_and_differs_by_default() {
    let directory = TempDir::new().unwrap();
    let settings = Settings {
        url: None,
        listen: ([127, 0, 0, 1], 0).into(),
        ..settings(&directory, 0)
    };
    let demo = Connection::emulator(Emulator::builder()).await.unwrap();
    let demo = Provider::start(settings.clone(), demo, false, None).await;
    assert!(demo.unwrap().demo_url.is_some());

    let emulator = Emulator::start().await.unwrap();
    let service = Connection::new(emulator.config(ApiVersion::V3)).unwrap();
    let refused = Provider::start(settings, service, true, None).await;
    let error = format!("{:#}", refused.err().unwrap());
    assert!(error.contains("alice, bob"), "{error}");
    assert!(error.contains("`database`"), "{error}");

    let settings = Settings::default();
    assert_ne!(settings.database(true), settings.database(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn example_of_the_readme_sets_all_variables_that_apply_settings_needs() {
    let (_, section) = README.split_once("## On your own service").unwrap();
    let (_, example) = section.split_once("```console").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    assert!(example.contains("--apply-settings"), "{example}");
    let emulator = Emulator::start().await.unwrap();
    let variables = emulator.environment(ApiVersion::V3).into_iter();
    let variables = variables.filter(|(name, _)| example.contains(&format!("{name}=")));

    let directory = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_openid-provider"));
    command.env_clear().envs(variables);
    command.env("OPENID_PROVIDER_LISTEN", "127.0.0.1:0");
    command
        .arg("--apply-settings")
        .current_dir(directory.path());
    command.stdout(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let started = lines
        .map_while(Result::ok)
        .any(|line| line.starts_with("The provider is at "));
    let _ = server.kill();
    let _ = server.wait();
    assert!(started, "it ended before it was ready");
}

#[tokio::test]
async fn behind_tls_cookies_are_bound_to_the_host_and_responses_have_hsts() {
    let (emulator, directory) = (Emulator::start().await.unwrap(), TempDir::new().unwrap());
    let connection = Connection::new(emulator.config(ApiVersion::V3)).unwrap();
    let port = free_port().await;
    let provider = Provider::start(settings(&directory, port), connection, true, None).await;
    let provider = provider.unwrap();
    assert_eq!(provider.url, URL);
    let get = async |path: &str| {
        let response = reqwest::get(format!("http://127.0.0.1:{port}{path}")).await;
        response.unwrap()
    };
    let page = get("/login").await;
    let header = |headers: &HeaderMap, name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let cookies = page.headers().get_all(SET_COOKIE).iter();
    let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
    let session = cookies.find(|cookie| cookie.starts_with("__Host-session="));
    let session = session.unwrap();
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(session.split("; ").any(|it| it == attribute), "{session}");
    }
    assert!(!session.contains("Domain"), "{session}");
    let hsts = header(page.headers(), "strict-transport-security");
    assert_eq!(hsts.as_deref(), Some("max-age=31536000"));
    let policy = header(page.headers(), "content-security-policy").unwrap();
    assert!(
        policy.contains("img-src 'self' https://cdn.example.com"),
        "{policy}"
    );
    assert!(
        policy.contains("frame-ancestors 'none'") && !policy.contains("script"),
        "{policy}"
    );

    let configuration = get("/.well-known/openid-configuration").await;
    let hsts = header(configuration.headers(), "strict-transport-security");
    assert!(hsts.is_some());
    let configuration = configuration.text().await.unwrap();
    assert!(
        configuration.contains(&format!("\"issuer\":\"{URL}\"")),
        "{configuration}"
    );
    assert!(get("/ready").await.status().is_success());
}
