//! Idle connections in the pool.

use std::time::Duration;

use authlete::{Authlete, AuthleteBuilder, Config};
use tokio::time::{advance, pause, resume, sleep};

use crate::calls::{introspect, ok, token};
use crate::raw_server::{OK, next_request, raw_server};
use crate::server::Server;

/// The number of connections for two calls with an idle time between them.
async fn connections_of_two_calls(
    idle: Duration,
    settings: impl FnOnce(AuthleteBuilder) -> AuthleteBuilder,
) -> usize {
    let server = Server::always(ok()).await;
    let builder = Authlete::builder(Config::v3(&server.url, 1, "t"));
    let api = settings(builder).build().unwrap();
    introspect(&api).await.unwrap();
    pause();
    advance(idle).await;
    resume();
    introspect(&api).await.unwrap();
    server.connections()
}

#[tokio::test]
async fn idle_connection_is_kept_for_30_seconds_by_default() {
    for (seconds, connections) in [(28, 1), (32, 2)] {
        let idle = Duration::from_secs(seconds);
        let made = connections_of_two_calls(idle, |builder| builder).await;
        assert_eq!(made, connections, "idle for {idle:?}");
    }
}

#[tokio::test]
async fn idle_connection_is_kept_as_long_as_the_setting_says() {
    for (seconds, connections) in [(58, 1), (62, 2)] {
        let idle = Duration::from_secs(seconds);
        let minute = Duration::from_secs(60);
        for own in [false, true] {
            let made = connections_of_two_calls(idle, |builder| {
                let builder = match own {
                    true => builder.reqwest_builder(reqwest::Client::builder()),
                    false => builder,
                };
                builder.pool_idle_timeout(minute)
            });
            assert_eq!(made.await, connections, "idle for {idle:?}");
        }
    }
}

#[tokio::test]
async fn idle_timeout_of_a_reqwest_builder_stays_without_the_setting() {
    for (seconds, connections) in [(58, 1), (62, 2)] {
        let idle = Duration::from_secs(seconds);
        let made = connections_of_two_calls(idle, |builder| {
            let minute = Duration::from_secs(60);
            builder.reqwest_builder(reqwest::Client::builder().pool_idle_timeout(minute))
        });
        assert_eq!(made.await, connections, "idle for {idle:?}");
    }
}

/// A token request must not be retried, so it must not use a connection that the server is closing.
#[tokio::test]
async fn token_requests_never_use_a_connection_that_is_idle_for_longer_than_the_setting() {
    const CALLS: usize = 4;
    let (connections, mut accepted) = tokio::sync::mpsc::unbounded_channel();
    let url = raw_server(move |mut stream| {
        connections.send(()).unwrap();
        async move {
            let idle = Duration::from_millis(1500);
            while let Ok(true) = tokio::time::timeout(idle, next_request(&mut stream)).await {
                tokio::io::AsyncWriteExt::write_all(&mut stream, OK)
                    .await
                    .unwrap();
            }
        }
    })
    .await;
    let api = Authlete::builder(Config::v3(url, 1, "t"))
        .pool_idle_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    for _ in 0..CALLS {
        token(&api).await.unwrap();
        sleep(Duration::from_secs(1)).await;
    }
    let mut made = 0;
    while accepted.try_recv().is_ok() {
        made += 1;
    }
    assert_eq!(made, CALLS);
}
