//! Cancel safety: a call may be dropped at any await. The handle keeps working, and each call gets its own response.

use std::collections::{BTreeSet, HashMap};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use authlete::types::IntrospectionRequest;
use authlete::{Authlete, Config, Result, RetryPolicy};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::raw_server::raw_server;
use crate::server::{Reply, Server};

/// The connections and requests that the server has seen.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    /// The number of requests for each token.
    tokens: Mutex<HashMap<String, usize>>,
    /// Notified when the server has sent all that it will send for a token.
    stuck: Notify,
}

impl Seen {
    /// Counts a request for a token, and returns the number of earlier ones.
    fn count(&self, token: &str) -> usize {
        let mut tokens = self.tokens.lock().unwrap();
        let count = tokens.entry(token.to_owned()).or_default();
        *count += 1;
        *count - 1
    }

    fn times(&self, token: &str) -> usize {
        self.tokens
            .lock()
            .unwrap()
            .get(token)
            .copied()
            .unwrap_or_default()
    }
}

/// Answers introspection with the token as the subject, sent in pieces. The token's prefix selects the server's behaviour.
async fn server() -> (String, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let record = Arc::clone(&seen);
    let url = raw_server(move |mut stream| {
        let seen = Arc::clone(&record);
        async move {
            seen.connections.fetch_add(1, Ordering::Relaxed);
            // Otherwise the pieces arrive as one.
            stream.set_nodelay(true).unwrap();
            while let Some(token) = next_token(&mut stream).await {
                if answer(&mut stream, &token, &seen).await.is_err() {
                    break;
                }
            }
        }
    })
    .await;
    (url, seen)
}

/// The token of the next request on a connection.
async fn next_token(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        if let Ok(body) = serde_json::from_slice::<Value>(&request[end + 4..]) {
            return body["token"].as_str().map(str::to_owned);
        }
    }
}

