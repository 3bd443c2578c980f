//! A relay that adds network latency. It needs no privileges.

use std::future::pending;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::pin::pin;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep, sleep_until};

use super::{ROUND_TRIP, server};

const ONE_WAY: Duration = Duration::from_millis(ROUND_TRIP.as_millis() as u64 / 2);

/// The host name of the relay. A name with several loopback addresses in `/etc/hosts` shows how clients fail over to the
/// next address.
pub fn host() -> String {
    std::env::var("NETWORK_BENCH_HOST").unwrap_or_else(|_| "localhost".to_owned())
}

/// A relay on each address of its host name.
pub struct Relay {
    port: u16,
    /// For each address, in the order of the lookup: the listener and its connections.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code))]
    sockets: Vec<Arc<Mutex<Vec<Socket>>>>,
}

impl Relay {
    /// With an idle timeout, the relay closes idle connections as a load balancer does.
    pub fn start(target: SocketAddr, idle: Option<Duration>) -> Self {
        let addresses = (host(), 0)
            .to_socket_addrs()
            .expect("the name has an address");
        let (mut port, mut sockets) = (0, Vec::new());
        for mut address in addresses {
            address.set_port(port);
            let listener = listen(address);
            let bound = listener.local_addr().expect("the socket is bound");
            port = bound.as_socket().expect("it is one of IP").port();
            let shared = listener.try_clone().expect("a socket can be shared");
            let shared = Arc::new(Mutex::new(vec![shared]));
            sockets.push(Arc::clone(&shared));
            let (ready, is_ready) = mpsc::channel();
            thread::spawn(move || {
                server::runtime().block_on(async {
                    let listener = TcpListener::from_std(listener.into());
                    let listener = listener.expect("the listener does not block");
                    ready.send(()).expect("the benchmark waits");
                    while let Ok((stream, _)) = listener.accept().await {
                        let clone = SockRef::from(&stream).try_clone();
                        let clone = clone.expect("a socket can be shared");
                        shared.lock().expect("no thread panics").push(clone);
                        tokio::spawn(pass(stream, target, idle));
                    }
                })
            });
            is_ready.recv().expect("the relay starts");
        }
        Self { port, sockets }
    }

    pub fn url(&self) -> String {
        format!("https://{}:{}", host(), self.port)
    }

    /// The first host vanishes silently: its connections, and its listener, too, if there is another host.
    #[cfg(target_os = "linux")]
    pub fn vanish(&self) {
        const RETURN: u16 = 0x06;
        let kept = if self.sockets.len() > 1 { 0 } else { 1 };
        let sockets = self.sockets[0].lock().expect("no thread panics");
        for socket in &sockets[kept..] {
            let drop_all = socket2::SockFilter::new(RETURN, 0, 0, 0);
            // A connection that has closed meanwhile needs no filter.
            let _ = socket.attach_filter(&[drop_all]);
        }
    }
}

fn listen(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None);
    let socket = socket.expect("a socket can be made");
    socket
        .bind(&address.into())
        .expect("the address is on loopback");
    socket.listen(1024).expect("the socket is bound");
    socket
        .set_nonblocking(true)
        .expect("a socket can be non-blocking");
    socket
}

/// The time when data last arrived at the relay.
type Activity = Arc<Mutex<Instant>>;

async fn pass(client: TcpStream, target: SocketAddr, idle: Option<Duration>) {
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let activity = Arc::new(Mutex::new(Instant::now() + ROUND_TRIP));
    // The TCP handshake on loopback took no time, so the first data is delayed by its round trip.
    let requests = delay(from_client, to_server, ROUND_TRIP, &activity);
    let answers = delay(from_server, to_client, Duration::ZERO, &activity);
    let mut passing = pin!(async { tokio::join!(requests, answers) });
    let too_late = async {
        match idle {
            None => pending().await,
            Some(idle) => too_late(idle, &activity).await,
        }
    };
    tokio::select! {
        _ = passing.as_mut() => {}
        // Wait until the client learns of the close. Its data is not read, so that it gets a reset.
        () = too_late => sleep(ROUND_TRIP).await,
    }
}

/// Forwards data with the delay of one way, and `more` for the first chunk.
async fn delay(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut more: Duration,
    activity: &Activity,
) {
    let (sender, mut chunks) = unbounded_channel();
    let read = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let arrives = Instant::now() + std::mem::take(&mut more) + ONE_WAY;
            *activity.lock().expect("no task panics") = arrives;
            if sender.send((arrives, buffer[..length].to_vec())).is_err() {
                break;
            }
        }
        drop(sender);
    };
    let write = async {
        while let Some((arrives, chunk)) = chunks.recv().await {
            sleep_until(arrives).await;
            if to.write_all(&chunk).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}

/// Returns when the connection has been idle for so long that new data from the client would arrive after the timeout.
async fn too_late(idle: Duration, activity: &Activity) {
    loop {
        let last = *activity.lock().expect("no task panics");
        let too_late = last + idle - ONE_WAY;
        if Instant::now() >= too_late {
            return;
        }
        sleep_until(too_late).await;
    }
}
