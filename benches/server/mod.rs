//! A server on a separate thread, so that only the client runs on the benchmark's thread.

use std::net::SocketAddr;

use axum::Router;
use axum::serve::Listener;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// A single-threaded runtime.
pub fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made")
}

/// Starts a server that accepts connections through `wrap(listener)`. Returns its address.
pub fn serve<L>(app: Router, wrap: impl FnOnce(TcpListener) -> L + Send + 'static) -> SocketAddr
where
    L: Listener<Addr = SocketAddr>,
{
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0")
                .await
                .expect("loopback has a free port");
            let address = listener
                .local_addr()
                .expect("a bound socket has an address");
            send.send(address).expect("main waits for the address");
            axum::serve(wrap(listener), app).await
        })
    });
    receive.recv().expect("the server starts")
}
