//! Peers that vanish silently: data sent to them is no longer acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use authlete::{Authlete, Config, Error, Result, TransportErrorKind};
use socket2::{SockFilter, SockRef};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::calls::{introspect, token};
use crate::raw_server::{OK, next_request, raw_server};

/// When the peer of the first connection vanishes.
#[derive(Clone, Copy, PartialEq)]
enum Vanishes {
    /// Before the second request arrives.
    Idle,
    /// After the second request has arrived.
    Busy,
}

/// A handle with an idle connection to the server.
async fn connected(vanishes: Vanishes) -> Authlete {
    let connections = Arc::new(AtomicUsize::new(0));
    let url = raw_server(move |mut stream| {
        let is_first = connections.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            let mut answered = 0;
            loop {
                if is_first && answered == 1 && vanishes == Vanishes::Idle {
                    vanish(&stream);
                }
                if !next_request(&mut stream).await {
                    break;
                }
                if is_first && answered == 1 {
                    vanish(&stream);
                    std::future::pending::<()>().await;
                }
                stream.write_all(OK).await.unwrap();
                answered += 1;
            }
        }
    })
    .await;
    let api = Authlete::new(Config::v3(url, 1, "t")).unwrap();
    introspect(&api).await.unwrap();
    // Time for the acknowledgement of the response to arrive.
    tokio::time::sleep(Duration::from_millis(200)).await;
    api
}

/// From now on the kernel drops all packets for this socket.
fn vanish(stream: &TcpStream) {
    const RETURN: u16 = 0x06;
    let drop_all = SockFilter::new(RETURN, 0, 0, 0);
    SockRef::from(stream).attach_filter(&[drop_all]).unwrap();
}

async fn timed(call: impl Future<Output = Result<()>>) -> (Result<()>, Duration) {
    let begin = Instant::now();
    let outcome = call.await;
    (outcome, begin.elapsed())
}

#[tokio::test]
async fn read_whose_peer_vanished_succeeds_on_another_connection_before_the_attempt_timeout() {
    for vanishes in [Vanishes::Idle, Vanishes::Busy] {
        let api = connected(vanishes).await;
        let (outcome, time) = timed(introspect(&api)).await;
        outcome.unwrap();
        assert!(time < Duration::from_secs(9), "{time:?}");
    }
}

#[tokio::test]
async fn token_request_whose_peer_vanishes_fails_long_before_its_timeout() {
    for vanishes in [Vanishes::Idle, Vanishes::Busy] {
        let api = connected(vanishes).await;
        let (outcome, time) = timed(token(&api)).await;
        let kind = match &outcome {
            Err(Error::Transport { kind, .. }) => *kind,
            other => panic!("{other:?}"),
        };
        assert_eq!(kind, TransportErrorKind::Interrupted);
        assert!(time < Duration::from_secs(15), "{time:?}");
        // The handle still works.
        token(&api).await.unwrap();
    }
}

/// The peer's kernel still answers TCP keepalive probes.
#[tokio::test]
async fn slow_response_is_awaited() {
    let url = raw_server(|mut stream| async move {
        while next_request(&mut stream).await {
            tokio::time::sleep(Duration::from_secs(9)).await;
            stream.write_all(OK).await.unwrap();
        }
    })
    .await;
    let api = Authlete::new(Config::v3(url, 1, "t")).unwrap();
    token(&api).await.unwrap();
}
