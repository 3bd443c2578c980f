//! Responses that instances share through Redis, and behaviour when Redis fails.

mod deadline;
#[cfg(feature = "tracing")]
mod events;
mod memory_pressure;
mod pending;
mod proxy;
mod retry;
mod revocation;
mod runtime;
mod scene;
mod server;
mod sharing;
mod token_server;
mod trouble;

use std::time::Duration;

use authlete::types::{IntrospectionAction, IntrospectionRequest};
use authlete::{Authlete, Config, Error, IntrospectionCache, RetryPolicy};
use serde_json::json;

use crate::server::{Reply, Server};

async fn server() -> Server {
    Server::always(Reply::json(
        200,
        &json!({ "action": "OK", "subject": "alice" }),
    ))
    .await
}

fn instance_of(url: &str, cache: IntrospectionCache) -> Authlete {
    Authlete::builder(Config::v3(url, 1, "t"))
        .retry(RetryPolicy::never())
        .introspection_cache(cache)
        .build()
        .unwrap()
}

/// One of several instances, each with its own in-memory cache.
fn instance(url: &str, redis: &str) -> Authlete {
    instance_of(url, IntrospectionCache::new().redis(redis))
}

async fn ask(api: &Authlete, token: &str) {
    let request = IntrospectionRequest::new(token);
    let answer = api.cached_introspection(&request).await.unwrap();
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(answer.response_headers, None);
}

fn calls_received(server: &Server) -> usize {
    let arrived = server.take();
    let is_introspection = |path: &str| path.ends_with("/auth/introspection");
    arrived
        .iter()
        .filter(|request| is_introspection(&request.path))
        .count()
}

/// An instance whose cached responses do not expire during a test.
fn long_lived_instance(url: &str, redis: &str) -> Authlete {
    let cache = IntrospectionCache::new().max_age(Duration::from_secs(60));
    instance_of(url, cache.redis(redis))
}

async fn is_active(api: &Authlete, token: &str) -> bool {
    let request = IntrospectionRequest::new(token);
    let answer = api.cached_introspection(&request).await.unwrap();
    answer.action == IntrospectionAction::Ok
}

#[test]
fn password_is_not_shown() {
    let cache = || IntrospectionCache::new();
    assert!(!format!("{:?}", cache().redis("redis://:SECRET@h")).contains("SECRET"));
    for url in [
        "",
        "http://:SECRET@h",
        "redis://:SECRET@h:x",
        "redis://:SECRET@h/x",
        "rediss://:SECRET@h",
        "SECRET",
    ] {
        let built = Authlete::builder(Config::v3("https://example.com", 1, "t"))
            .introspection_cache(cache().redis(url))
            .build();
        let Err(error @ Error::Config(_)) = built else {
            panic!("{url} is accepted");
        };
        assert!(!format!("{error} {error:?}").contains("SECRET"));
    }
}
