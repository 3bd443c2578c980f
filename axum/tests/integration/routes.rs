//! Layers and extractors on axum routes.

use std::time::{Duration, SystemTime};

use authlete::types::Property;
use authlete_axum::{AccessToken, ProtectedResource, RequireAccessToken, RequireScopes};
use axum::Router;
use axum::extract::Extension;
use axum::routing::{get as on_get, post};
use tower_http::cors::CorsLayer;

use crate::common::*;
use authlete::ApiVersion;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn handler_gets_all_properties_of_the_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let request = token_request(&emulator)
        .scopes(["read", "write"])
        .resources(["https://api.example.com"])
        .properties([Property::new("plan", "gold")])
        .acr("urn:mfa")
        .auth_time(i64::try_from(now).unwrap());
    let token = issue(&api, request).await;
    let client = emulator.client().id;
    let token_value = token.expose().to_owned();
    let handler = move |token: AccessToken, Extension(same): Extension<AccessToken>| async move {
        assert_eq!(token.client_id(), Some(client));
        assert_eq!(token.scopes(), ["read", "write"]);
        assert!(token.has_scope("write") && !token.has_scope("email"));
        assert_eq!(token.resources(), ["https://api.example.com"]);
        assert_eq!(
            token.properties()[0].value.as_ref().map(AsRef::as_ref),
            Some("gold")
        );
        assert_eq!(token.acr(), Some("urn:mfa"));
        let auth_time = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
        assert_eq!(token.auth_time(), Some(auth_time));
        assert!(token.expires_at().unwrap() > SystemTime::now());
        assert_eq!(token.certificate_thumbprint(), None);
        assert_eq!(token.authorization_details(), None);
        let debug = format!("{token:?}");
        for secret in [&*token_value, "alice", "gold"] {
            assert!(!debug.contains(secret), "{debug}");
        }
        same.subject().unwrap().to_owned()
    };
    let router = Router::new().route("/things", on_get(handler));
    let url = serve_router(router.layer(RequireAccessToken::new(api))).await;
    get_by_bearer(&url, token.expose()).await.assert_passed();
}

#[rstest]
#[tokio::test]
async fn route_can_require_more_scopes_than_the_guard(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let resource = ProtectedResource::new("https://api.example.com").unwrap();
    let (emulator, api) = start(version).await;
    let reader = token(&emulator, &api).await;
    let writer = issue(&api, token_request(&emulator).scopes(["read", "write"])).await;
    let write = post(|| async { "alice" }).layer(RequireScopes::new(["write"]));
    let router = Router::new()
        .route("/things", on_get(|| async { "alice" }).merge(write))
        .layer(
            RequireAccessToken::new(api)
                .scopes(["read"])
                .metadata(&resource),
        );
    let url = serve_router(router).await;
    get_by_bearer(&url, &reader).await.assert_passed();
    let post = |token: &str| {
        let request = reqwest::Client::new().post(format!("{url}/things"));
        Answer::of(request.header("authorization", format!("Bearer {token}")))
    };
    post(writer.expose()).await.assert_passed();
    let answer = post(&reader).await;
    answer.assert_refused(403, "Bearer", "insufficient_scope");
    assert_eq!(
        answer.challenges(),
        [
            "Bearer error=\"insufficient_scope\",scope=\"write\",resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\""
        ]
    );
}

#[tokio::test]
async fn route_without_a_guard_is_answered_with_500() {
    async fn subject(token: AccessToken) -> String {
        token.subject().unwrap_or_default().to_owned()
    }
    let reached = || async { "reached" };
    let with_extractor = Router::new().route("/things", on_get(subject));
    let with_scopes = Router::new().route("/things", on_get(reached));
    let with_scopes = with_scopes.layer(RequireScopes::new(Vec::<String>::new()));
    for router in [with_extractor, with_scopes] {
        let url = serve_router(router).await;
        let answer = get_by_bearer(&url, "any").await;
        assert_eq!((answer.status, answer.body.as_str()), (500, ""));
    }
}

#[tokio::test]
async fn preflight_is_answered_by_a_cors_layer_outside_of_the_guard() {
    let router = Router::new()
        .route("/things", on_get(|| async {}))
        .layer(RequireAccessToken::new(unreachable()));
    let preflight = async |url: &str| {
        let request = reqwest::Client::new()
            .request(reqwest::Method::OPTIONS, format!("{url}/things"))
            .header("origin", "https://app.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization");
        Answer::of(request).await
    };
    let url = serve_router(router.clone()).await;
    assert_eq!(preflight(&url).await.status, 401);
    let url = serve_router(router.layer(CorsLayer::very_permissive())).await;
    let answer = preflight(&url).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("authorization")
    );
    // Scripts can read the 401.
    let answer = get(&url, &[("origin", "https://app.example")]).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("access-control-allow-origin").is_some());
}
