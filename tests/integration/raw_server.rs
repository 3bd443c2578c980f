//! A TCP server whose connections the test handles itself.

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// The backlog of `listen(2)`.
pub const BACKLOG: u32 = 1024;

/// A complete response to any operation that has an action `OK`.
pub const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"action\":\"OK\"}";

/// A socket bound to a free port. Connections are refused until it listens.
pub fn bound_socket() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket
}

/// Listens, and passes each connection to `serve`. Returns the URL.
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

/// Reads once, which gets a whole request in these tests. Returns false at the end of the stream.
pub async fn next_request(stream: &mut (impl AsyncRead + Unpin)) -> bool {
    let read = stream.read(&mut [0; 8192]).await;
    read.is_ok_and(|length| length > 0)
}

/// Reads requests and never answers.
pub async fn silent_server() -> String {
    raw_server(|mut stream| async move { while next_request(&mut stream).await {} }).await
}
