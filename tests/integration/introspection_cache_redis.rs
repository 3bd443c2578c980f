//! Answers that instances share through Redis, and what happens without it.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use authlete::types::{IntrospectionRequest, RevocationRequest, TokenRevokeRequest};
use authlete::{Authlete, Config, Error, IntrospectionCache, RetryPolicy};
use futures_util::FutureExt as _;
use redis::AsyncCommands as _;
use redis::aio::MultiplexedConnection;
use serde_json::json;
use tempfile::TempDir;

use crate::gate::Gate;
use crate::raw_server::raw_server;
use crate::server::{Reply, Server};

/// A Redis of the test's own.
struct Redis {
    port: u16,
    process: Child,
    directory: TempDir,
}

impl Redis {
    /// `None` when this machine has none and need not have one.
    async fn start() -> Option<Self> {
        let is_installed = Command::new("redis-server")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !is_installed {
            let is_required =
                std::env::var("AUTHLETE_REDIS_TESTS").is_ok_and(|tests| tests == "required");
            let help = "no redis-server in PATH: on Debian, apt-get install redis-server";
            assert!(!is_required, "{help}");
            // Not by a macro, whose output the tests keep to themselves.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {help}");
            return None;
        }
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let directory = TempDir::new().unwrap();
        let process = spawn(port, &directory);
        let redis = Self {
            port,
            process,
            directory,
        };
        redis.connect().await;
        Some(redis)
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Waits until it listens.
    async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        for _ in 0..200 {
            if let Ok(connection) = client.get_multiplexed_async_connection().await {
                return connection;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("redis-server does not listen");
    }

    async fn keys(&self) -> Vec<String> {
        self.connect().await.keys("*").await.unwrap()
    }

    fn signal(&self, signal: &str) {
        let process = self.process.id().to_string();
        let status = Command::new("kill").args([signal, &process]).status();
        assert!(status.unwrap().success());
    }

    fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    async fn restart(&mut self) {
        self.process = spawn(self.port, &self.directory);
        self.connect().await;
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(port: u16, directory: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .current_dir(directory.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

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

/// One of several instances of a server, with a process of its own.
fn instance(url: &str, redis: &str) -> Authlete {
    instance_of(url, IntrospectionCache::new().redis(redis))
}

async fn ask(api: &Authlete, token: &str) {
    let request = IntrospectionRequest::new(token);
    let answer = api.cached_introspection(&request).await.unwrap();
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(answer.response_headers, None);
}

fn asked(server: &Server) -> usize {
    let arrived = server.take();
    let is_introspection = |path: &str| path.ends_with("/auth/introspection");
    arrived
        .iter()
        .filter(|request| is_introspection(&request.path))
        .count()
}

#[tokio::test]
async fn instances_share_answers() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    ask(&instance(&server.url, &url), "secret token").await;
    ask(&instance(&server.url, &url), "secret token").await;
    assert_eq!(asked(&server), 1);
    // Another token, other credentials, another service.
    ask(&instance(&server.url, &url), "b").await;
    let first = instance(&server.url, &url);
    for config in [
        Config::v3(&server.url, 1, "other"),
        Config::v3(&server.url, 2, "t"),
    ] {
        ask(&first.with_config(config).unwrap(), "b").await;
    }
    assert_eq!(asked(&server), 3);

    let mut connection = redis.connect().await;
    let keys = redis.keys().await;
    assert_eq!(keys.len(), 4);
    for key in keys {
        assert!(key.starts_with("authlete:introspection:1:answer:"), "{key}");
        assert!(!key.contains("secret"));
        let value: String = connection.get(&key).await.unwrap();
        assert!(value.contains("alice") && !value.contains("secret token"));
        let left: i64 = connection.pttl(&key).await.unwrap();
        assert!((1..=10_000).contains(&left), "{left}");
    }
}

#[tokio::test]
async fn an_answer_does_not_grow_older_by_being_shared() {
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
    assert_eq!(asked(&server), 1);
    tokio::time::sleep(Duration::from_millis(1600)).await;
    ask(&second, "a").await;
    assert_eq!(asked(&server), 1);
}

/// Each instance decides for itself how old an answer may be, whoever stored it.
#[tokio::test]
async fn an_answer_of_others_is_not_too_old() {
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
    assert_eq!(asked(&server), 1);
    ask(&instance(1), "a").await;
    assert_eq!(asked(&server), 1);
}

/// A Redis that stands still carries out later what it was sent before: the answer is as old as it is.
#[tokio::test]
async fn an_answer_that_is_stored_late_does_not_live_longer() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let reply = Reply::json(200, &json!({ "action": "OK", "subject": "alice" }));
    let gate = Gate::start(move |_| reply.clone()).await;
    let instance = || {
        let cache = IntrospectionCache::new().max_age(Duration::from_secs(2));
        instance_of(&gate.url, cache.redis(redis.url()))
    };
    let first = instance();
    let asking = tokio::spawn(async move { ask(&first, "a").await });
    gate.arrived(1).await;
    // For longer than anybody waits for it.
    redis.signal("-STOP");
    gate.open();
    asking.await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    redis.signal("-CONT");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(redis.keys().await.len(), 1, "it is stored");
    ask(&instance(), "a").await;
    assert_eq!(gate.count(), 2);
}

#[tokio::test]
async fn what_one_instance_revokes_no_other_finds() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    let revoking = instance(&server.url, &url);
    for token in ["a", "b"] {
        ask(&revoking, token).await;
    }
    asked(&server);
    let request = RevocationRequest::new("token=a");
    revoking.revocation(&request).await.unwrap();
    let other = instance(&server.url, &url);
    ask(&other, "b").await;
    assert_eq!(asked(&server), 0);
    ask(&other, "a").await;
    assert_eq!(asked(&server), 1);
    // What was asked since then is shared again.
    ask(&revoking, "a").await;
    ask(&instance(&server.url, &url), "a").await;
    assert_eq!(asked(&server), 0);

    // When it is not known which token it was, all of the service, and of no other.
    let beside = revoking
        .with_config(Config::v3(&server.url, 2, "t"))
        .unwrap();
    ask(&beside, "a").await;
    let request = TokenRevokeRequest::new().subject("alice");
    revoking.token_revoke(&request).await.unwrap();
    asked(&server);
    let other = instance(&server.url, &url);
    ask(&other, "a").await;
    ask(&other, "b").await;
    assert_eq!(asked(&server), 2);
    ask(&beside, "a").await;
    assert_eq!(asked(&server), 0);
    for mark in redis.keys().await {
        let left: i64 = redis.connect().await.pttl(&mark).await.unwrap();
        assert!((1..=10_000).contains(&left), "{mark} {left}");
    }
}

/// A handle of the organization cannot introspect: it has no answers on Redis, and in the process those of others.
#[tokio::test]
async fn a_handle_without_a_service_forgets_too() {
    let server = server().await;
    let api = instance(&server.url, "redis://127.0.0.1:1");
    ask(&api, "a").await;
    let organization = Config::new()
        .base_url(&server.url)
        .service_owner_access_token("o");
    let organization = api.with_config(organization).unwrap();
    organization.delete_service(1).await.unwrap();
    ask(&api, "a").await;
    assert_eq!(asked(&server), 2);
}

/// What cannot wait for Redis is done beside.
#[tokio::test]
async fn a_revocation_whose_caller_goes_away_is_seen_by_others() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    let api = instance(&server.url, &url);
    ask(&api, "a").await;
    ask(&api, "b").await;
    assert!(api.token_delete("a").now_or_never().is_none());
    let marked = async || redis.keys().await.len() == 3;
    for _ in 0..200 {
        if marked().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let other = instance(&server.url, &url);
    ask(&other, "a").await;
    assert_eq!(asked(&server), 3);
    ask(&other, "b").await;
    assert_eq!(asked(&server), 0, "it is another token");
}

/// An answer that is on its way when another instance revokes the token is from before, and is stored after.
#[tokio::test]
async fn an_answer_from_before_a_revocation_is_not_shared() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let reply = Reply::json(200, &json!({ "action": "OK", "subject": "alice" }));
    let gate = Gate::start(move |_| reply.clone()).await;
    let [slow, revoking, other] = [0; 3].map(|_| instance(&gate.url, &redis.url()));
    let asking = tokio::spawn(async move { ask(&slow, "a").await });
    gate.arrived(1).await;
    revoking.token_delete("a").await.unwrap();
    gate.open();
    asking.await.unwrap();
    assert!(redis.keys().await.len() >= 2, "the mark, and the answer");
    ask(&other, "a").await;
    assert_eq!(gate.count(), 2);
}

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
        let failure = events.iter().find(|event| event.name == "redis failed");
        let failure = failure.expect(reason);
        assert_eq!(failure.field("error.type"), Some(reason));
        assert_eq!(failure.level, tracing::Level::DEBUG);
        assert!(!format!("{events:?}").contains("WRONG"));
    }
    assert!(include_str!("../../docs/tracing.md").contains("`redis failed`"));
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

#[tokio::test]
async fn what_is_no_answer_in_redis_is_none() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let server = server().await;
    let url = redis.url();
    ask(&instance(&server.url, &url), "a").await;
    asked(&server);
    let key = redis.keys().await.pop().unwrap();
    let mut connection = redis.connect().await;
    for value in [
        "",
        "{",
        "null",
        "[]",
        r#"{"marks":[null,null]}"#,
        r#"{"marks":["1",null],"asked":9,"lifetime":9,"answer":{}}"#,
        // From before the clock was set back.
        r#"{"marks":[null,null],"asked":18446744073709551615,"lifetime":10000,"answer":{"action":"OK"}}"#,
    ] {
        let _: () = connection.set_ex(&key, value, 10).await.unwrap();
        ask(&instance(&server.url, &url), "a").await;
        assert_eq!(asked(&server), 1, "{value}");
    }
    // Not even a value of another kind, nor one that was stored long ago and did not expire.
    let _: () = connection.del(&key).await.unwrap();
    let _: () = connection.lpush(&key, "x").await.unwrap();
    ask(&instance(&server.url, &url), "a").await;
    let value = r#"{"marks":[null,null],"asked":9,"lifetime":10000,"answer":{"action":"OK"}}"#;
    let _: () = connection.set(&key, value).await.unwrap();
    ask(&instance(&server.url, &url), "a").await;
    assert_eq!(asked(&server), 2);
}

#[test]
fn a_password_is_not_shown() {
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
            panic!("{url} is taken");
        };
        assert!(!format!("{error} {error:?}").contains("SECRET"));
    }
}
