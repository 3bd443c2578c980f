//! Tests with a real browser.

use axum::routing::post;
use form_urlencoded::byte_serialize;

use super::*;
use crate::webdriver::Browser as Chromium;
use authlete::ApiVersion;
use rstest::rstest;

/// The redirect endpoint of a client: a page with the parameters of the posted form.
async fn client_page() -> String {
    let show = post(|body: String| async move { format!("the client got {body}") });
    let url = crate::common::serve_router(Router::new().route("/callback", show)).await;
    format!("{url}/callback")
}

/// Logs in, up to the consent page.
async fn log_in(browser: &Chromium) {
    browser.fill("[name=name]", "alice").await;
    browser.fill("[name=password]", "wonderland").await;
    browser.click("button").await;
    browser.wait_for("Share").await;
}

#[tokio::test]
async fn form_of_another_site_reaches_the_authorization_endpoint_with_the_session() {
    let provider = Provider::start(ApiVersion::V3).await;
    let query = provider.client().parameters("openid", &[]);
    let url = format!("{}/authorize?{query}", provider.issuer);
    let Some(browser) = Chromium::open(&url).await else {
        return;
    };
    log_in(&browser).await;

    let fields = form_urlencoded::parse(query.as_bytes());
    let fields: String = fields
        .map(|(name, value)| format!("<input name=\"{name}\" value=\"{value}\">"))
        .collect();
    let form = format!(
        "<form method=post action=\"{}/authorize\">{fields}\
         <input name=padding value=\"{}\"><button>Log in</button></form>",
        provider.issuer,
        "x".repeat(8 * 1024)
    );
    let page = axum::routing::get(async move || axum::response::Html(form));
    let client = crate::common::serve_router(Router::new().route("/", page)).await;
    // For a browser, this is another site than that of the provider.
    let url = client.replace("127.0.0.1", "localhost");
    browser.run(&format!("location = {url:?}")).await;
    browser.wait_for("Log in").await;
    browser.click("button").await;
    browser.wait_for("Share").await;
}

#[rstest]
#[tokio::test]
async fn form_post_page_submits_its_form_under_its_content_security_policy(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let redirect_uri = client_page().await;
    provider
        .change_client(|client| client.redirect_uris = Some(vec![redirect_uri.clone()]))
        .await;
    let query = format!(
        "response_type=code&response_mode=form_post&scope=openid&state=xyz&client_id={}&redirect_uri={}",
        provider.emulator.client().id,
        byte_serialize(redirect_uri.as_bytes()).collect::<String>(),
    );
    let url = format!("{}/authorize?{query}", provider.issuer);
    let Some(browser) = Chromium::open(&url).await else {
        return;
    };
    log_in(&browser).await;
    browser.click("[value=yes]").await;
    browser.wait_for("the client got").await;
    let text = browser.text().await;
    assert!(
        text.contains("code=") && text.contains("state=xyz"),
        "{text}"
    );
}
