//! Sessions in the database: their lifetime, and a login while a table is missing.

#[path = "browser/mod.rs"]
mod browser;

use std::time::{SystemTime, UNIX_EPOCH};

use authlete_emulator::Emulator;
use browser::{Browser, text};
use openid_provider::connection::Connection;
use openid_provider::provider::Provider;
use openid_provider::settings::Settings;
use reqwest::Response;
use reqwest::header::SET_COOKIE;
use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection as _, Row as _};
use tempfile::TempDir;

const HOUR: i64 = 60 * 60;

fn max_age(response: &Response) -> Option<i64> {
    let mut cookies = response.headers().get_all(SET_COOKIE).iter();
    let cookie = cookies.find_map(|cookie| cookie.to_str().ok()?.strip_prefix("session="))?;
    let mut attributes = cookie.split("; ");
    let age = attributes.find_map(|attribute| attribute.strip_prefix("Max-Age="))?;
    age.parse().ok()
}

/// A provider, its database, and a browser at it.
async fn start(directory: &TempDir) -> (Provider, AnyConnection, Browser) {
    let database = format!("sqlite:{}", directory.path().join("test.db").display());
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        database: Some(database.clone()),
        session_minutes: 120,
        ..Settings::default()
    };
    let connection = Connection::emulator(Emulator::builder()).await.unwrap();
    let provider = Provider::start(settings, connection, true, None).await;
    let provider = provider.unwrap();
    install_default_drivers();
    let database = AnyConnection::connect(&database).await.unwrap();
    let browser = Browser::new(&provider.url);
    (provider, database, browser)
}

#[tokio::test]
async fn login_while_the_database_fails_is_503() {
    let directory = TempDir::new().unwrap();
    let (_provider, mut database, mut browser) = start(&directory).await;
    let login = text(browser.get("/login").await).await;
    // A login without a request does not look for one.
    let login = login.replace(r#"action="/login""#, r#"action="/login?flow=a""#);
    let sql = "DROP TABLE flows";
    sqlx::query(sql).execute(&mut database).await.unwrap();
    let fields = [("name", "alice"), ("password", "wrong")];
    let response = browser.submit(&login, "/login", &fields).await;
    assert_eq!(response.status(), 503);
}

/// The value of the session cookie, and the number of sessions with a user.
async fn after_login(browser: &Browser, database: &mut AnyConnection) -> (String, i64) {
    let sql = "SELECT COUNT(*) FROM sessions WHERE subject IS NOT NULL";
    let row = sqlx::query(sql).fetch_one(database).await.unwrap();
    (browser.cookies["session"].clone(), row.get(0))
}

#[tokio::test]
async fn login_that_is_sent_twice_is_one_session() {
    let directory = TempDir::new().unwrap();
    let (_provider, mut database, mut browser) = start(&directory).await;
    let login = text(browser.get("/login").await).await;
    let before = browser.cookies["session"].clone();
    let again = || Browser {
        http: browser.http.clone(),
        url: browser.url.clone(),
        cookies: browser.cookies.clone(),
    };
    let (mut first, mut second, mut late, mut other) = (again(), again(), again(), again());
    let fields = [("name", "alice"), ("password", "wonderland")];
    tokio::join!(
        first.submit(&login, "/login", &fields),
        second.submit(&login, "/login", &fields),
    );
    let (cookie, count) = after_login(&first, &mut database).await;
    assert_ne!(cookie, before);
    assert_eq!(count, 1);
    assert_eq!(after_login(&second, &mut database).await.0, cookie);
    // The browser sent it again before it had the answer.
    late.submit(&login, "/login", &fields).await;
    assert_eq!(after_login(&late, &mut database).await, (cookie.clone(), 1));
    assert_eq!(late.get("/account").await.status(), 200);
    // Another user who knows the session before does not get this one.
    let fields = [("name", "bob"), ("password", "builder-of-things")];
    other.submit(&login, "/login", &fields).await;
    let (others, count) = after_login(&other, &mut database).await;
    assert_ne!(others, cookie);
    assert_eq!(count, 2);
}

#[tokio::test]
async fn visit_that_changes_nothing_extends_the_session_and_its_cookie() {
    let directory = TempDir::new().unwrap();
    let (_provider, mut database, mut browser) = start(&directory).await;
    let login = text(browser.get("/login").await).await;
    let fields = [("name", "alice"), ("password", "wonderland")];
    let response = browser.submit(&login, "/login", &fields).await;
    assert_eq!(max_age(&response), Some(2 * HOUR));
    browser.follow(response).await;

    let sql = "UPDATE sessions SET expires_at = expires_at - 3600 WHERE subject IS NOT NULL";
    sqlx::query(sql).execute(&mut database).await.unwrap();
    let visit = browser.get("/account").await;
    assert_eq!(visit.status(), 200);
    let age = max_age(&visit).unwrap();
    assert!((2 * HOUR..3 * HOUR).contains(&age), "{age}");
    let sql = "SELECT expires_at FROM sessions WHERE subject IS NOT NULL";
    let row = sqlx::query(sql).fetch_one(&mut database).await.unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let left = row.get::<i64, _>(0) - i64::try_from(now.as_secs()).unwrap();
    assert!((2 * HOUR - 10..3 * HOUR).contains(&left), "{left}");

    // Not every visit is written.
    let visit = browser.get("/account").await;
    assert_eq!(max_age(&visit), None);
}
