//! A server that does what it is told with each connection, until it is told to behave.

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

/// The subject in the answers of a server that behaves: nothing that a hostile one sent may be taken for it.
pub const GENUINE: &str = "a genuine answer";

/// A running server; it ends with the test's runtime.
pub struct Server {
    pub port: u16,
    pub act: Act,
    state: Arc<State>,
    /// Has the port and does not listen, which is how connections are refused.
    refusing: Mutex<Option<TcpSocket>>,
}

/// What all connections have in common.
#[derive(Default)]
pub struct State {
    /// How many requests arrived, each read to its end.
    requests: AtomicUsize,
    behaves: AtomicBool,
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
                // A connection that breaks is what the tests are about.
                tokio::spawn(async move {
                    state.connections.fetch_add(1, Ordering::Relaxed);
                    let _ = state.serve(stream, &act).await;
                    state.connections.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
    }

    /// From now on each request is answered as it should be, unless its connection is one that was given up.
    pub async fn behave(&self) {
        self.state.behaves.store(true, Ordering::Relaxed);
        if let Some(socket) = self.refusing.lock().unwrap().take() {
            self.accept(socket.listen(BACKLOG).unwrap());
        }
    }

    /// Waits until there is no connection.
    pub async fn wait_until_idle(&self) {
        while self.state.connections.load(Ordering::Relaxed) > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many requests arrived since the last time.
    pub fn take_requests(&self) -> usize {
        self.state.requests.swap(0, Ordering::Relaxed)
    }
}

impl State {
    pub fn behaves(&self) -> bool {
        self.behaves.load(Ordering::Relaxed)
    }

    async fn serve(&self, stream: TcpStream, act: &Act) -> io::Result<()> {
        if !self.behaves() {
            act.perform(stream, self).await
        } else if act.is_tls() {
            let session = tls::accept(stream, tls::Identity::Good).await?;
            serve_well(session, self).await
        } else {
            serve_well(stream, self).await
        }
    }
}

/// Answers each request as it should be.
pub async fn serve_well(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    state: &State,
) -> io::Result<()> {
    loop {
        read_request(&mut stream, state).await?;
        stream.write_all(&well()).await?;
        stream.flush().await?;
    }
}

/// An answer as it should be.
pub fn well() -> Vec<u8> {
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
