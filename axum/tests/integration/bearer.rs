//! Access tokens with the scheme `Bearer` (RFC 6750).

use std::time::Duration;

use authlete::{Authlete, IntrospectionCache, RetryPolicy};
use authlete_axum::{Dpop, ProtectedResource, RequireAccessToken};
use authlete_emulator::Emulator;

use crate::common::*;
use authlete::ApiVersion;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn valid_token_is_accepted_and_the_handler_gets_its_subject(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = token(&emulator, &api).await;
    let url = serve(RequireAccessToken::new(api).scopes(["read"])).await;
    get_by_bearer(&url, &token).await.assert_passed();
    // Schemes are case-insensitive (RFC 9110 §11.1).
    let lower_case = format!("bearer {token}");
    let answer = get(&url, &[("authorization", &lower_case)]).await;
    answer.assert_passed();
    assert_eq!(answer.header("dpop-nonce"), None);
}

#[tokio::test]
async fn request_without_a_token_gets_a_challenge_without_an_error() {
    // Authlete is not called.
    let url = serve(RequireAccessToken::new(unreachable())).await;
    for headers in [
        vec![],
        vec![("authorization", "Basic YTpi")],
        vec![("authorization", "Basic !")],
        vec![("authorization", "Negotiate abc")],
        vec![("authorization", "DPoP abc"), ("dpop", "a.b.c")],
        vec![("authorization", "")],
    ] {
        let answer = get(&url, &headers).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert_eq!(answer.challenges(), ["Bearer"], "{headers:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.body, "");
    }
}

#[tokio::test]
async fn challenge_has_the_schemes_scopes_and_metadata_of_the_guard() {
    let resource = ProtectedResource::new("https://api.example.com/v1").unwrap();
    let dpop = Dpop::new("https://api.example.com").unwrap();
    let dpop = dpop.algorithms(["ES256", "PS256"]);
    let guard = RequireAccessToken::new(unreachable())
        .scopes(["read", "write"])
        .metadata(&resource);
    let metadata =
        "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/v1\"";
    let bearer = format!("Bearer scope=\"read write\",{metadata}");
    let bound = format!("DPoP scope=\"read write\",{metadata},algs=\"ES256 PS256\"");

    let url = serve(guard.clone()).await;
    assert_eq!(get(&url, &[]).await.challenges(), [&*bearer]);
    let url = serve(guard.clone().dpop(dpop.clone())).await;
    assert_eq!(get(&url, &[]).await.challenges(), [&*bearer, &*bound]);
    let url = serve(guard.dpop(dpop.required())).await;
    assert_eq!(get(&url, &[]).await.challenges(), [&*bound]);
    let answer = get_by_bearer(&url, "any").await;
    assert_eq!((answer.status, answer.challenges()), (401, vec![&*bound]));
}

#[tokio::test]
async fn malformed_headers_are_refused_without_a_call_to_authlete() {
    let url = serve(RequireAccessToken::new(unreachable())).await;
    for headers in [
        vec![("authorization", "Bearer")],
        vec![("authorization", "Bearer a b")],
        vec![("authorization", "Bearer a"), ("authorization", "Bearer a")],
        vec![
            ("authorization", "Basic YTpi"),
            ("authorization", "Bearer a"),
        ],
    ] {
        let answer = get(&url, &headers).await;
        answer.assert_refused(400, "Bearer", "invalid_request");
    }
}

#[rstest]
#[tokio::test]
async fn unknown_or_expired_token_is_refused_with_invalid_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let resource = ProtectedResource::new("https://api.example.com").unwrap();
    let (emulator, api) = start(version).await;
    let token = token(&emulator, &api).await;
    let url = serve(RequireAccessToken::new(api).metadata(&resource)).await;
    let unknown = get_by_bearer(&url, "unknown").await;
    unknown.assert_refused(401, "Bearer", "invalid_token");
    assert!(unknown.challenges()[0].ends_with(
        ",resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\""
    ));
    emulator.advance(Duration::from_secs(2 * 24 * 60 * 60));
    let expired = get_by_bearer(&url, &token).await;
    expired.assert_refused(401, "Bearer", "invalid_token");
}

