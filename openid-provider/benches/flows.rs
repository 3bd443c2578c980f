//! Logins and authorization code flows through the whole server, over HTTP on loopback, with the emulator in this process.
//!
//! `cargo bench -p openid-provider --bench flows`

#[path = "../tests/browser/mod.rs"]
mod browser;

use std::fs;
use std::time::Instant;

use authlete::types::Client;
use authlete_emulator::Emulator;
use browser::{Browser, FORM, location, text};
use cpu_time::ProcessTime;
use openid_provider::connection::Connection;
use openid_provider::provider::Provider;
use openid_provider::settings::Settings;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, Url};
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection as _};
use tempfile::TempDir;

const LOGINS: u32 = 50;
const FLOWS: u32 = 500;
const SESSIONS: u32 = 100_000;

#[tokio::main]
async fn main() {
    let directory = TempDir::new().expect("there is room for a database");
    let database = format!("sqlite:{}", directory.path().join("bench.db").display());
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        database: Some(database.clone()),
        login_attempts: 1_000_000,
        ..Settings::default()
    };
    let connection = Connection::emulator(Emulator::builder())
        .await
        .expect("the emulator starts");
    let api = connection.api.clone();
    let id = connection
        .emulator
        .as_ref()
        .expect("it was started")
        .client()
        .id;
    let provider = Provider::start(settings, connection, true, None).await;
    let provider = provider.expect("the server starts");
    let client = api.get_client(id).await.expect("the client is there");

    let mut browser = Browser::new(&provider.url);
    let (time, cpu) = measure(LOGINS, async || log_in(&mut browser).await).await;
    println!("| | time | CPU time | per second |\n|---|---|---|---|");
    println!("| login with Argon2id | {time:.2} ms | {cpu:.2} ms | |");

    consent(&mut browser, &client).await;
    flow(&mut browser, &client).await;
    let (time, cpu) = measure(FLOWS, async || flow(&mut browser, &client).await).await;
    println!(
        "| authorization code flow | {time:.2} ms | {cpu:.2} ms | {:.0} |",
        1000.0 / time
    );

    let memory = resident();
    fill(&database).await;
    let (later, _) = measure(FLOWS, async || flow(&mut browser, &client).await).await;
    println!(
        "\nWith {SESSIONS} more sessions, a flow takes {:.2} times as long, and the process needs {:.2} times the memory \
         ({memory:.0} MiB before).",
        later / time,
        resident() / memory,
    );
}

/// The mean wall-clock time and CPU time of sequential runs, in milliseconds.
async fn measure(rounds: u32, mut run: impl AsyncFnMut()) -> (f64, f64) {
    let (start, cpu) = (Instant::now(), ProcessTime::now());
    for _ in 0..rounds {
        run().await;
    }
    let milliseconds = |time: std::time::Duration| (time / rounds).as_secs_f64() * 1e3;
    (milliseconds(start.elapsed()), milliseconds(cpu.elapsed()))
}

/// Adds sessions of browsers that never returned.
async fn fill(database: &str) {
    install_default_drivers();
    let mut connection = AnyConnection::connect(database)
        .await
        .expect("the database is there");
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SESSIONS}) \
         INSERT INTO sessions (id, subject, data, created_at, expires_at) \
         SELECT 'filled-' || i, 'user-' || i, (SELECT data FROM sessions LIMIT 1), 0, 9999999999 FROM n"
    );
    sqlx::query(&sql)
        .execute(&mut connection)
        .await
        .expect("there is room");
}

/// The memory of this process, in MiB.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    number.unwrap_or(f64::NAN) / 1024.0
}

async fn log_in(browser: &mut Browser) {
    browser.cookies.clear();
    let page = text(browser.get("/login").await).await;
    let fields = [("name", "alice"), ("password", "wonderland")];
    let response = browser.submit(&page, "/login", &fields).await;
    assert_eq!(location(&response), "/account");
}

async fn consent(browser: &mut Browser, client: &Client) {
    let response = authorize(browser, client).await;
    let page = text(browser.follow(response).await).await;
    let fields = [
        ("decision", "allow"),
        ("scope", "openid"),
        ("scope", "profile"),
    ];
    let response = browser.submit(&page, "/consent", &fields).await;
    let response = browser.follow(response).await;
    assert!(
        location(&response).contains("code="),
        "{}",
        location(&response)
    );
}

async fn authorize(browser: &mut Browser, client: &Client) -> Response {
    let redirect_uri = redirect_uri(client);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair(
            "client_id",
            &client.client_id.unwrap_or_default().to_string(),
        )
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", "openid profile")
        .append_pair("state", "state")
        .append_pair(
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        )
        .append_pair("code_challenge_method", "S256")
        .finish();
    browser.get(&format!("/authorize?{query}")).await
}

/// From the request to the claims.
async fn flow(browser: &mut Browser, client: &Client) {
    let response = authorize(browser, client).await;
    let callback = Url::parse(&location(&response)).expect("a redirect to the client");
    let code = callback.query_pairs().find(|(name, _)| name == "code");
    let code = code.expect("the user has agreed").1.into_owned();
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", &code)
        .append_pair("redirect_uri", redirect_uri(client))
        .append_pair(
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        )
        .finish();
    let id = client.client_id.unwrap_or_default();
    let secret = client.client_secret.as_ref().map_or("", |it| it.expose());
    let request = browser.http.post(format!("{}/token", browser.url));
    let request = request.basic_auth(id, Some(secret));
    let request = request.header(CONTENT_TYPE, FORM);
    let tokens = text(request.body(body).send().await.expect("the server answers")).await;
    let tokens: serde_json::Value = serde_json::from_str(&tokens).expect("tokens are JSON");
    let token = tokens["access_token"].as_str().expect("there is a token");
    let request = browser
        .http
        .get(format!("{}/userinfo", browser.url))
        .bearer_auth(token);
    let claims = text(request.send().await.expect("the server answers")).await;
    assert!(claims.contains("Alice"), "{claims}");
}

fn redirect_uri(client: &Client) -> &str {
    let uris = client.redirect_uris.as_deref().unwrap_or_default();
    uris.first().map_or("", String::as_str)
}