async fn answer(stream: &mut TcpStream, token: &str, seen: &Seen) -> std::io::Result<()> {
    let before = seen.count(token);
    let is = |kind: &str| token.starts_with(kind);
    if (is("busy") && before == 0) || is("waiting") {
        let seconds = if is("waiting") { 20 } else { 0 };
        let head =
            format!("HTTP/1.1 503 Busy\r\nretry-after: {seconds}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        seen.stuck.notify_one();
        return Ok(());
    }
    let body = json!({ "action": "OK", "subject": token }).to_string();
    let length = format!("content-length: {}\r\n\r\n", body.len());
    let (first_half, second_half) = body.split_at(body.len() / 2);
    for (place, piece) in [
        ("stuck before the headers", "HTTP/1.1 200 OK\r\n"),
        ("stuck in the headers", &length),
        ("stuck before the body", first_half),
        ("stuck in the body", second_half),
    ] {
        if is(place) {
            seen.stuck.notify_one();
            // Until the client closes the connection.
            while stream.read(&mut [0; 64]).await? > 0 {}
            return Err(std::io::ErrorKind::ConnectionReset.into());
        }
        stream.write_all(piece.as_bytes()).await?;
        sleep(Duration::from_millis(3)).await;
    }
    Ok(())
}

fn api(url: &str) -> Authlete {
    let policy = RetryPolicy::new().base_delay(Duration::from_millis(2));
    Authlete::builder(Config::v3(url, 1, "t"))
        .retry(policy)
        .build()
        .unwrap()
}

async fn subject(api: &Authlete, token: &str) -> Result<Option<String>> {
    let answer = api.introspection(&IntrospectionRequest::new(token)).await?;
    Ok(answer.subject)
}

/// The handle works, and the call gets its own response.
async fn assert_works(api: &Authlete, token: &str) {
    let subject = timeout(Duration::from_secs(10), subject(api, token)).await;
    assert_eq!(subject.unwrap().unwrap().as_deref(), Some(token));
}

/// Polls a future, and drops it if it is still pending after `polls` polls.
async fn dropped_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut polled = 0;
    std::future::poll_fn(|context| {
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if polled == polls => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Drops a call while it waits for a connection, the headers, the body or the next attempt.
async fn dropped_at_each_await() {
    let (url, seen) = server().await;
    let (mut dropped, mut ended) = (Vec::new(), 0);
    for polls in 1..=12 {
        let api = api(&url);
        for connection in ["new", "known"] {
            let token = format!("busy {polls} {connection}");
            match dropped_after(polls, subject(&api, &token)).await {
                None => dropped.push(token),
                Some(answer) => {
                    ended += 1;
                    assert_eq!(answer.unwrap(), Some(token));
                }
            }
            assert_works(&api, &format!("calm {polls} {connection}")).await;
        }
    }
    // With the highest number of polls a call ends, so calls with fewer polls were dropped at every await.
    assert!(ended > 0);
    let times: BTreeSet<usize> = dropped.iter().map(|token| seen.times(token)).collect();
    // Dropped before the first attempt, before the second, and after it.
    assert_eq!(times, BTreeSet::from([0, 1, 2]));
}

/// Drops a call at a known point of the response.
async fn dropped_at_known_points() {
    let (url, seen) = server().await;
    let api = api(&url);
    let connections = || seen.connections.load(Ordering::Relaxed);
    for token in [
        "stuck before the headers",
        "stuck in the headers",
        "stuck before the body",
        "stuck in the body",
        "waiting",
    ] {
        assert_works(&api, "calm").await;
        settle().await;
        let before = connections();
        tokio::select! {
            result = subject(&api, token) => panic!("{token}: {result:?}"),
            () = async { seen.stuck.notified().await; settle().await } => {}
        }
        settle().await;
        assert_works(&api, "calm").await;
        // A response may be in flight on the connection, unless the call was waiting for the next attempt.
        let most = usize::from(token != "waiting");
        assert!(connections() - before <= most, "{token}");
        // No part of the call continues.
        assert_eq!(seen.times(token), 1);
    }
    let before = connections();
    for number in 0..5 {
        settle().await;
        assert_works(&api, &format!("calm {number}")).await;
    }
    assert_eq!(connections(), before);
}

/// Time for sent data to arrive, and for a connection to return to the pool.
async fn settle() {
    sleep(Duration::from_millis(50)).await;
}

/// Many concurrent calls, of which every second one is aborted.
async fn aborted_among_others() {
    let (url, _) = server().await;
    let api = api(&url);
    let mut calls = Vec::new();
    for number in 0..200_u64 {
        let api = api.clone();
        // A quarter of the calls is retried, which the retry budget allows.
        let kind = if matches!(number % 8, 4 | 5) {
            "busy"
        } else {
            "calm"
        };
        let call =
            tokio::spawn(async move { assert_works(&api, &format!("{kind} {number}")).await });
        if number % 2 == 0 {
            let abort = call.abort_handle();
            tokio::spawn(async move {
                sleep(Duration::from_micros(number * 150)).await;
                abort.abort();
            });
        }
        calls.push(call);
    }
    for call in calls {
        if let Err(error) = call.await {
            assert!(error.is_cancelled(), "{error}");
        }
    }
    assert_works(&api, "calm").await;
}

macro_rules! on_both_runtimes {
    ($($name:ident)*) => {
        mod on_one_thread {
            $(#[tokio::test]
            async fn $name() {
                super::$name().await;
            })*
        }

        mod on_several_threads {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                tokio::spawn(super::$name()).await.unwrap();
            })*
        }
    };
}

on_both_runtimes! { dropped_at_each_await dropped_at_known_points aborted_among_others }

/// Connections end with the runtime they were opened on, and the handle opens new ones.
#[test]
fn handle_works_after_its_runtime_is_dropped() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let servers = tokio::runtime::Runtime::new().unwrap();
    let reply = Reply::json(200, &json!({ "action": "OK", "subject": "t" }));
    let server = servers.block_on(Server::always(reply));
    let api = api(&server.url);
    for number in 1..=3 {
        runtime().block_on(assert_works(&api, "t"));
        assert_eq!(server.connections(), number);
    }
}
