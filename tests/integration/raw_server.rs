//! A server that is not bound to speak HTTP.

use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted.
pub const BACKLOG: u32 = 1024;

/// A socket with a port of its own, which refuses connections as long as it does not listen.
pub fn bound_socket() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket
}

/// Listens, and does with each connection what it is told.
pub async fn raw_server<F>(serve: impl Fn(tokio::net::TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    format!("http://{address}")
}
