//! A TCP proxy in front of Redis that can silently drop connections, as a firewall does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub struct Proxy {
    pub url: String,
    /// The number of first connections whose data is dropped.
    lost: Arc<AtomicUsize>,
    accepted: Arc<AtomicUsize>,
    delay: Arc<AtomicU64>,
}

impl Proxy {
    /// Starts a proxy for the Redis with this URL.
    pub async fn start(redis: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            url: format!("redis://{}", listener.local_addr().unwrap()),
            lost: Arc::default(),
            accepted: Arc::default(),
            delay: Arc::default(),
        };
        let address = redis.strip_prefix("redis://").unwrap().to_owned();
        let (lost, accepted) = (Arc::clone(&proxy.lost), Arc::clone(&proxy.accepted));
        let delay = Arc::clone(&proxy.delay);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = accepted.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(&address).await.unwrap();
                let (lost, delay) = (Arc::clone(&lost), Arc::clone(&delay));
                tokio::spawn(forward(client, server, delay, move || {
                    number < lost.load(Ordering::SeqCst)
                }));
            }
        });
        proxy
    }

    /// Drops all data on existing connections from now on.
    pub fn lose_connections(&self) {
        let accepted = self.accepted.load(Ordering::SeqCst);
        self.lost.store(accepted, Ordering::SeqCst);
    }

    /// Delays all data, in milliseconds.
    pub fn slow_down(&self, delay: u64) {
        self.delay.store(delay, Ordering::SeqCst);
    }
}

async fn forward(
    mut client: TcpStream,
    mut server: TcpStream,
    delay: Arc<AtomicU64>,
    is_lost: impl Fn() -> bool,
) {
    let (mut request, mut answer) = ([0; 8192], [0; 8192]);
    loop {
        let (length, is_request) = tokio::select! {
            length = client.read(&mut request) => (length.unwrap_or(0), true),
            length = server.read(&mut answer) => (length.unwrap_or(0), false),
        };
        if length == 0 {
            return;
        }
        let delay = Duration::from_millis(delay.load(Ordering::SeqCst));
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if is_lost() {
            continue;
        }
        let written = match is_request {
            true => server.write_all(&request[..length]).await,
            false => client.write_all(&answer[..length]).await,
        };
        if written.is_err() {
            return;
        }
    }
}
