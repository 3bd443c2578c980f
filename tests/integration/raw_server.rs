//! A server that is not bound to speak HTTP.

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How many connections may wait to be accepted.
pub const BACKLOG: u32 = 1024;

/// A whole answer to any operation that has an action of this name.
pub const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"action\":\"OK\"}";

/// A socket with a port of its own, which refuses connections as long as it does not listen.
pub fn bound_socket() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket
}

/// Listens, and does with each connection what it is told.
pub async fn raw_server<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> String
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

/// Reads a piece that is there, which is a whole request of these tests; false when none comes any more.
pub async fn next_request(stream: &mut (impl AsyncRead + Unpin)) -> bool {
    let read = stream.read(&mut [0; 8192]).await;
    read.is_ok_and(|length| length > 0)
}

/// Reads what comes, and says nothing.
pub async fn silent_server() -> String {
    raw_server(|mut stream| async move { while next_request(&mut stream).await {} }).await
}
