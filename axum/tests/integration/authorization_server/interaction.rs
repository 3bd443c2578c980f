//! The pages of `interaction`, with a simulated browser.

mod cross_site;
mod failures;
mod sequences;
mod several_users;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use authlete::server::{Consent, Interaction, Session, StandardClaims};
use authlete::types::GrantType;
use authlete_axum::interaction::{Interactions, Page, SameOriginForm, TowerSessions, Users};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse as _, Response, Result};
use rstest::rstest;
use tower_sessions::cookie::SameSite;
use tower_sessions::{MemoryStore, SessionManagerLayer};

use super::client::claims;
use super::*;

/// Two users with the same password.
#[derive(Clone, Default)]
struct Staff {
    consents: Arc<Mutex<HashMap<(String, i64), Consent>>>,
    /// Whether the claims of users are unavailable.
    has_failed: Arc<AtomicBool>,
}

impl Users for Staff {
    type Claims = StandardClaims;

    async fn log_in(&self, _: &Parts, form: &SameOriginForm) -> Result<Option<Session>> {
        let is_right =
            matches!(form.get("name"), "alice" | "bob") && form.get("password") == "secret";
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        Ok(is_right.then(|| Session::new(form.get("name"), now.cast_signed())))
    }

    /// The name of the page, the ID of the request, and details.
    async fn page(&self, _: &Parts, page: Page<'_>) -> Result<Response> {
        Ok(Html(match page {
            Page::Authorization {
                pending,
                interaction,
                session,
                login_failed,
            } => {
                let (name, reason) = match interaction {
                    Interaction::LogIn(details) => ("login", Some(details.reason)),
                    Interaction::ChooseAccount { .. } => ("accounts", None),
                    Interaction::CreateAccount { .. } => ("sign-up", None),
                    Interaction::Consent(_) => ("consent", None),
                };
                let user = session.map_or("nobody", Session::subject);
                let id = pending.page_id();
                if name == "consent" && self.has_failed.load(Ordering::Relaxed) {
                    return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
                }
                format!("{name} {id} {user} {login_failed} {reason:?}")
            }
            Page::LogIn {
                return_to,
                login_failed,
            } => format!("own-login {return_to} {login_failed}"),
            Page::UserCode {
                user_code,
                is_wrong,
            } => format!("user-code {user_code} {is_wrong}"),
            Page::Device(device) => format!("device {}", device.page_id()),
            Page::LogOut(logout) => format!("log-out {}", logout.page_id()),
            Page::Notice(notice) => format!("{notice:?}"),
        })
        .into_response())
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        if self.has_failed.load(Ordering::Relaxed) {
            return Err(StatusCode::SERVICE_UNAVAILABLE.into());
        }
        Ok(Some(StandardClaims::new().name(subject)))
    }

    async fn with_consent(&self, session: Session, client_id: i64) -> Result<Session> {
        let key = (session.subject().to_owned(), client_id);
        let before = self.consents.lock().unwrap().get(&key).cloned();
        Ok(session.consented_before(before.unwrap_or_default()))
    }

    async fn remember(&self, subject: &str, client_id: i64, consent: Consent) -> Result<()> {
        let key = (subject.to_owned(), client_id);
        self.consents.lock().unwrap().insert(key, consent);
        Ok(())
    }
}

async fn start(version: ApiVersion) -> Provider {
    start_for(Staff::default(), version).await
}

async fn start_for(staff: Staff, version: ApiVersion) -> Provider {
    start_with(Interactions::new(staff, TowerSessions), version).await
}

async fn start_with(
    interactions: Interactions<Staff, TowerSessions>,
    version: ApiVersion,
) -> Provider {
    Provider::at("", version, interactions.clone(), |server| {
        let server = server.logout(interactions.clone());
        let sessions = SessionManagerLayer::new(MemoryStore::default())
            .with_secure(false)
            .with_same_site(SameSite::Lax);
        let pages = interactions.router(&server);
        server.router().merge(pages).layer(sessions)
    })
    .await
}

