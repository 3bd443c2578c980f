//! What the log and the metrics contain of a login, and what they do not.

#[path = "browser/mod.rs"]
mod browser;

use std::io::Write;
use std::sync::{Arc, Mutex};

use authlete_emulator::Emulator;
use browser::{Browser, action, form_token, location, text};
use openid_provider::connection::Connection;
use openid_provider::metrics;
use openid_provider::provider::Provider;
use openid_provider::settings::Settings;
use serde_json::Value;
use tempfile::TempDir;
use tracing_subscriber::EnvFilter;

/// The output of the log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn login_is_logged_with_its_route_and_status_and_without_secrets() {
    let lines = Lines::default();
    let writer = lines.clone();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("trace"))
        .with_writer(move || writer.clone())
        .json()
        .init();
    let handle = metrics::record().unwrap();

    let directory = TempDir::new().unwrap();
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        database: Some(format!(
            "sqlite:{}",
            directory.path().join("test.db").display()
        )),
        metrics: Some(([127, 0, 0, 1], 0).into()),
        ..Settings::default()
    };
    let connection = Connection::emulator(Emulator::builder()).await.unwrap();
    let api = connection.api.clone();
    let client_id = connection.emulator.as_ref().unwrap().client().id;
    let provider = Provider::start(settings, connection, true, Some(handle.clone()))
        .await
        .unwrap();
    let client = api.get_client(client_id).await.unwrap();
    let redirect_uri = client.redirect_uris.unwrap().remove(0);

    let mut browser = Browser::new(&provider.url);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &client_id.to_string())
        .append_pair("redirect_uri", &redirect_uri)
        .append_pair("scope", "openid profile")
        .append_pair("state", "marker-state")
        .append_pair("nonce", "marker-nonce")
        .append_pair(
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        )
        .append_pair("code_challenge_method", "S256")
        .finish();
    let response = browser.get(&format!("/authorize?{query}")).await;
    let login = text(browser.follow(response).await).await;
    let action = action(&login, "/login");
    let (_, flow) = action.split_once("flow=").unwrap();
    let token = form_token(&login);
    let mut page = String::new();
    for password in ["marker-password", "wonderland"] {
        let fields = [("name", "alice"), ("password", password)];
        let response = browser.submit(&login, "/login", &fields).await;
        page = text(browser.follow(response).await).await;
    }
    let fields = [("decision", "allow"), ("scope", "openid")];
    let response = browser.submit(&page, "/consent", &fields).await;
    let callback = location(&browser.follow(response).await);
    let code = callback
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    browser.get("/no/such/marker-path?marker-query").await;
    let method = reqwest::Method::from_bytes(b"MARKER-METHOD").unwrap();
    let request = browser.http.request(method, &browser.url);
    request.send().await.unwrap();

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let lines = log.lines().map(serde_json::from_str::<Value>);
    let events = lines
        .map(Result::unwrap)
        .filter(|it| it["target"] == "audit");
    let events: Vec<_> = events.map(|mut it| it["fields"].take()).collect();
    let outcomes: Vec<_> = events
        .iter()
        .map(|it| {
            (
                it["event"].as_str().unwrap(),
                it["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("login", "wrong"),
        ("login", "right"),
        ("consent", "allowed"),
    ];
    assert_eq!(outcomes, expected);
    for event in &events {
        assert_eq!(event["address"], "127.0.0.1");
        assert_eq!(event["user"], events[0]["user"]);
        assert_eq!(event["user"].as_str().unwrap().len(), 22, "{event}");
    }
    assert_eq!(events[2]["client_id"], client_id);

    // Events of hyper and the database at this level are for debugging them.
    let ours = |line: &&str| {
        ["audit", "openid_provider", "authlete"]
            .iter()
            .any(|target| line.contains(&format!("\"target\":\"{target}")))
    };
    let log: String = log
        .lines()
        .filter(ours)
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(
        log.contains(r#""route":"/login""#) && log.contains(r#""status":303"#),
        "{log}"
    );
    let cookies = browser.cookies.values().cloned();
    let secrets = [token, flow, &code, "wonderland"].map(str::to_owned);
    let secrets = secrets.into_iter().chain(cookies);
    for secret in secrets.chain(["marker".to_owned()]) {
        assert!(!log.contains(&secret), "{secret} is in the log");
    }

    let metrics = handle.render();
    for line in [
        r#"passwords_total{outcome="right"} 1"#,
        r#"passwords_total{outcome="wrong"} 1"#,
        r#"consents_total{outcome="allowed"} 1"#,
        r#"http_requests_total{route="/login",method="POST",status="303"} 1"#,
        r#"method="other""#,
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(!metrics.to_lowercase().contains("marker"), "{metrics}");
}
