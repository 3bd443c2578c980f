//! Protected resource metadata (RFC 9728).

use authlete_axum::{Dpop, ProtectedResource, RequireAccessToken};
use axum::Router;
use axum::routing::get as on_get;
use serde_json::{Value, json};

use crate::common::*;

#[tokio::test]
async fn metadata_is_public_at_the_url_in_the_challenge() {
    let dpop = Dpop::new("https://example.com").unwrap();
    let dpop = dpop.algorithms(["ES256"]).required();
    let resource = ProtectedResource::new("https://example.com/v1/a:%7B1%7D*")
        .unwrap()
        .authorization_servers(["https://as.example.com"])
        .scopes_supported(["read", "write"])
        .authorization_details_types_supported(["payment"])
        .tls_client_certificate_bound_access_tokens(true)
        .dpop(&dpop)
        .member("resource_name#de", "Dinge");
    let guard = RequireAccessToken::new(unreachable()).metadata(&resource);
    let router = Router::new()
        .route("/things", on_get(|| async {}))
        .layer(guard)
        .merge(resource.router());
    let url = serve_router(router).await;
    let path = "/.well-known/oauth-protected-resource/v1/a:%7B1%7D*";
    let challenge = format!("Bearer resource_metadata=\"https://example.com{path}\"");
    assert_eq!(get(&url, &[]).await.challenges(), [challenge]);

    let answer = Answer::of(reqwest::Client::new().get(format!("{url}{path}"))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        serde_json::from_str::<Value>(&answer.body).unwrap(),
        json!({
            "resource": "https://example.com/v1/a:%7B1%7D*",
            "authorization_servers": ["https://as.example.com"],
            "scopes_supported": ["read", "write"],
            "bearer_methods_supported": ["header"],
            "authorization_details_types_supported": ["payment"],
            "tls_client_certificate_bound_access_tokens": true,
            "dpop_signing_alg_values_supported": ["ES256"],
            "dpop_bound_access_tokens_required": true,
            "resource_name#de": "Dinge",
        })
    );
}

#[test]
fn well_known_path_is_between_host_and_path() {
    for (resource, url) in [
        (
            "https://a.example",
            "https://a.example/.well-known/oauth-protected-resource",
        ),
        (
            "https://a.example/",
            "https://a.example/.well-known/oauth-protected-resource",
        ),
        (
            "https://a.example:8443/b",
            "https://a.example:8443/.well-known/oauth-protected-resource/b",
        ),
        (
            "http://127.0.0.1:3000/b/c/",
            "http://127.0.0.1:3000/.well-known/oauth-protected-resource/b/c/",
        ),
    ] {
        let metadata = ProtectedResource::new(resource).unwrap();
        assert_eq!(metadata.metadata_url(), url);
        let json: Value = serde_json::from_str(&metadata.to_json()).unwrap();
        assert_eq!(json["resource"], resource);
    }
}

const UNROUTABLE: &str = "the path cannot be routed: percent-encode braces, ':' and '*'";

#[test]
fn invalid_url_is_refused_with_the_name_of_the_setting() {
    for (url, reason) in [
        ("", "not a valid URL"),
        ("/things", "the URL must be absolute"),
        ("api.example.com", "the URL must be absolute"),
        ("ftp://api.example.com", "the scheme must be https or http"),
        (
            "https://user@api.example.com",
            "user information is not allowed",
        ),
        ("https://api.example.com/?a=b", "a query is not allowed"),
        ("https://api.example.com/#a", "a fragment is not allowed"),
        ("https://api.example.com/{a}", UNROUTABLE),
        ("https://api.example.com/a/:b", UNROUTABLE),
        ("https://api.example.com/*a", UNROUTABLE),
        ("https://api.example.com/ä ö", "not a valid URL"),
    ] {
        let error = ProtectedResource::new(url).unwrap_err();
        let message = format!("the resource of ProtectedResource: {reason}");
        assert_eq!(error.to_string(), message, "{url}");
        let error = Dpop::new(url).unwrap_err();
        assert_eq!(error.to_string(), format!("the base URL of Dpop: {reason}"));
    }
}