/// The words of a page, which must have the name.
#[track_caller]
fn words<'a>(page: &'a Reply, name: &str) -> Vec<&'a str> {
    assert_eq!(page.status, 200, "{page:?}");
    let words: Vec<_> = page.body.split(' ').collect();
    assert_eq!(words[0], name, "{page:?}");
    words
}

/// The ID of the request of a page.
#[track_caller]
fn id<'a>(page: &'a Reply, name: &str) -> &'a str {
    words(page, name)[1]
}

/// Sends an authorization request. Returns its first page.
async fn open(
    provider: &Provider,
    browser: &mut Browser,
    scope: &str,
    more: &[(&str, &str)],
) -> Reply {
    let parameters = provider.client().parameters(scope, more);
    browser.authorize(&parameters).await
}

async fn log_in(browser: &mut Browser, page: &Reply, name: &str) -> Reply {
    let form = format!("request={}&name={name}&password=secret", id(page, "login"));
    browser.post("/login", &form).await
}

async fn agree(browser: &mut Browser, page: &Reply, scopes: &str) -> Reply {
    let scopes = scopes.split(' ').map(|scope| format!("&scope={scope}"));
    let scopes: String = scopes.collect();
    let form = format!("request={}{scopes}&agree=yes", id(page, "consent"));
    browser.post("/consent", &form).await
}

#[rstest]
#[tokio::test]
async fn tokens_have_the_scopes_of_the_consent_form_and_the_session_of_the_login(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = start(version).await;
    let mut browser = provider.browser();
    let parameters = provider.client().parameters("openid profile email", &[]);
    let page = browser.authorize(&parameters).await;
    let page = log_in(&mut browser, &page, "alice").await;
    assert_eq!(words(&page, "consent")[2], "alice");
    let response = agree(&mut browser, &page, "openid email")
        .await
        .redirected();
    let tokens = provider.client().redeem(&response["code"]).await.json();
    let scope = tokens["scope"].as_str().unwrap();
    assert!(
        scope.contains("email") && !scope.contains("profile"),
        "{scope}"
    );
    let id_token = claims(&tokens);
    assert_eq!(id_token["sub"], "alice");
    assert!(
        id_token["sid"].as_str().is_none_or(|sid| sid.len() == 32),
        "{id_token}"
    );

    // The consent is stored: the same request shows no page.
    let again = provider.client().parameters("openid email", &[]);
    assert!(
        browser
            .authorize(&again)
            .await
            .redirected()
            .contains_key("code")
    );
    // More scopes need consent.
    let page = browser.authorize(&parameters).await;
    assert_eq!(words(&page, "consent")[2], "alice");
}

#[tokio::test]
async fn login_renews_the_session_id_and_pages_cannot_be_framed_or_cached_and_have_no_ticket() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    let before = browser.cookie.clone().unwrap();
    for page in [&page, &log_in(&mut browser, &page, "alice").await] {
        assert_eq!(
            page.header("content-security-policy"),
            Some("frame-ancestors 'none'")
        );
        assert_eq!(page.header("cache-control"), Some("no-store"));
        // The fixture prints the ID of the request, which differs from the ticket.
        assert_eq!(page.body.split(' ').nth(1).unwrap().len(), 16, "{page:?}");
    }
    assert_ne!(browser.cookie.unwrap(), before);
}

#[tokio::test]
async fn wrong_logins_are_limited_by_account_and_right_ones_are_not() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    for _ in 0..12 {
        let page = open(&provider, &mut browser, "openid", &[("prompt", "login")]).await;
        words(&log_in(&mut browser, &page, "alice").await, "consent");
    }
    let page = open(&provider, &mut browser, "openid", &[("prompt", "login")]).await;
    let request = id(&page, "login");
    for name in ["alice", " Alice "].into_iter().cycle().take(10) {
        let page = browser
            .post(
                "/login",
                &format!("request={request}&name={name}&password=wrong"),
            )
            .await;
        assert_eq!(words(&page, "login")[3], "true");
    }
    let right = |name| format!("request={request}&name={name}&password=secret");
    let refused = browser.post("/login", &right("alice")).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.header("retry-after").is_some());
    words(&browser.post("/login", &right("bob")).await, "consent");
}

