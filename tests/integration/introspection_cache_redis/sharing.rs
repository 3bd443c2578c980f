//! Which responses instances share, and for how long.

use std::time::Duration;

use authlete::{Config, IntrospectionCache};
use redis::AsyncCommands as _;
use serde_json::{Value, json};

use super::server::Redis;
use super::{ask, calls_received, instance, instance_of, server};
use crate::gate::Gate;
use crate::server::Reply;

#[tokio::test]
async fn instances_share_answers() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    ask(&instance(&server.url, &url), "secret token").await;
    ask(&instance(&server.url, &url), "secret token").await;
    assert_eq!(calls_received(&server), 1);
    // Another token, other credentials, another service.
    ask(&instance(&server.url, &url), "b").await;
    let first = instance(&server.url, &url);
    for config in [
        Config::v3(&server.url, 1, "other"),
        Config::v3(&server.url, 2, "t"),
    ] {
        ask(&first.with_config(config).unwrap(), "b").await;
    }
    assert_eq!(calls_received(&server), 3);

    let mut connection = redis.connect().await;
    let keys = redis.keys().await;
    let is_answer = |key: &&String| key.starts_with("authlete:introspection:2:answer:");
    assert_eq!(keys.iter().filter(is_answer).count(), 4);
    // One for each of two tokens and two services.
    let is_generation = |key: &&String| key.starts_with("authlete:introspection:2:generation:");
    assert_eq!(keys.iter().filter(is_generation).count(), 4);
    assert_eq!(keys.len(), 8, "{keys:?}");
    for key in keys {
        assert!(!key.contains("secret"));
        let value: String = connection.get(&key).await.unwrap();
        assert_eq!(value.contains("alice"), is_answer(&&key));
        assert!(!value.contains("secret token"));
        let left: i64 = connection.pttl(&key).await.unwrap();
        assert!((1..=10_000).contains(&left), "{left}");
    }
}

#[tokio::test]
async fn sharing_does_not_extend_the_age_of_a_response() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let cache = || {
        let cache = IntrospectionCache::new().max_age(Duration::from_secs(3));
        cache.redis(redis.url())
    };
    let [first, second] = [0, 1].map(|_| instance_of(&server.url, cache()));
    ask(&first, "a").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    ask(&second, "a").await;
    assert_eq!(calls_received(&server), 1);
    tokio::time::sleep(Duration::from_millis(1600)).await;
    ask(&second, "a").await;
    assert_eq!(calls_received(&server), 1);
}

/// The maximum age of the reading instance applies.
#[tokio::test]
async fn maximum_age_of_the_reading_instance_applies() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let instance = |seconds| {
        let cache = IntrospectionCache::new().max_age(Duration::from_secs(seconds));
        instance_of(&server.url, cache.redis(redis.url()))
    };
    ask(&instance(60), "a").await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    ask(&instance(10), "a").await;
    assert_eq!(calls_received(&server), 1);
    ask(&instance(1), "a").await;
    assert_eq!(calls_received(&server), 1);
}

/// A paused Redis executes the write later. The age of the response still counts from its request.
#[tokio::test]
async fn response_that_is_stored_late_expires_in_time() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let reply = Reply::json(200, &json!({ "action": "OK", "subject": "alice" }));
    let gate = Gate::start(move |_| reply.clone()).await;
    let instance = || {
        let cache = IntrospectionCache::new().max_age(Duration::from_secs(4));
        instance_of(&gate.url, cache.redis(redis.url()))
    };
    let first = instance();
    let asking = tokio::spawn(async move { ask(&first, "a").await });
    gate.arrived(1).await;
    // Longer than the timeout for Redis.
    redis.signal("-STOP");
    gate.open();
    asking.await.unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    redis.signal("-CONT");
    tokio::time::sleep(Duration::from_millis(2000)).await;
    assert_eq!(redis.keys().await.len(), 3, "it is stored");
    ask(&instance(), "a").await;
    assert_eq!(gate.count(), 2);
}

#[tokio::test]
async fn invalid_values_in_redis_are_ignored() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    ask(&instance(&server.url, &url), "a").await;
    calls_received(&server);
    let keys = redis.keys().await;
    let key = keys.iter().find(|key| key.contains(":answer:")).unwrap();
    let mut connection = redis.connect().await;
    let stored: String = connection.get(key).await.unwrap();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    let with = |generations: Value, asked: u64| {
        let mut stored = stored.clone();
        stored["generations"] = generations;
        stored["asked"] = asked.into();
        stored.to_string()
    };
    let (current, asked_at) = (&stored["generations"], stored["asked"].as_u64().unwrap());
    for value in [
        "".to_owned(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        json!({ "generations": current }).to_string(),
        with(json!(["1", current[1]]), asked_at),
        with(json!([current[0], "1"]), asked_at),
        with(json!([current[0], null]), asked_at),
        // As if the clock was set back.
        with(current.clone(), u64::MAX),
    ] {
        let _: () = connection.set_ex(key, &value, 10).await.unwrap();
        ask(&instance(&server.url, &url), "a").await;
        assert_eq!(calls_received(&server), 1, "{value}");
    }
    // The unchanged value is accepted, so the changes above were the reason.
    let value = with(current.clone(), asked_at);
    let _: () = connection.set_ex(key, &value, 10).await.unwrap();
    ask(&instance(&server.url, &url), "a").await;
    assert_eq!(calls_received(&server), 0);
    // A value of another Redis type, or one that should have expired, is ignored as well.
    let _: () = connection.del(key).await.unwrap();
    let _: () = connection.lpush(key, "x").await.unwrap();
    ask(&instance(&server.url, &url), "a").await;
    let _: () = connection.set(key, with(current.clone(), 9)).await.unwrap();
    ask(&instance(&server.url, &url), "a").await;
    assert_eq!(calls_received(&server), 2);
    // The same for a generation.
    for generation in keys.iter().filter(|key| key.contains(":generation:")) {
        let _: () = connection.del(generation).await.unwrap();
        let _: () = connection.lpush(generation, "x").await.unwrap();
        ask(&instance(&server.url, &url), "a").await;
        assert_eq!(calls_received(&server), 1);
    }
}
