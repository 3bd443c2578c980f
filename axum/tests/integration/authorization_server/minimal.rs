//! The example `minimal`.

#[allow(dead_code, reason = "the main function of the example is not called")]
#[path = "../../../examples/minimal.rs"]
mod example;

use super::*;

#[tokio::test]
async fn example_accepts_the_right_password_and_limits_wrong_ones() {
    for version in crate::common::GENERATIONS {
        let provider = Provider::at("", version, example::Users, example::router).await;
        let parameters = provider.client().parameters("openid email", &[]);
        let mut browser = provider.browser();
        let page = browser.authorize(&parameters).await;
        let policy = page.header("content-security-policy");
        assert_eq!(policy, Some("frame-ancestors 'none'"));
        let wrong = form(&page, "name=alice&password=wrong&agree=yes");
        let page = browser.post("/decision", &wrong).await;
        assert!(page.body.contains("action=/decision"), "{page:?}");
        let right = form(&page, "name=alice&password=wonderland&agree=yes");
        let response = browser.post("/decision", &right).await.redirected();
        let tokens = provider.client().redeem(&response["code"]).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
    }
    let provider = Provider::at("", ApiVersion::V3, example::Users, example::router).await;
    let mut browser = provider.browser();
    let mut last = 0;
    for number in 0..6 {
        let parameters = provider.client().parameters("openid", &[]);
        let page = browser.authorize(&parameters).await;
        let wrong = format!("name=user{number}&password=wrong&agree=yes");
        let wrong = form(&page, &wrong);
        last = browser.post("/decision", &wrong).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn right_password_is_not_limited() {
    let provider = Provider::at("", ApiVersion::V3, example::Users, example::router).await;
    let mut browser = provider.browser();
    for _ in 0..6 {
        let parameters = provider.client().parameters("openid", &[]);
        let page = browser.authorize(&parameters).await;
        let right = form(&page, "name=alice&password=wonderland&agree=yes");
        let reply = browser.post("/decision", &right).await;
        assert!(reply.redirected().contains_key("code"));
    }
}

/// The fields of the page, with the input of the user.
fn form(page: &Reply, input: &str) -> String {
    let (_, rest) = page.body.split_once("name=request value=").unwrap();
    let (id, _) = rest.split_once('>').unwrap();
    format!("request={id}&{input}")
}

#[tokio::test]
async fn consent_to_one_request_is_not_used_for_a_concurrent_request() {
    let provider = Provider::at("", ApiVersion::V3, example::Users, example::router).await;
    let mut browser = provider.browser();
    let parameters = provider.client().parameters("openid", &[]);
    let page = browser.authorize(&parameters).await;
    // Another site opens a tab with a request for more scopes.
    let concurrent = provider.client().parameters("openid email", &[]);
    browser.authorize(&concurrent).await;
    let right = form(&page, "name=alice&password=wonderland&agree=yes");
    let reply = browser.post("/decision", &right).await;
    assert_eq!((reply.status, reply.header("location")), (400, None));
}