#[tokio::test]
async fn wrong_logins_of_many_accounts_are_limited_by_address() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let mut statuses = Vec::new();
    for number in 0..101 {
        let form = format!("return_to=/device&name=user{number}&password=wrong");
        statuses.push(browser.post("/login", &form).await.status);
    }
    assert_eq!(statuses.pop(), Some(429));
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[tokio::test]
async fn wrong_logins_of_an_account_are_limited_although_addresses_change() {
    static ADDRESS: AtomicU32 = AtomicU32::new(0x0a00_0000);
    fn next_address(_: &Parts) -> Option<IpAddr> {
        Some(Ipv4Addr::from(ADDRESS.fetch_add(1, Ordering::Relaxed)).into())
    }
    let interactions = Interactions::new(Staff::default(), TowerSessions);
    let interactions = interactions.client_address(next_address);
    let provider = start_with(interactions, ApiVersion::V3).await;
    let mut browser = provider.browser();
    let mut statuses = Vec::new();
    for _ in 0..101 {
        let form = "return_to=/device&name=alice&password=wrong";
        statuses.push(browser.post("/login", form).await.status);
    }
    assert_eq!(statuses.pop(), Some(429));
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let other = "return_to=/device&name=bob&password=secret";
    assert_eq!(browser.post("/login", other).await.status, 303);
}

#[rstest]
#[tokio::test]
async fn form_of_another_site_is_rejected(
    #[values(
        "/login",
        "/account",
        "/consent",
        "/device",
        "/device/consent",
        "/logout/confirm"
    )]
    path: &str,
    #[values("cross-site", "same-site")] site: &str,
) {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let form = "return_to=/&name=alice&password=secret";
    let reply = browser.post_from(site, path, form).await;
    assert_eq!(reply.status, 403, "{reply:?}");
    assert_eq!(browser.cookie, None);
}

#[tokio::test]
async fn consent_is_for_the_request_of_its_page_when_several_are_open() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let first = open(&provider, &mut browser, "openid", &[]).await;
    let second = open(&provider, &mut browser, "openid email", &[]).await;
    let first = log_in(&mut browser, &first, "alice").await;
    // The second tab still shows the login page.
    let second = log_in(&mut browser, &second, "alice").await;
    let response = agree(&mut browser, &first, "openid email")
        .await
        .redirected();
    let tokens = provider.client().redeem(&response["code"]).await.json();
    assert_eq!(tokens["scope"], "openid");
    let response = agree(&mut browser, &second, "openid email")
        .await
        .redirected();
    let tokens = provider.client().redeem(&response["code"]).await.json();
    assert_eq!(tokens["scope"].as_str().unwrap().split(' ').count(), 2);
    // The request of the first form is over.
    let over = agree(&mut browser, &first, "openid").await;
    assert_eq!((over.status, &*over.body), (400, "StartAgain"));
}

#[tokio::test]
async fn oldest_of_many_open_requests_has_to_start_again() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let parameters = provider.client().parameters("openid", &[]);
    let mut pages = Vec::new();
    for _ in 0..6 {
        pages.push(browser.authorize(&parameters).await);
    }
    let form = |page| format!("request={}&name=alice&password=secret", id(page, "login"));
    let over = browser.post("/login", &form(&pages[0])).await;
    assert_eq!((over.status, &*over.body), (400, "StartAgain"));
    words(&browser.post("/login", &form(&pages[1])).await, "consent");
}

#[tokio::test]
async fn form_of_another_browser_is_refused() {
    let provider = start(ApiVersion::V3).await;
    let page = provider
        .browser()
        .authorize(&provider.client().parameters("openid", &[]))
        .await;
    let mut other = provider.browser();
    let form = format!(
        "request={}&name=alice&password=secret&agree=yes",
        id(&page, "login")
    );
    for path in ["/login", "/account", "/consent", "/device/consent"] {
        let over = other.post(path, &form).await;
        assert_eq!((over.status, &*over.body), (400, "StartAgain"), "{path}");
    }
}

