//! Forms of other sites, to endpoints that accept them.

use super::*;

/// The fields of a page that submits a form again.
fn fields(page: &Reply) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for field in page.body.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        let (value, _) = rest.split_once("\">").unwrap();
        let text = |escaped: &str| {
            let text = escaped.replace("&quot;", "\"").replace("&lt;", "<");
            let text = text.replace("&gt;", ">").replace("&#39;", "'");
            text.replace("&amp;", "&")
        };
        form.append_pair(&text(name), &text(value));
    }
    form.finish()
}

#[rstest]
#[case::short("")]
#[case::too_long_for_a_url(&"x".repeat(8 * 1024))]
#[case::special_characters("\"><script>&quot;é")]
#[case::scripts(&"onload='a'".repeat(1000))]
#[tokio::test]
async fn cross_site_post_to_the_authorization_endpoint_keeps_the_session(#[case] more: &str) {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    log_in(&mut browser, &page, "alice").await;
    let cookie = browser.cookie.take();
    // A browser does not send the cookie with this request.
    let more = [("prompt", "consent"), ("custom", more)];
    let parameters = provider.client().parameters("openid", &more);
    let page = browser
        .post_from("cross-site", "/authorize", &parameters)
        .await;
    assert_eq!((page.status, &browser.cookie), (200, &None), "{page:?}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let policy = page.header("content-security-policy").unwrap();
    assert_eq!(policy.matches("sha256").count(), 1, "{policy}");
    assert_eq!(fields(&page), parameters);
    // The page submits itself.
    browser.cookie = cookie;
    let page = browser
        .post("/authorize?resubmission", &fields(&page))
        .await;
    assert_eq!(words(&page, "consent")[2], "alice");
}

#[tokio::test]
async fn form_that_is_submitted_again_from_a_sandbox_is_not_submitted_a_third_time() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let parameters = provider.client().parameters("openid", &[]);
    let page = browser
        .post_from("cross-site", "/authorize?resubmission", &parameters)
        .await;
    words(&page, "login");
}

#[tokio::test]
async fn cross_site_post_to_the_logout_endpoint_keeps_the_session() {
    let provider = start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = open(&provider, &mut browser, "openid", &[]).await;
    log_in(&mut browser, &page, "alice").await;
    let cookie = browser.cookie.take();
    let parameters = "state=1&ui_locales=de";
    let page = browser.post_from("cross-site", "/logout", parameters).await;
    assert_eq!((page.status, &browser.cookie), (200, &None), "{page:?}");
    browser.cookie = cookie;
    let page = browser.post("/logout", &fields(&page)).await;
    words(&page, "log-out");
    words(&browser.get("/device").await, "user-code");
}
