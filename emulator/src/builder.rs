//! How an emulator is started.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::Emulator;
use crate::api::Api;
use crate::clock::Clock;
use crate::seed;
use crate::server;

/// Where an emulator listens, and what it starts with.
#[derive(Debug, Clone)]
#[must_use = "call start"]
pub struct EmulatorBuilder {
    host: String,
    port: u16,
    seed_file: Option<PathBuf>,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            seed_file: None,
        }
    }
}

impl EmulatorBuilder {
    /// The name or the address to listen on. Default: `127.0.0.1`, which other machines cannot reach.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port to listen on. Default: 0, any that is free.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A JSON file with the services and clients to start with. Default: one of each.
    ///
    /// `{"services": [{…, "clients": [{…}]}], "owner": {…}}`, where a service and a client are as the API has them.
    /// Beside its own members a service can have an `accessToken` for the 3.0 API; the owner can have an `apiKey`, an
    /// `apiSecret` and an `organizationToken`. Credentials that are given are kept, and the others generated. The
    /// first service and its clients are those that the emulator shows.
    pub fn seed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.seed_file = Some(path.into());
        self
    }

    /// Starts the emulator on the current Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on, when the seed file cannot be used, or when the system has no random
    /// numbers.
    pub async fn start(self) -> io::Result<Emulator> {
        let clock = Clock::default();
        let (store, credentials) = seed::plant(self.seed_file.as_deref(), &clock)?;
        let api = Arc::new(Api::new(store, clock));
        let listener = TcpListener::bind((self.host.as_str(), self.port)).await?;
        let base_url = format!("http://{}", reachable(listener.local_addr()?));
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(server::serve(listener, Arc::clone(&api), stopped));
        Ok(Emulator {
            api,
            base_url,
            credentials,
            _stop: stop,
        })
    }
}

/// Listening everywhere includes this machine, and the address for that can be called.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