#[rstest]
#[case::refused("openid", "agree=no&scope=openid")]
#[case::without_a_decision("openid", "scope=openid")]
#[case::without_a_scope("email", "agree=yes")]
#[tokio::test]
async fn refused_consent_is_access_denied_and_not_stored(
    #[case] scope: &str,
    #[case] decision: &str,
) {
    let staff = Staff::default();
    let provider = start_for(staff.clone(), ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, scope, &[]).await;
    let page = log_in(&mut browser, &page, "alice").await;
    let form = format!("request={}&{decision}", id(&page, "consent"));
    let response = browser.post("/consent", &form).await.redirected();
    let error = response.get("error").map(String::as_str);
    assert_eq!(error, Some("access_denied"), "{response:?}");
    assert!(staff.consents.lock().unwrap().is_empty());
    let over = browser.post("/consent", &form).await;
    assert_eq!((over.status, &*over.body), (400, "StartAgain"));
}

#[tokio::test]
async fn chosen_account_of_the_session_needs_no_password() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    log_in(&mut browser, &page, "alice").await;
    let parameters = provider
        .client()
        .parameters("openid", &[("prompt", "select_account")]);
    let page = browser.authorize(&parameters).await;
    assert_eq!(words(&page, "accounts")[2], "alice");
    let form = format!("request={}", id(&page, "accounts"));
    let page = browser.post("/account", &form).await;
    assert_eq!(words(&page, "consent")[2], "alice");
    // Another account needs a login.
    let page = browser.authorize(&parameters).await;
    let form = format!("request={}&name=bob&password=secret", id(&page, "accounts"));
    let page = browser.post("/login", &form).await;
    assert_eq!(words(&page, "consent")[2], "bob");
}

#[tokio::test]
async fn consent_without_a_session_needs_a_login() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    let form = format!("request={}&scope=openid&agree=yes", id(&page, "login"));
    // The user skips the login page.
    let page = browser.post("/consent", &form).await;
    assert_eq!(words(&page, "login")[2], "nobody");
}

/// A provider with the device flow.
async fn start_with_devices() -> Provider {
    let provider = start(ApiVersion::V3).await;
    let grants = || Some(vec![GrantType::DeviceCode, GrantType::AuthorizationCode]);
    provider
        .change_service(|service| {
            service.supported_grant_types = grants();
            service.device_flow_code_duration = Some(600);
            service.device_verification_uri = Some(format!("{}/device", provider.issuer));
        })
        .await;
    provider
        .change_client(|client| client.grant_types = grants())
        .await;
    provider
}

async fn begin_device(provider: &Provider) -> (String, String) {
    let form = [("scope", "openid email")];
    let codes = provider
        .client()
        .post("/device_authorization", &form)
        .await
        .json();
    let text = |name: &str| codes[name].as_str().unwrap().to_owned();
    (text("user_code"), text("device_code"))
}

async fn poll(provider: &Provider, device_code: &str) -> Reply {
    provider.emulator.advance(Duration::from_secs(10));
    let grant_type = "urn:ietf:params:oauth:grant-type:device_code";
    let form = [("grant_type", grant_type), ("device_code", device_code)];
    provider.client().post("/token", &form).await
}

