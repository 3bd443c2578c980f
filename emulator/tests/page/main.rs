//! Tests of the emulator's page in a browser.

mod browser;
#[path = "../integration/common/mod.rs"]
mod common;

use authlete::ApiVersion;
use authlete::types::{
    AuthorizationIssueRequest, Client, GetTokenListQuery, IntrospectionAction, IntrospectionRequest,
};
use browser::Browser;
use common::*;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn page_shows_state_and_requests_and_reveals_secrets_on_demand(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let Some(browser) = Browser::open(emulator.base_url()).await else {
        return;
    };
    let client = emulator.client();
    browser.wait_for("Emulated client").await;
    let text = browser.text().await;
    for expected in [
        "It is not Authlete, and it is not for production.",
        "Service “Emulated service”",
        "https://as.example",
        &client.id.to_string(),
        &client.redirect_uri,
        "•••(86)",
        "No API request yet.",
    ] {
        assert!(text.contains(expected), "no {expected:?} in:\n{text}");
    }

    // New requests appear without a reload.
    let tokens = tokens(&api, client).await;
    let access_token = tokens.access_token.unwrap();
    browser.wait_for("A050001\nOK").await;
    browser.click("#requests tbody tr:first-child button").await;
    browser.wait_for("code_verifier=•••(43)").await;
    let listed = api.get_token_list(&GetTokenListQuery::new()).await.unwrap();
    let digest = listed.access_tokens.unwrap()[0]
        .access_token_hash
        .clone()
        .unwrap();
    browser.wait_for(&digest[..12]).await;

    let secrets = [client.secret.expose(), access_token.expose(), VERIFIER];
    let content = browser.content().await;
    for secret in secrets {
        assert!(!content.contains(secret), "{secret}");
    }
    browser.click("#reveal").await;
    for secret in secrets {
        browser.wait_for(secret).await;
    }
    browser.wait_for("Hide secrets").await;
    browser.click("#reveal").await;
    browser.wait_for("code_verifier=•••(43)").await;
    browser.wait_for("Show secrets").await;
    let content = browser.content().await;
    for secret in secrets {
        assert!(!content.contains(secret), "{secret}");
    }
    browser.assert_clean(emulator.base_url()).await;
}

#[rstest]
#[tokio::test]
async fn names_with_html_are_shown_as_text(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    const NAME: &str =
        "</td><img src=x onerror=\"window.harmed = true\"><script>window.harmed = true</script>";
    let (emulator, api) = start(version).await;
    let key = variable(&emulator, version, "AUTHLETE_SERVICE_APIKEY");
    let key = key.parse().unwrap();
    let mut service = api.get_service(key).await.unwrap();
    service.service_name = Some(NAME.to_owned());
    api.update_service(key, &service).await.unwrap();
    let mut client = Client::new();
    client.client_name = Some(NAME.to_owned());
    api.create_client(&client).await.unwrap();
    let ticket = ticket(&api, &query(emulator.client())).await;
    let issue = AuthorizationIssueRequest::new(ticket, NAME);
    api.authorization_issue(&issue).await.unwrap();

    let Some(browser) = Browser::open(emulator.base_url()).await else {
        return;
    };
    browser.wait_for(&format!("Service “{NAME}”")).await;
    browser.wait_for("authorization_issue").await;
    browser.click("#requests tbody tr:first-child button").await;
    browser.wait_for("\"subject\": \"</td>").await;
    let harm = browser
        .run("return [window.harmed ?? null, document.images.length, document.scripts.length]")
        .await;
    assert_eq!(harm, serde_json::json!([null, 0, 1]));
    browser.assert_clean(emulator.base_url()).await;
}

#[rstest]
#[tokio::test]
async fn clock_form_advances_the_clock(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let tokens = tokens(&api, emulator.client()).await;
    let Some(browser) = Browser::open(emulator.base_url()).await else {
        return;
    };
    browser.wait_for("the time of this machine").await;
    assert_eq!(
        browser
            .run("return document.querySelectorAll('.ended').length")
            .await,
        0
    );
    browser.fill("#amount", "400").await;
    browser.click("#unit option[value='86400']").await;
    browser.click("#clock button").await;
    browser.wait_for("400 days ahead of this machine").await;
    assert_eq!(
        browser
            .run("return document.querySelectorAll('.ended').length")
            .await,
        2
    );

    let request = IntrospectionRequest::new(tokens.access_token.unwrap());
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);

    // The clock is not advanced beyond the representable times.
    browser.fill("#amount", "400000").await;
    browser.click("#clock button").await;
    browser.wait_for("The clock was not moved").await;
}

/// Replaces the function that sends the requests of the page.
const DISCONNECT: &str =
    "window.connected = fetch; window.fetch = () => Promise.reject(new Error('disconnected'))";
const CONNECT: &str = "window.fetch = window.connected";

const CLOCK_PROBLEM: &str = "The clock was not moved";
const REFRESH_PROBLEM: &str = "The emulator does not answer: disconnected";

#[rstest]
#[tokio::test]
async fn problem_of_the_clock_form_stays_until_the_form_is_submitted_again(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let Some(browser) = Browser::open(emulator.base_url()).await else {
        return;
    };
    browser.wait_for("No API request yet.").await;
    browser.fill("#amount", "400000").await;
    browser.click("#unit option[value='86400']").await;
    browser.click("#clock button").await;
    browser.wait_for(CLOCK_PROBLEM).await;

    browser.run(DISCONNECT).await;
    browser.click("#refresh").await;
    browser.wait_for(REFRESH_PROBLEM).await;
    assert!(browser.text().await.contains(CLOCK_PROBLEM));

    browser.run(CONNECT).await;
    tokens(&api, emulator.client()).await;
    browser.click("#refresh").await;
    browser.wait_for("A050001\nOK").await;
    let text = browser.text().await;
    assert!(!text.contains(REFRESH_PROBLEM), "{text}");
    assert!(text.contains(CLOCK_PROBLEM), "{text}");

    browser.fill("#amount", "400").await;
    browser.click("#clock button").await;
    browser.wait_for("400 days ahead of this machine").await;
    assert!(!browser.text().await.contains(CLOCK_PROBLEM));
}

#[rstest]
#[tokio::test]
async fn secrets_are_hidden_by_the_next_refresh_after_the_one_of_the_button_failed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    tokens(&api, emulator.client()).await;
    let Some(browser) = Browser::open(emulator.base_url()).await else {
        return;
    };
    browser.click("#requests tbody tr:first-child button").await;
    browser.click("#reveal").await;
    browser.wait_for(VERIFIER).await;

    browser.run(DISCONNECT).await;
    browser.click("#reveal").await;
    browser.wait_for(REFRESH_PROBLEM).await;
    browser.run(CONNECT).await;
    browser.click("#refresh").await;
    browser.wait_for("code_verifier=•••(43)").await;
    assert!(!browser.content().await.contains(VERIFIER));
}
