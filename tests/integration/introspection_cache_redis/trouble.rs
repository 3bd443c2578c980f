//! Introspection while Redis is down, hangs or rejects commands.

use std::time::{Duration, Instant};

use authlete::types::IntrospectionRequest;

use super::server::Redis;
use super::{ask, calls_received, instance, server};
use crate::gate::Gate;
use crate::raw_server::raw_server;
#[cfg(feature = "tracing")]
use crate::recorder::Recorded;

#[tokio::test]
async fn introspection_goes_to_authlete_while_redis_is_down() {
    let Some(mut redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let api = instance(&server.url, &redis.url());
    ask(&api, "a").await;
    redis.kill();
    let begun = Instant::now();
    for number in 0..50 {
        ask(&api, &number.to_string()).await;
    }
    // Responses in memory are still used, and revocations still evict them.
    ask(&api, "a").await;
    assert_eq!(calls_received(&server), 51);
    api.token_delete("a").await.unwrap();
    ask(&api, "a").await;
    assert_eq!(calls_received(&server), 1);
    assert!(begun.elapsed() < Duration::from_secs(5));

    // Redis is used again once it is back.
    redis.restart().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    ask(&api, "c").await;
    ask(&instance(&server.url, &redis.url()), "c").await;
    assert_eq!(calls_received(&server), 1);
}

/// Redis may already work for other instances.
#[tokio::test]
async fn revocation_is_written_to_a_redis_that_lookups_skip() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    let api = instance(&server.url, &url);
    ask(&api, "a").await;
    redis.signal("-STOP");
    ask(&api, "b").await;
    redis.signal("-CONT");
    api.token_delete("a").await.unwrap();
    ask(&instance(&server.url, &url), "a").await;
    assert_eq!(calls_received(&server), 3);
}

/// A Redis that rejects writes or logins is handled like an unavailable one, and events name the reason.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn redis_that_rejects_commands_is_treated_as_unavailable() {
    use tracing::level_filters::LevelFilter;

    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let mut connection = redis.connect().await;
    let (plain, wrong) = (redis.url(), redis.url().replace("//", "//:WRONG@"));
    let locked = &["CONFIG", "SET", "requirepass", "SECRET"][..];
    for (command, url, reason) in [
        (&["REPLICAOF", "127.0.0.1", "1"][..], &plain, "READONLY"),
        (locked, &plain, "NOAUTH"),
        (locked, &wrong, "authentication failed"),
    ] {
        let command = redis::cmd(command[0]).arg(&command[1..]).to_owned();
        let _: () = command.query_async(&mut connection).await.unwrap();
        let api = instance(&server.url, url);
        let recorder = crate::traces::listen(LevelFilter::DEBUG, async {
            ask(&api, "a").await;
            ask(&api, "a").await;
        })
        .await;
        assert_eq!(calls_received(&server), 1, "{reason}");
        let (_, events) = recorder.ours();
        let failure = events
            .iter()
            .find(|event| event.name == "introspection store failed");
        let failure = failure.expect(reason);
        assert_eq!(failure.field("error.type"), Some(reason));
        assert_eq!(failure.level, tracing::Level::DEBUG);
        let unavailable = |event: &&Recorded| {
            event
                .name
                .starts_with("the introspection store is unavailable")
        };
        let warnings: Vec<_> = events.iter().filter(unavailable).collect();
        assert_eq!(warnings.len(), 1, "{reason}");
        assert_eq!(warnings[0].field("error.type"), Some(reason));
        assert_eq!(warnings[0].level, tracing::Level::WARN);
        assert!(!format!("{events:?}").contains("WRONG"));
    }
    assert!(include_str!("../../../docs/tracing.md").contains("`introspection store failed`"));
}

/// One warning per outage, no matter how many lookups fail.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn each_outage_of_redis_is_reported_once() {
    use tracing::level_filters::LevelFilter;

    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let api = instance(&server.url, &redis.url());
    let pause = async || tokio::time::sleep(Duration::from_millis(1100)).await;
    let recorder = crate::traces::listen(LevelFilter::DEBUG, async {
        ask(&api, "a").await;
        for round in 0..2 {
            redis.signal("-STOP");
            ask(&api, &format!("b{round}")).await;
            pause().await;
            ask(&api, &format!("c{round}")).await;
            redis.signal("-CONT");
            pause().await;
            ask(&api, &format!("d{round}")).await;
        }
    })
    .await;
    let (_, events) = recorder.ours();
    let named = |event: &Recorded| {
        event
            .name
            .starts_with("the introspection store is ")
            .then(|| event.name.clone())
    };
    let changes: Vec<_> = events.iter().filter_map(named).collect();
    let round = [
        "the introspection store is unavailable, introspection goes to Authlete",
        "the introspection store is available again",
    ];
    assert_eq!(changes, [round, round].concat());
    for name in round {
        assert!(include_str!("../../../docs/tracing.md").contains(name));
    }
}

#[tokio::test]
async fn hanging_redis_delays_only_one_call() {
    let silent = raw_server(|stream| async move {
        let _stream = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let server = server().await;
    let api = instance(&server.url, &silent.replace("http", "redis"));
    let begun = Instant::now();
    ask(&api, "a").await;
    let first = begun.elapsed();
    assert!(first >= Duration::from_millis(150), "Redis is asked");
    assert!(first < Duration::from_secs(5), "{first:?}");
    // None of these waits: a hundred waits of 200 ms would take 20 s.
    let begun = Instant::now();
    for number in 0..100 {
        ask(&api, &number.to_string()).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(calls_received(&server), 101);
    // Waiting for Redis counts towards the timeout of the call.
    let closed = Gate::start(|_| unreachable!()).await;
    let api = instance(&closed.url, &silent.replace("http", "redis"));
    let impatient = api.with_timeout(Duration::from_millis(50));
    let request = IntrospectionRequest::new("a");
    let result = impatient.cached_introspection(&request).await;
    assert!(result.unwrap_err().is_timeout());
}
