//! Serves HTTP over TCP or TLS, with limits so that no client can exhaust the emulator.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use crate::timed_body::TimedBody;

/// The limits of a server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The maximum number of concurrent connections. Further connections wait.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a connection may take to send the headers of its next request.
    pub headers: Duration,
    /// How long the body of a request may take.
    pub body: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1000,
            handshake: Duration::from_secs(10),
            headers: Duration::from_secs(60),
            body: Duration::from_secs(30),
        }
    }
}

/// The delay before the next attempt when accepting a connection fails, for example for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    pub address: SocketAddr,
    /// The client certificate in DER, if presented.
    pub certificate: Option<Vec<u8>>,
}

/// Serves requests until the sender of `stop` is dropped, and then finishes those in progress.
pub async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    limits: Limits,
    stop: oneshot::Receiver<()>,
) -> io::Result<()> {
    let permits = Arc::new(Semaphore::new(limits.connections));
    let shutdown = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            accepted = accepted => accepted,
            _ = &mut stop => break,
        };
        let Ok((stream, address)) = accepted else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (acceptor, router, watcher) = (acceptor.clone(), router.clone(), shutdown.watcher());
        tokio::spawn(async move {
            let _permit = permit;
            let http = Http {
                router,
                limits,
                watcher,
            };
            connection(stream, address, acceptor, http).await;
        });
    }
    shutdown.shutdown().await;
    Ok(())
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    http: Http,
) {
    // Responses are small: send them without waiting for more data.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = acceptor else {
        let certificate = None;
        let peer = Peer {
            address,
            certificate,
        };
        return http.serve(stream, peer).await;
    };
    if let Ok(Ok(stream)) = timeout(http.limits.handshake, acceptor.accept(stream)).await {
        let (_, connection) = stream.get_ref();
        let chain = connection.peer_certificates().unwrap_or_default();
        let certificate = chain.first().map(|certificate| certificate.to_vec());
        let peer = Peer {
            address,
            certificate,
        };
        http.serve(stream, peer).await;
    }
}

/// What serves the requests of a connection.
struct Http {
    router: Router,
    limits: Limits,
    watcher: Watcher,
}

impl Http {
    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Peer) {
        let (router, timeout) = (self.router, self.limits.body);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut router = router.clone();
            let mut request = request.map(|body| match body.is_end_stream() {
                true => Body::empty(),
                false => Body::new(TimedBody::new(body, timeout)),
            });
            request.extensions_mut().insert(peer.clone());
            async move {
                Ok::<_, Infallible>(
                    router
                        .call(request)
                        .await
                        .unwrap_or_else(|never| match never {}),
                )
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.headers)
            .serve_connection(TokioIo::new(stream), service);
        // Fails when the client disconnects or does not speak HTTP, so there is no one to report it to.
        let _ = self.watcher.watch(connection).await;
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::timed_body::is_timeout;

    const SHORT: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_secs(30);

    async fn read(body: Body) -> StatusCode {
        match to_bytes(body, 1000).await {
            Ok(_) => StatusCode::OK,
            Err(error) if is_timeout(&error) => StatusCode::REQUEST_TIMEOUT,
            Err(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// A server that runs until the sender is dropped.
    async fn start(limits: Limits) -> (SocketAddr, oneshot::Sender<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "here").post(read));
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(serve(listener, None, router, limits, stopped));
        (address, stop)
    }

    /// Sends a request on a connection that stays open. Returns the start of the response.
    async fn request(address: SocketAddr) -> (TcpStream, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
            .await
            .unwrap();
        let mut response = [0; 15];
        stream.read_exact(&mut response).await.unwrap();
        (stream, String::from_utf8(response.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn connection_beyond_the_limit_waits_until_another_one_ends() {
        let limits = Limits {
            connections: 2,
            ..Limits::default()
        };
        let (address, _stop) = start(limits).await;
        let (first, _) = request(address).await;
        let (_second, _) = request(address).await;
        let mut third = pin!(request(address));
        assert!(timeout(SHORT, &mut third).await.is_err());
        drop(first);
        let (_, response) = timeout(LONG, third).await.unwrap();
        assert_eq!(response, "HTTP/1.1 200 OK");
    }

    /// Sends the beginning of a request. Returns the response, after the server has closed the connection.
    async fn response_to_incomplete(address: SocketAddr, beginning: &[u8]) -> String {
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(beginning).await.unwrap();
        let mut response = Vec::new();
        let closed = timeout(LONG, slow.read_to_end(&mut response)).await;
        closed.unwrap().unwrap();
        String::from_utf8(response).unwrap()
    }

    #[tokio::test]
    async fn connection_that_sends_no_complete_headers_is_closed() {
        let limits = Limits {
            headers: SHORT,
            ..Limits::default()
        };
        let (address, _stop) = start(limits).await;
        let response = response_to_incomplete(address, b"GET / HTTP/1.1\r\nHost: ").await;
        assert!(!response.contains("200"));
        // Others are served.
        let (_, response) = request(address).await;
        assert_eq!(response, "HTTP/1.1 200 OK");
    }

    #[tokio::test]
    async fn connection_that_sends_no_complete_body_is_closed() {
        let limits = Limits {
            body: SHORT,
            ..Limits::default()
        };
        let (address, _stop) = start(limits).await;
        let beginning = b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\n1";
        let response = response_to_incomplete(address, beginning).await;
        assert!(!response.contains("200"));
        assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    }
}
