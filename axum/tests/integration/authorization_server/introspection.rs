use authlete::server::Presented;
use authlete_axum::authorization_server::{ResourceServer, ResourceServers};
use axum::response::Result;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::*;
use crate::common::GENERATIONS;

struct OrdersApi;

impl ResourceServers for OrdersApi {
    async fn authenticate(&self, presented: &Presented) -> Result<Option<ResourceServer>> {
        let is_known = presented.client().is_some_and(|client| {
            client.client_id == "orders".into() && client.client_secret == "s3cret".into()
        });
        Ok(is_known.then(|| ResourceServer::new("https://api.example.com")))
    }
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

#[tokio::test]
async fn nobody_may_introspect_unless_the_server_says_so() {
    for version in GENERATIONS {
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
}

#[tokio::test]
async fn known_resource_server_gets_json_or_a_jwt() {
    for version in GENERATIONS {
        let provider = Provider::with(version, |server| {
            users::router(server.resource_servers(OrdersApi))
        })
        .await;
        let tokens = provider.client().tokens("openid", &[]).await;
        let token = tokens["access_token"].as_str().unwrap();
        let json = introspect(&provider, token, "orders:s3cret", "application/json").await;
        assert_eq!(json.json()["active"], true, "{json:?}");
        assert_eq!(json.json()["sub"], "alice");
        let unknown = introspect(&provider, "unknown", "orders:s3cret", "*/*").await;
        assert_eq!(unknown.json()["active"], false, "{unknown:?}");
        for pair in ["orders:wrong", "others:s3cret"] {
            let reply = introspect(&provider, token, pair, "application/json").await;
            reply.assert_error(401, "invalid_client");
        }
        let media_type = "application/token-introspection+jwt";
        let jwt = introspect(&provider, token, "orders:s3cret", media_type).await;
        assert_eq!(jwt.header("content-type"), Some(media_type), "{jwt:?}");
        assert_eq!(jwt.body.split('.').count(), 3);
    }
}