#[rstest]
#[tokio::test]
async fn token_without_a_required_scope_is_refused_with_403_and_the_required_scopes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = token(&emulator, &api).await;
    let url = serve(RequireAccessToken::new(api).scopes(["read", "write"])).await;
    let answer = get_by_bearer(&url, &token).await;
    answer.assert_refused(403, "Bearer", "insufficient_scope");
    assert!(answer.challenges()[0].contains("scope=\"read write\""));
}

#[rstest]
#[tokio::test]
async fn token_for_another_resource_is_refused_with_403(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let here = "https://api.example.com";
    let (emulator, api) = start(version).await;
    let url = serve(RequireAccessToken::new(api.clone()).resources([here])).await;
    let valid = issue(&api, token_request(&emulator).resources([here])).await;
    get_by_bearer(&url, valid.expose()).await.assert_passed();
    let other = issue(
        &api,
        token_request(&emulator).resources(["https://b.example"]),
    )
    .await;
    for token in [other.expose(), &token(&emulator, &api).await] {
        let answer = get_by_bearer(&url, token).await;
        answer.assert_refused(403, "Bearer", "invalid_target");
    }
}

#[rstest]
#[tokio::test]
async fn token_in_the_query_or_a_form_is_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = token(&emulator, &api).await;
    let url = serve(RequireAccessToken::new(api)).await;
    let client = reqwest::Client::new();
    let form = format!("access_token={token}");
    let in_query = client.get(format!("{url}/things?{form}"));
    let in_form = client
        .post(format!("{url}/things"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    for request in [in_query, in_form] {
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.challenges()), (401, vec!["Bearer"]));
    }
}

#[rstest]
#[tokio::test]
async fn outage_of_authlete_is_answered_with_503_without_details(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let emulator = Emulator::builder().failure_rate(1.0).start().await.unwrap();
    let config = emulator.config(version);
    let builder = Authlete::builder(config).retry(RetryPolicy::never());
    for api in [builder.build().unwrap(), unreachable()] {
        let url = serve(RequireAccessToken::new(api)).await;
        let answer = get_by_bearer(&url, "any").await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.body, "{\"error\":\"temporarily_unavailable\"}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.challenges(), Vec::<&str>::new());
    }
}

#[tokio::test]
async fn rate_limit_of_authlete_is_answered_with_503_and_retry_after() {
    let emulator = Emulator::builder().rate_limit(1).start().await.unwrap();
    let config = emulator.config(authlete::ApiVersion::V3);
    let builder = Authlete::builder(config).retry(RetryPolicy::never());
    let url = serve(RequireAccessToken::new(builder.build().unwrap())).await;
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(get_by_bearer(&url, "any").await);
    }
    let limited = answers.iter().find(|answer| answer.status == 503);
    let wait = limited
        .expect("one of 20 calls within a second is rate limited")
        .header("retry-after");
    assert!(wait.unwrap().parse::<u64>().unwrap() <= 60);
}

#[tokio::test]
async fn wrong_api_credentials_of_the_server_are_answered_with_500() {
    let (emulator, _) = start(authlete::ApiVersion::V3).await;
    let config = authlete::Config::v3(
        emulator.base_url(),
        emulator.service_id(),
        "wrong-credential",
    );
    let url = serve(RequireAccessToken::new(Authlete::new(config).unwrap())).await;
    let answer = get_by_bearer(&url, "any").await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.body, "{\"error\":\"server_error\"}");
    assert!(!format!("{answer:?}").contains("wrong-credential"));
}

#[rstest]
#[tokio::test]
async fn cached_token_is_accepted_during_an_outage_of_authlete(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = token(&emulator, &api).await;
    let cached = Authlete::builder(emulator.config(version))
        .introspection_cache(IntrospectionCache::new().max_age(Duration::from_secs(600)))
        .retry(RetryPolicy::never());
    // Bearer tokens are also cached if the guard accepts DPoP.
    let dpop = Dpop::new("https://api.example.com")
        .unwrap()
        .nonce_required();
    let url = serve(RequireAccessToken::new(cached.build().unwrap()).dpop(dpop)).await;
    let uncached = Authlete::builder(emulator.config(version)).retry(RetryPolicy::never());
    let uncached = serve(RequireAccessToken::new(uncached.build().unwrap())).await;
    get_by_bearer(&url, &token).await.assert_passed();
    get_by_bearer(&uncached, &token).await.assert_passed();
    emulator.stop().await.unwrap();
    get_by_bearer(&url, &token).await.assert_passed();
    assert_eq!(get_by_bearer(&uncached, &token).await.status, 503);
}
