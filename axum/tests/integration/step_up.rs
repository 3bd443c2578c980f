//! Step-up authentication (RFC 9470).

use std::time::{Duration, SystemTime};

use authlete_axum::RequireAccessToken;

use crate::common::*;
use authlete::ApiVersion;
use rstest::rstest;

fn seconds_ago(seconds: u64) -> i64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    (now - seconds).try_into().unwrap()
}

#[rstest]
#[tokio::test]
async fn insufficient_acr_is_refused_with_the_required_acr_values(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let guard = RequireAccessToken::new(api.clone()).acr_values(["urn:mfa", "urn:passkey"]);
    let url = serve(guard).await;
    let login = |acr: &str| token_request(&emulator).acr(acr).auth_time(seconds_ago(10));
    let strong = issue(&api, login("urn:passkey")).await;
    get_by_bearer(&url, strong.expose()).await.assert_passed();
    let weak = issue(&api, login("urn:password")).await;
    let answer = get_by_bearer(&url, weak.expose()).await;
    answer.assert_refused(401, "Bearer", "insufficient_user_authentication");
    assert!(answer.challenges()[0].contains("acr_values=\"urn:mfa urn:passkey\""));
}

#[rstest]
#[tokio::test]
async fn login_older_than_max_age_is_refused_with_the_required_max_age(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let guard = RequireAccessToken::new(api.clone()).max_age(Duration::from_millis(299_001));
    let url = serve(guard).await;
    let recent = issue(&api, token_request(&emulator).auth_time(seconds_ago(10))).await;
    get_by_bearer(&url, recent.expose()).await.assert_passed();
    let old = issue(&api, token_request(&emulator).auth_time(seconds_ago(900))).await;
    let answer = get_by_bearer(&url, old.expose()).await;
    answer.assert_refused(401, "Bearer", "insufficient_user_authentication");
    assert!(answer.challenges()[0].contains("max_age=\"300\""));
    let unknown = token(&emulator, &api).await;
    let answer = get_by_bearer(&url, &unknown).await;
    answer.assert_refused(401, "Bearer", "insufficient_user_authentication");
}

#[tokio::test]
async fn max_age_of_zero_is_a_limit() {
    let (emulator, api) = start(GENERATIONS[1]).await;
    let old = issue(&api, token_request(&emulator).auth_time(seconds_ago(900))).await;
    let url = serve(RequireAccessToken::new(api).max_age(Duration::ZERO)).await;
    let answer = get_by_bearer(&url, old.expose()).await;
    answer.assert_refused(401, "Bearer", "insufficient_user_authentication");
}
