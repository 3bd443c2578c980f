//! Users who log in at the same browser, in several tabs.

use super::*;

/// Logs a user in, in another tab.
async fn log_in_elsewhere(browser: &mut Browser, name: &str) {
    let form = format!("return_to=/device&name={name}&password=secret");
    assert_eq!(browser.post("/login", &form).await.status, 303);
}

#[tokio::test]
async fn consent_page_of_one_user_is_no_consent_of_another_one() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let parameters = provider.client().parameters("openid", &[]);
    let page = browser.authorize(&parameters).await;
    let page = log_in(&mut browser, &page, "alice").await;
    log_in_elsewhere(&mut browser, "bob").await;
    // The button of the page for Alice.
    let page = agree(&mut browser, &page, "openid").await;
    assert_eq!(words(&page, "consent")[2], "bob");
    let response = agree(&mut browser, &page, "openid").await.redirected();
    let tokens = provider.client().redeem(&response["code"]).await.json();
    assert_eq!(claims(&tokens)["sub"], "bob");
}

#[tokio::test]
async fn chosen_account_of_one_user_is_not_that_of_another_one() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    log_in_elsewhere(&mut browser, "alice").await;
    let choice = [("prompt", "select_account")];
    let parameters = provider.client().parameters("openid", &choice);
    let page = browser.authorize(&parameters).await;
    log_in_elsewhere(&mut browser, "bob").await;
    let form = format!("request={}", id(&page, "accounts"));
    let page = browser.post("/account", &form).await;
    assert_eq!(words(&page, "accounts")[2], "bob");
}

#[tokio::test]
async fn device_page_of_one_user_connects_no_device_of_another_one() {
    let provider = start_with_devices().await;
    let mut browser = provider.browser();
    let (user_code, device_code) = begin_device(&provider).await;
    log_in_elsewhere(&mut browser, "alice").await;
    let code = format!("user_code={user_code}");
    let page = browser.post("/device", &code).await;
    log_in_elsewhere(&mut browser, "bob").await;
    let form = format!("request={}&scope=openid&agree=yes", id(&page, "device"));
    let over = browser.post("/device/consent", &form).await;
    assert_eq!((over.status, &*over.body), (400, "StartAgain"));
    assert_eq!(poll(&provider, &device_code).await.status, 400);
}

#[tokio::test]
async fn consent_without_the_consent_page_does_not_count() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    log_in_elsewhere(&mut browser, "alice").await;
    let parameters = |prompt| {
        let prompt = [("prompt", prompt)];
        provider.client().parameters("openid", &prompt)
    };
    let page = browser.authorize(&parameters("login")).await;
    let form = format!("request={}&scope=openid&agree=yes", id(&page, "login"));
    // Somebody at the browser of Alice does not know the password.
    let page = browser.post("/consent", &form).await;
    let page = log_in(&mut browser, &page, "alice").await;
    assert_eq!(words(&page, "consent")[2], "alice");
    let again = browser
        .authorize(&provider.client().parameters("openid", &[]))
        .await;
    assert_eq!(words(&again, "consent")[2], "alice");
}
