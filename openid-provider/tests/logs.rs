//! What the log and the metrics say of a login, and what they do not.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use authlete_emulator::Emulator;
use openid_provider::connection::Connection;
use openid_provider::metrics;
use openid_provider::provider::Provider;
use openid_provider::settings::Settings;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{RequestBuilder, Response};
use tempfile::TempDir;
use tracing_subscriber::EnvFilter;

/// What was logged.
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

struct Browser {
    http: reqwest::Client,
    url: String,
    cookies: HashMap<String, String>,
}

impl Browser {
    async fn send(&mut self, request: RequestBuilder) -> Response {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<_> = cookies.collect();
        let response = request
            .header(COOKIE, cookies.join("; "))
            .send()
            .await
            .unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }

    /// Follows redirects to this server, as far as a page or a redirect to the client.
    async fn follow(&mut self, mut response: Response) -> Response {
        while let Some(location) = response.headers().get(LOCATION)
            && location.as_bytes().starts_with(b"/")
        {
            let path = location.to_str().unwrap().to_owned();
            response = self.get(&path).await;
        }
        response
    }

    async fn get(&mut self, path: &str) -> Response {
        self.send(self.http.get(format!("{}{path}", self.url)))
            .await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }
}

fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn location(response: &Response) -> String {
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn login_leaves_its_route_and_status_and_nothing_secret() {
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
        database: format!("sqlite:{}", directory.path().join("test.db").display()),
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

    let mut browser = Browser {
        http: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap(),
        url: provider.url.replace("localhost", "127.0.0.1"),
        cookies: HashMap::new(),
    };
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
    let page = browser.follow(response).await.text().await.unwrap();
    let (token, flow) = (hidden(&page, "form_token"), hidden(&page, "flow"));
    let fields = |password: &'static str| {
        [
            ("form_token", token.clone()),
            ("flow", flow.clone()),
            ("name", "alice".to_owned()),
            ("password", password.to_owned()),
        ]
    };
    let mut page = String::new();
    for password in ["marker-password", "wonderland"] {
        let fields = fields(password);
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let response = browser.post("/login", &fields).await;
        page = browser.follow(response).await.text().await.unwrap();
    }
    let fields = [
        ("form_token", hidden(&page, "form_token")),
        ("flow", hidden(&page, "flow")),
        ("decision", "allow".to_owned()),
        ("scope", "openid".to_owned()),
    ];
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let response = browser.post("/consent", &fields).await;
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

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    // What hyper and the database say at this level is for those who debug them.
    let ours = |line: &&str| {
        ["openid_provider", "authlete"]
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
    let secrets = [token, flow, code, "wonderland".to_owned()]
        .into_iter()
        .chain(cookies);
    for secret in secrets.chain(["marker".to_owned()]) {
        assert!(!log.contains(&secret), "{secret} is in the log");
    }

    let metrics = handle.render();
    for line in [
        r#"passwords_total{outcome="right"} 1"#,
        r#"passwords_total{outcome="wrong"} 1"#,
        r#"consents_total{outcome="allowed"} 1"#,
        r#"http_requests_total{route="/login",method="POST",status="303"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(!metrics.contains("marker"), "{metrics}");
}
