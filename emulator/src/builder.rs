//! How an emulator is started.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::Emulator;
use crate::api::{Api, State};
use crate::clock::Clock;
use crate::conditions::{Conditions, Wanted};
use crate::credentials::Credentials;
use crate::keeper::Keeper;
use crate::request_log::RequestLog;
use crate::seed;
use crate::server;
use crate::state_file::StateFile;

/// Where an emulator listens, what it starts with, and under which conditions it works.
#[derive(Debug, Clone)]
#[must_use = "call start"]
pub struct EmulatorBuilder {
    host: String,
    port: u16,
    seed_file: Option<PathBuf>,
    state_file: Option<PathBuf>,
    wanted: Wanted,
    log: bool,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            seed_file: None,
            state_file: None,
            wanted: Wanted::default(),
            log: false,
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
    /// `apiSecret`, an `organizationToken` and an `organizationId`. Credentials that are given are kept, and the others generated. The
    /// first service and its clients are those that the emulator shows.
    pub fn seed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.seed_file = Some(path.into());
        self
    }

    /// A file that keeps the state. When it exists, the emulator starts with what it holds, and not with the seed.
    ///
    /// Changes are written within a second, and when the emulator stops: a crash loses that second at most. The file
    /// holds all secrets of the services and clients; on Unix only its owner can read it. As long as an emulator uses
    /// it, another cannot: a file beside it, of the same name with `.lock`, sees to that.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// How long each answer of the API is held back. Default: not at all.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.wanted.latency = latency;
        self
    }

    /// How many calls of the API are allowed in a second; the others are answered with 429. Default: no limit.
    pub fn rate_limit(mut self, calls: u32) -> Self {
        self.wanted.rate_limit = Some(calls);
        self
    }

    /// The share of the calls of the API, from 0 to 1, that are answered with 503 and HTML, as by a balancer whose
    /// servers are away. They come evenly: with 0.5 it is every second call. Default: 0.
    pub fn unavailable(mut self, share: f64) -> Self {
        self.wanted.unavailable = share;
        self
    }

    /// Whether each request to the API is a line on standard error, without any secret. Default: `false`.
    ///
    /// The page at the emulator's URL shows the last requests in any case.
    pub fn log(mut self, log: bool) -> Self {
        self.log = log;
        self
    }

    /// Starts the emulator on the current Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on, when the seed file or the state file cannot be used, when a condition
    /// makes no sense, or when the system has no random numbers.
    pub async fn start(self) -> io::Result<Emulator> {
        let conditions = Conditions::new(&self.wanted)?;
        let listener = TcpListener::bind((self.host.as_str(), self.port)).await?;
        let file = self
            .state_file
            .as_deref()
            .map(StateFile::open)
            .transpose()?;
        let (state, credentials) = self.initial_state(file.as_ref())?;

        let api = Arc::new(Api::new(state));
        let keeper = file.map(|file| Keeper::start(file, Arc::clone(&api), credentials.clone()));
        let keeper = keeper.transpose()?;
        let base_url = format!("http://{}", reachable(listener.local_addr()?));
        let log = Arc::new(RequestLog::new(self.log));
        let router = server::router(Arc::clone(&api), log, conditions, &self.host);
        let (stop, stopped) = oneshot::channel();
        Ok(Emulator {
            api,
            base_url,
            credentials,
            stop,
            server: tokio::spawn(server::serve(listener, router, stopped)),
            keeper,
        })
    }

    fn initial_state(&self, file: Option<&StateFile>) -> io::Result<(State, Credentials)> {
        if let Some(saved) = file.map(StateFile::load).transpose()?.flatten() {
            return Ok(saved);
        }
        let clock = Clock::default();
        let (store, credentials) = seed::plant(self.seed_file.as_deref(), &clock)?;
        Ok((State { clock, store }, credentials))
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
