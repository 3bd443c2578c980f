//! Requests that fail or that the user denies.

use super::*;

#[tokio::test]
async fn login_before_a_failure_can_be_submitted_again() {
    let staff = Staff::default();
    let provider = start_for(staff.clone(), ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    let page = log_in(&mut browser, &page, "alice").await;
    agree(&mut browser, &page, "openid").await.redirected();
    // No page follows this login.
    let page = open(&provider, &mut browser, "openid", &[("prompt", "login")]).await;
    let form = format!("request={}&name=alice&password=secret", id(&page, "login"));
    staff.has_failed.store(true, Ordering::Relaxed);
    assert_eq!(browser.post("/login", &form).await.status, 503);
    staff.has_failed.store(false, Ordering::Relaxed);
    let response = browser.post("/login", &form).await.redirected();
    assert!(response.contains_key("code"), "{response:?}");
}

#[tokio::test]
async fn consent_before_a_failure_can_be_submitted_again() {
    let staff = Staff::default();
    let provider = start_for(staff.clone(), ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    let page = log_in(&mut browser, &page, "alice").await;
    staff.has_failed.store(true, Ordering::Relaxed);
    assert_eq!(agree(&mut browser, &page, "openid").await.status, 503);
    staff.has_failed.store(false, Ordering::Relaxed);
    let response = agree(&mut browser, &page, "openid").await.redirected();
    assert!(response.contains_key("code"), "{response:?}");
}

#[tokio::test]
async fn login_before_an_error_page_can_be_submitted_again() {
    let staff = Staff::default();
    let provider = start_for(staff.clone(), ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    let form = format!("request={}&name=alice&password=secret", id(&page, "login"));
    staff.has_failed.store(true, Ordering::Relaxed);
    assert_eq!(browser.post("/login", &form).await.status, 500);
    staff.has_failed.store(false, Ordering::Relaxed);
    words(&browser.post("/login", &form).await, "consent");
}

#[tokio::test]
async fn wrong_login_shows_the_page_with_its_reason_again() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    log_in(&mut browser, &page, "alice").await;
    let page = open(&provider, &mut browser, "openid", &[("prompt", "login")]).await;
    assert_eq!(
        words(&page, "login")[2..],
        ["alice", "false", "Some(Prompt)"]
    );
    let wrong = format!("request={}&name=alice&password=wrong", id(&page, "login"));
    let page = browser.post("/login", &wrong).await;
    assert_eq!(
        words(&page, "login")[2..],
        ["alice", "true", "Some(Prompt)"]
    );
}

#[tokio::test]
async fn wrong_login_does_not_continue_with_the_user_of_another_tab() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    let elsewhere = "return_to=/device&name=alice&password=secret";
    assert_eq!(browser.post("/login", elsewhere).await.status, 303);
    let wrong = format!("request={}&name=bob&password=wrong", id(&page, "login"));
    let page = browser.post("/login", &wrong).await;
    assert_eq!(words(&page, "login")[3], "true");
}

/// A client that records the `sub` of the logout tokens that it gets.
async fn client_with_logout(provider: &Provider) -> tokio::sync::mpsc::UnboundedReceiver<String> {
    let (sender, received) = tokio::sync::mpsc::unbounded_channel();
    let record = axum::routing::post(async move |body: String| {
        let (_, token) = body.split_once('=').unwrap();
        let payload = crate::common::jwt::parts(token).1;
        sender
            .send(payload["sub"].as_str().unwrap().to_owned())
            .unwrap();
    });
    let url = crate::common::serve_router(Router::new().route("/out", record)).await;
    provider
        .change_client(|client| client.backchannel_logout_uri = Some(format!("{url}/out")))
        .await;
    received
}

#[tokio::test]
async fn client_gets_a_logout_token_only_if_its_request_was_granted() {
    let provider = start(ApiVersion::V3).await;
    let mut logouts = client_with_logout(&provider).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    let page = log_in(&mut browser, &page, "alice").await;
    let denied = format!("request={}&agree=no", id(&page, "consent"));
    browser.post("/consent", &denied).await.redirected();
    let silent = open(&provider, &mut browser, "openid", &[("prompt", "none")]).await;
    assert!(silent.redirected().contains_key("error"));
    browser.post("/logout/confirm", "").await;

    let page = open(&provider, &mut browser, "openid", &[]).await;
    let page = log_in(&mut browser, &page, "bob").await;
    agree(&mut browser, &page, "openid").await.redirected();
    browser.post("/logout/confirm", "").await;
    assert_eq!(logouts.recv().await.unwrap(), "bob");

    // Without a page, too.
    let page = open(&provider, &mut browser, "openid email", &[]).await;
    let page = log_in(&mut browser, &page, "alice").await;
    agree(&mut browser, &page, "openid email")
        .await
        .redirected();
    browser.post("/logout/confirm", "").await;
    assert_eq!(logouts.recv().await.unwrap(), "alice");
    let elsewhere = "return_to=/device&name=bob&password=secret";
    browser.post("/login", elsewhere).await;
    open(&provider, &mut browser, "openid", &[])
        .await
        .redirected();
    browser.post("/logout/confirm", "").await;
    assert_eq!(logouts.recv().await.unwrap(), "bob");
}
