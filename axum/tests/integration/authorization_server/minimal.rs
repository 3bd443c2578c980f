//! The example `minimal`.

#[allow(dead_code, reason = "the main function of the example is not called")]
#[path = "../../../examples/minimal.rs"]
mod example;

use authlete_axum::interaction::{Interactions, TowerSessions};
use rstest::rstest;

use super::*;

#[rstest]
#[tokio::test]
async fn right_password_and_consent_lead_to_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let interactions = Interactions::new(example::Alice, TowerSessions);
    let router = |server| example::router(server, interactions.clone());
    let provider = Provider::at("", version, interactions.clone(), router).await;
    let parameters = provider.client().parameters("openid email", &[]);
    let mut browser = provider.browser();
    let page = browser.authorize(&parameters).await;
    let login = |password| format!("{}&name=alice&password={password}", hidden(&page));
    let again = browser.post("/login", &login("wrong")).await;
    assert!(again.body.contains("action=/login"), "{again:?}");
    let page = browser.post("/login", &login("wonderland")).await;
    assert!(page.body.contains("value=\"email\""), "{page:?}");
    let agreed = format!("{}&scope=openid&scope=email&agree=yes", hidden(&page));
    let response = browser.post("/consent", &agreed).await.redirected();
    let tokens = provider.client().redeem(&response["code"]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
}

/// The hidden field of a page.
fn hidden(page: &Reply) -> String {
    let (_, rest) = page.body.split_once("name=\"request\" value=\"").unwrap();
    let (id, _) = rest.split_once('"').unwrap();
    format!("request={id}")
}
