//! Introspection without Redis, or with one that is of no use.

use std::time::{Duration, Instant};

use authlete::types::IntrospectionRequest;

use super::server::Redis;
use super::{ask, asked, instance, server};
use crate::gate::Gate;
use crate::raw_server::raw_server;
#[cfg(feature = "tracing")]
use crate::recorder::Told;

#[tokio::test]
async fn without_redis_authlete_is_asked() {
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
    // Answers in the process are still good, and revocations still remove them.
    ask(&api, "a").await;
    assert_eq!(asked(&server), 51);
    api.token_delete("a").await.unwrap();
    ask(&api, "a").await;
    assert_eq!(asked(&server), 1);
    assert!(begun.elapsed() < Duration::from_secs(5));

    // When it is back, it is used again.
    redis.restart().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    ask(&api, "c").await;
    ask(&instance(&server.url, &redis.url()), "c").await;
    assert_eq!(asked(&server), 1);
}

/// It may be back for others.
#[tokio::test]
async fn a_redis_that_is_left_alone_hears_of_revocations() {
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
    assert_eq!(asked(&server), 3);
}

/// A Redis that lets nobody write, or nobody in, is as good as none, and it is told why.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn a_redis_that_refuses_is_none() {
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
        assert_eq!(asked(&server), 1, "{reason}");
        let (_, events) = recorder.ours();
        let failure = events
            .iter()
            .find(|event| event.name == "introspection store failed");
        let failure = failure.expect(reason);
        assert_eq!(failure.field("error.type"), Some(reason));
        assert_eq!(failure.level, tracing::Level::DEBUG);
        let unavailable = |event: &&Told| {
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

/// One warning for each time that Redis goes away, however many lookups fail.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn a_redis_that_comes_and_goes_is_reported_each_time() {
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
    let named = |event: &Told| {
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
async fn a_redis_that_hangs_delays_one_call() {
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
    assert_eq!(asked(&server), 101);
    // What waits for Redis is part of the time of the call.
    let closed = Gate::start(|_| unreachable!()).await;
    let api = instance(&closed.url, &silent.replace("http", "redis"));
    let hasty = api.with_timeout(Duration::from_millis(50));
    let request = IntrospectionRequest::new("a");
    let result = hasty.cached_introspection(&request).await;
    assert!(result.unwrap_err().is_timeout());
}
