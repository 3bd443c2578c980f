//! Events about revocations that are not written to Redis.

use std::time::Duration;

use authlete::IntrospectionCache;
use authlete::types::TokenRevokeRequest;
use tracing::Level;
use tracing::level_filters::LevelFilter;

use super::scene::Scene;
use super::server::Redis;
use super::{instance_of, is_active, long_lived_instance};
use crate::raw_server::silent_server;
use crate::recorder::{Recorded, Recorder};
use crate::traces::listen;

const NOT_WRITTEN: &str = "revocation not written to the introspection store, will be retried";
const NEVER_WRITTEN: &str = "revocation was never written to the introspection store";
const WRITTEN: &str = "revocation written to the introspection store";

/// The events about revocations.
fn revocation_events(recorder: &Recorder) -> Vec<Recorded> {
    let (_, events) = recorder.ours();
    let of_revocations = |event: &Recorded| event.name.starts_with("revocation ");
    events.into_iter().filter(of_revocations).collect()
}

async fn wait_for_event(recorder: &Recorder, name: &str) -> Recorded {
    for _ in 0..300 {
        if let Some(event) = revocation_events(recorder)
            .into_iter()
            .find(|event| event.name == name)
        {
            return event;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no event {name}: {:?}", revocation_events(recorder));
}

/// Asserts that a revocation emits one warning with the class of the failure.
pub async fn assert_one_warning(revocation: impl Future<Output = ()>) {
    let recorder = listen(LevelFilter::INFO, revocation).await;
    let events = revocation_events(&recorder);
    let [event] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(event.name, NOT_WRITTEN);
    assert_eq!(event.level, Level::WARN);
    let fields: Vec<&str> = event.fields.keys().copied().collect();
    assert_eq!(fields, ["authlete.operation", "error.type", "message"]);
    assert_eq!(event.field("authlete.operation"), Some("revocation"));
    let reason = event.field("error.type").unwrap();
    assert!(!reason.is_empty() && reason.len() < 40, "{reason}");
}

#[tokio::test]
async fn successful_revocation_has_no_event() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let recorder = listen(LevelFilter::DEBUG, scene.revoke()).await;
    assert!(revocation_events(&recorder).is_empty());
}

/// The failed call has its own event.
#[tokio::test]
async fn revocation_that_times_out_has_no_event_when_redis_works() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let silent = silent_server().await;
    let api = long_lived_instance(&silent, &redis.url()).with_timeout(Duration::from_millis(100));
    let recorder = listen(LevelFilter::DEBUG, async {
        let error = api.token_delete("a").await.unwrap_err();
        assert!(error.is_timeout());
        tokio::time::sleep(Duration::from_millis(300)).await;
    })
    .await;
    assert!(revocation_events(&recorder).is_empty());
}

#[tokio::test]
async fn late_revocation_has_a_warning_and_an_event_when_written() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    let recorder = listen(LevelFilter::DEBUG, scene.revoke()).await;
    let [warning] = &revocation_events(&recorder)[..] else {
        panic!("{:?}", revocation_events(&recorder))
    };
    assert_eq!(warning.field("error.type"), Some("READONLY"));
    let _: String = scene.redis.command("REPLICAOF NO ONE").await;
    let written = wait_for_event(&recorder, WRITTEN).await;
    assert_eq!(written.level, Level::DEBUG);
    assert_eq!(written.field("authlete.operation"), Some("revocation"));
    assert_eq!(revocation_events(&recorder).len(), 2);
}

/// After the maximum age, no stale response is left, and the revocation is dropped.
#[tokio::test]
async fn revocation_that_is_never_written_has_two_warnings() {
    let Some(scene) = Scene::start(&[]).await else {
        return;
    };
    let cache = IntrospectionCache::new()
        .max_age(Duration::from_secs(2))
        .redis(scene.redis.url());
    let api = instance_of(&scene.token_server.url, cache);
    assert!(is_active(&api, "SECRET").await);
    let _: String = scene.redis.command("REPLICAOF 127.0.0.1 1").await;
    let recorder = listen(LevelFilter::DEBUG, async {
        api.token_delete("SECRET").await.unwrap();
        let all = TokenRevokeRequest::new().subject("alice");
        api.token_revoke(&all).await.unwrap();
    })
    .await;
    wait_for_event(&recorder, NEVER_WRITTEN).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let events = revocation_events(&recorder);
    for operation in ["token_delete", "token_revoke"] {
        let of_operation = |event: &&Recorded| event.field("authlete.operation") == Some(operation);
        let of_operation: Vec<&Recorded> = events.iter().filter(of_operation).collect();
        let names = of_operation.iter().map(|event| event.name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), [NOT_WRITTEN, NEVER_WRITTEN]);
        for event in of_operation {
            assert_eq!(event.level, Level::WARN);
            assert_eq!(event.field("error.type"), Some("READONLY"));
        }
    }
    // Neither the token nor the key or URL of the store.
    let all = format!("{:?}", recorder.ours());
    for secret in ["SECRET", "authlete:introspection", "redis://"] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[test]
fn each_event_is_documented() {
    let documentation = include_str!("../../../docs/tracing.md");
    for name in [NOT_WRITTEN, NEVER_WRITTEN, WRITTEN] {
        assert!(documentation.contains(&format!("`{name}`")), "{name}");
    }
}