#[tokio::test]
async fn device_gets_the_scopes_of_its_consent_form_after_login_and_user_code() {
    let provider = start_with_devices().await;
    let (user_code, device_code) = begin_device(&provider).await;
    let mut browser = provider.browser();
    let path = format!("/device?user_code={user_code}");
    let page = browser.get(&path).await;
    assert_eq!(words(&page, "own-login")[1], path);
    let form = format!("return_to={path}&name=alice&password=wrong");
    assert_eq!(
        words(&browser.post("/login", &form).await, "own-login")[2],
        "true"
    );
    let form = format!("return_to={path}&name=alice&password=secret");
    let redirect = browser.post("/login", &form).await;
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (303, Some(&*path))
    );
    let page = browser.get(&path).await;
    assert_eq!(words(&page, "user-code")[1..], [&*user_code, "false"]);

    let page = browser.post("/device", "user_code=WRONG").await;
    assert_eq!(words(&page, "user-code")[1..], ["WRONG", "true"]);
    let page = browser
        .post("/device", &format!("user_code={user_code}"))
        .await;
    let request = id(&page, "device").to_owned();
    // Another device in another tab.
    let (other_code, _) = begin_device(&provider).await;
    let other = browser
        .post("/device", &format!("user_code={other_code}"))
        .await;
    let consent = format!("request={request}&scope=openid&agree=yes");
    let over = browser.post("/device/consent", &consent).await;
    assert_eq!((over.status, &*over.body), (400, "StartAgain"));
    assert_eq!(poll(&provider, &device_code).await.status, 400);
    let refused = format!("request={}&agree=no", id(&other, "device"));
    let page = browser.post("/device/consent", &refused).await;
    assert_eq!(page.body, "DeviceRefused");

    let page = browser
        .post("/device", &format!("user_code={user_code}"))
        .await;
    let consent = format!("request={}&scope=openid&agree=yes", id(&page, "device"));
    let page = browser.post("/device/consent", &consent).await;
    assert_eq!(page.body, "DeviceConnected");
    let tokens = poll(&provider, &device_code).await.json();
    assert_eq!(tokens["scope"], "openid", "{tokens}");
}

#[tokio::test]
async fn user_codes_are_limited_by_address_although_accounts_change() {
    let provider = start_with_devices().await;
    let mut last = 0;
    for name in ["alice", "bob"] {
        let mut browser = provider.browser();
        browser
            .post("/login", &format!("name={name}&password=secret"))
            .await;
        for _ in 0..6 {
            last = browser.post("/device", "user_code=GUESSED").await.status;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn confirmed_logout_ends_the_session() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let parameters = provider.client().parameters("openid", &[]);
    let page = browser.authorize(&parameters).await;
    let page = log_in(&mut browser, &page, "alice").await;
    agree(&mut browser, &page, "openid").await.redirected();
    words(&browser.get("/logout").await, "log-out");
    browser.authorize(&parameters).await.redirected();
    let page = browser.post("/logout/confirm", "").await;
    assert_eq!(page.body, "LoggedOut");
    words(&browser.authorize(&parameters).await, "login");
}

#[rstest]
#[case::last_page(1, 303)]
#[case::earlier_page(0, 200)]
#[tokio::test]
async fn logout_redirects_only_for_the_page_of_the_last_request(
    #[case] page: usize,
    #[case] status: u16,
) {
    let provider = start(ApiVersion::V3).await;
    provider
        .change_service(|service| {
            service.supported_custom_client_metadata =
                Some(vec!["post_logout_redirect_uris".to_owned()]);
        })
        .await;
    let after = "https://client.example/bye";
    let uris = serde_json::json!({ "post_logout_redirect_uris": [after] });
    provider
        .change_client(|client| client.custom_metadata = Some(uris.to_string()))
        .await;
    let mut browser = provider.browser();
    browser
        .post("/login", "return_to=/&name=alice&password=secret")
        .await;
    let client = provider.emulator.client().id;
    let path = format!("/logout?client_id={client}&post_logout_redirect_uri={after}");
    let pages = [browser.get(&path).await, browser.get(&path).await];
    let form = format!("request={}", id(&pages[page], "log-out"));
    let reply = browser.post("/logout/confirm", &form).await;
    assert_eq!(reply.status, status, "{reply:?}");
    let location = (status == 303).then_some(after);
    assert_eq!(reply.header("location"), location);
    words(&browser.get("/device").await, "own-login");
}

#[tokio::test]
async fn login_page_below_a_prefix_returns_to_the_whole_path() {
    let interactions = Interactions::new(Staff::default(), TowerSessions);
    let provider = Provider::at("", ApiVersion::V3, interactions.clone(), |server| {
        let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
        let pages = interactions.router(&server);
        Router::new().nest("/op", pages).layer(sessions)
    });
    let mut browser = provider.await.browser();
    let page = browser.get("/op/device?user_code=WDJB").await;
    assert_eq!(words(&page, "own-login")[1], "/op/device?user_code=WDJB");
}
