//! Token introspection by resource servers, as JSON or as a JWT.

use authlete_axum::authorization_server::{ResourceServer, ResourceServerSecrets};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::*;
use authlete::ApiVersion;
use rstest::rstest;

fn apis() -> ResourceServerSecrets {
    let server = || ResourceServer::new("https://api.example.com");
    ResourceServerSecrets::new()
        .add("orders", "old", server())
        .add("orders", "s3cret", server())
        .add("unfinished", "", server())
}

async fn introspect(provider: &Provider, token: &str, pair: &str, accept: &str) -> Reply {
    let request = provider
        .client()
        .form("/introspect", &[("token", token)])
        .header(
            "authorization",
            format!("Basic {}", BASE64_STANDARD.encode(pair)),
        )
        .header("accept", accept);
    Reply::of(request).await
}

#[rstest]
#[tokio::test]
async fn introspection_is_refused_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let reply = provider
        .client()
        .post("/introspect", &[("token", "x")])
        .await;
    reply.assert_error(401, "invalid_client");
    assert!(
        reply
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic")
    );
}

#[rstest]
#[tokio::test]
async fn known_resource_server_gets_json_or_a_jwt(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::with(version, |server| {
        users::router(server.resource_servers(apis()))
    })
    .await;
    let tokens = provider.client().tokens("openid", &[]).await;
    let token = tokens["access_token"].as_str().unwrap();
    let json = introspect(&provider, token, "orders:s3cret", "application/json").await;
    assert_eq!(json.json()["active"], true, "{json:?}");
    assert_eq!(json.json()["sub"], "alice");
    let unknown = introspect(&provider, "unknown", "orders:s3cret", "*/*").await;
    assert_eq!(unknown.json()["active"], false, "{unknown:?}");
    for pair in [
        "orders:wrong",
        "orders:old",
        "orders:",
        "others:s3cret",
        "unfinished:",
    ] {
        let reply = introspect(&provider, token, pair, "application/json").await;
        reply.assert_error(401, "invalid_client");
    }
    let media_type = "application/token-introspection+jwt";
    let jwt = introspect(&provider, token, "orders:s3cret", media_type).await;
    assert_eq!(jwt.header("content-type"), Some(media_type), "{jwt:?}");
    assert_eq!(jwt.body.split('.').count(), 3);
}
