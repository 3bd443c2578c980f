//! A server that handles each connection with an `Act` until it recovers.

use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{self, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::sleep;

use super::act::Act;
use super::tls;
use crate::raw_server::{BACKLOG, bound_socket};

/// The subject in valid responses, which no faulty response contains.
pub const GENUINE: &str = "a genuine answer";

/// A running server. It stops with the test's runtime.
pub struct Server {
    pub port: u16,
    pub act: Act,
    state: Arc<State>,
    /// A bound socket that does not listen, so that connections are refused.
    refusing: Mutex<Option<TcpSocket>>,
}

/// State that all connections share.
#[derive(Default)]
pub struct State {
    /// The number of complete requests received.
    requests: AtomicUsize,
    is_recovered: AtomicBool,
    connections: AtomicUsize,
}

impl Server {
    pub async fn start(act: Act) -> Self {
        let socket = bound_socket();
        let server = Self {
            port: socket.local_addr().unwrap().port(),
            act,
            state: Arc::default(),
            refusing: Mutex::default(),
        };
        match server.act {
            Act::Refuse => *server.refusing.lock().unwrap() = Some(socket),
            _ => server.accept(socket.listen(BACKLOG).unwrap()),
        }
        server
    }

    fn accept(&self, listener: TcpListener) {
        let (state, act) = (Arc::clone(&self.state), self.act.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, act) = (Arc::clone(&state), act.clone());
                // Broken connections are expected.
                tokio::spawn(async move {
                    state.connections.fetch_add(1, Ordering::Relaxed);
                    let _ = state.serve(stream, &act).await;
                    state.connections.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
    }

    /// From now on requests get valid responses, except on faulty connections.
    pub async fn recover(&self) {
        self.state.is_recovered.store(true, Ordering::Relaxed);
        if let Some(socket) = self.refusing.lock().unwrap().take() {
            self.accept(socket.listen(BACKLOG).unwrap());
        }
    }

    /// Waits until all connections are closed.
    pub async fn wait_until_idle(&self) {
        while self.state.connections.load(Ordering::Relaxed) > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// The number of requests since the last call.
    pub fn take_requests(&self) -> usize {
        self.state.requests.swap(0, Ordering::Relaxed)
    }
}

impl State {
    pub fn is_recovered(&self) -> bool {
        self.is_recovered.load(Ordering::Relaxed)
    }

    async fn serve(&self, stream: TcpStream, act: &Act) -> io::Result<()> {
        if !self.is_recovered() {
            act.perform(stream, self).await
        } else if act.is_tls() {
            let session = tls::accept(stream, tls::Identity::Good).await?;
            serve_validly(session, self).await
        } else {
            serve_validly(stream, self).await
        }
    }
}

/// Answers each request with a valid response.
pub async fn serve_validly(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    state: &State,
) -> io::Result<()> {
    loop {
        read_request(&mut stream, state).await?;
        stream.write_all(&valid_response()).await?;
        stream.flush().await?;
    }
}

/// A valid response.
pub fn valid_response() -> Vec<u8> {
    let body = format!(r#"{{"action":"OK","subject":"{GENUINE}"}}"#);
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}").into()
}

/// Reads a request to the end of its body, and counts it.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin), state: &State) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).map_err(|_| ErrorKind::InvalidData)?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.trim().parse().unwrap());
    stream.read_exact(&mut vec![0; length]).await?;
    state.requests.fetch_add(1, Ordering::Relaxed);
    Ok(())
}
