//! How an emulator is started.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::Emulator;
use crate::api::Api;
use crate::authority::Authority;
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::fault_injection::{FaultInjection, Faults};
use crate::jose;
use crate::random;
use crate::request_log::RequestLog;
use crate::saver::{SaveStatus, Saver};
use crate::seed;
use crate::serve::serve;
use crate::server;
use crate::state::{SharedState, State};
use crate::state_file::StateFile;
use crate::store::{Store, TokenBinding};

/// Where an emulator listens, what it starts with, and which faults it simulates.
#[derive(Debug, Clone)]
#[must_use = "call start"]
pub struct EmulatorBuilder {
    host: String,
    port: u16,
    seed_file: Option<PathBuf>,
    new_keys: bool,
    state_file: Option<PathBuf>,
    faults: Faults,
    log: bool,
    tls: bool,
    dpop: bool,
    mtls: bool,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            seed_file: None,
            new_keys: false,
            state_file: None,
            faults: Faults::default(),
            log: false,
            tls: false,
            dpop: false,
            mtls: false,
        }
    }
}

impl EmulatorBuilder {
    /// The name or the address to listen on. Default: `127.0.0.1`, which other machines cannot reach.
    ///
    /// Where they can, the page and the paths below `/emulator` need [`Emulator::control_token`], and the page shows
    /// secrets only to requests from this machine.
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
    ///
    /// A token may be an object: `{"value": "…", "dpopKey": {…}, "clientCertificate": "…"}`. It is then bound to the DPoP
    /// key, a JWK, or to the certificate, in PEM form, or to both. When they come with their private keys, the emulator
    /// shows them.
    pub fn seed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.seed_file = Some(path.into());
        self
    }

    /// Whether the built-in service gets keys of its own at the first start. Default: `false`, the keys that are in this
    /// package: they are fast to start with, and anyone can read them. A [seed](Self::seed_file) brings its own keys.
    ///
    /// The program does this.
    pub fn new_keys(mut self, new_keys: bool) -> Self {
        self.new_keys = new_keys;
        self
    }

    /// A file that keeps the state. When it exists, the emulator starts with what it holds, and not with the seed.
    ///
    /// Changes are written within a second, and when the emulator stops: a crash loses that second at most. The file is a
    /// database ([redb](https://www.redb.org)) that holds all secrets of the services and clients; on Unix it is created
    /// for its owner alone. As long as an emulator uses it, another cannot.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// How long each answer of the API is held back. Default: not at all.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.faults.latency = latency;
        self
    }

    /// How many calls of the API are allowed in a second; the others are answered with 429. Default: no limit.
    pub fn rate_limit(mut self, calls: u32) -> Self {
        self.faults.rate_limit = Some(calls);
        self
    }

    /// The share of the calls of the API, from 0 to 1, that are answered with 503 and HTML, as by a balancer whose
    /// servers are away. They come evenly: with 0.5 it is every second call. Default: 0.
    pub fn unavailable(mut self, share: f64) -> Self {
        self.faults.unavailable = share;
        self
    }

    /// Whether each request to the API is a line on standard error, without any secret. Default: `false`.
    ///
    /// The page at the emulator's URL shows the last requests in any case.
    pub fn log(mut self, log: bool) -> Self {
        self.log = log;
        self
    }

    /// Whether the emulator speaks TLS, and nothing else. Default: `false`.
    ///
    /// Its certificate is from an authority of its own, and is for `localhost`, `127.0.0.1`, `::1` and the
    /// [`host`](Self::host). [`Emulator::config`] trusts the authority; [`Emulator::root_certificate`] has its certificate
    /// for other clients. The authority is new with each start, unless there is a [state file](Self::state_file), which
    /// keeps it.
    ///
    /// Clients may present a certificate; whichever it is, the connection is made.
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Whether the access tokens of the 3.0 API that the emulator shows, that of the first service and that of the
    /// organization, are bound to a DPoP key (RFC 9449). Default: `false`.
    ///
    /// The key is generated, and [`Emulator::config`] has it, for which the program needs the feature `dpop` of the crate
    /// `authlete`. A token that the seed or the state file binds to a key stays bound to that.
    pub fn dpop(mut self, dpop: bool) -> Self {
        self.dpop = dpop;
        self
    }

    /// The same with a client certificate (RFC 8705), which is issued by the authority of the emulator. Default: `false`.
    ///
    /// It needs [`tls`](Self::tls), and the program the feature `mtls` of the crate `authlete`.
    pub fn mtls(mut self, mtls: bool) -> Self {
        self.mtls = mtls;
        self
    }

    /// Starts the emulator on the current Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on, when the seed file or the state file cannot be used, when a condition
    /// makes no sense, when an access token is bound to a certificate and there is no TLS, or when the system has no
    /// random numbers.
    pub async fn start(self) -> io::Result<Emulator> {
        self.faults.check()?;
        let listener = TcpListener::bind((self.host.as_str(), self.port)).await?;
        let file = self
            .state_file
            .as_deref()
            .map(StateFile::open)
            .transpose()?;
        let saved = file.as_ref().map(StateFile::load).transpose()?.flatten();
        let (saved, (mut state, mut credentials)) = match saved {
            Some((state, credentials)) => (Some(state.clone()), (state, credentials)),
            None => (None, self.first_state()?),
        };
        let acceptor = self.tls_acceptor(&mut credentials)?;
        self.bind_tokens(&mut state.store, &mut credentials)?;

        let state = Arc::new(SharedState::new(state));
        let save_status = SaveStatus::default();
        let api = Arc::new(Api::new(Arc::clone(&state), save_status.clone()));
        let fault_injection = FaultInjection::new(&self.faults, Arc::clone(&api));
        let saver = file
            .map(|file| Saver::start(file, Arc::clone(&state), &credentials, saved, save_status));
        let saver = saver.transpose()?;
        let scheme = if self.tls { "https" } else { "http" };
        let address = listener.local_addr()?;
        let base_url = format!("{scheme}://{}", reachable(address));
        let control_token = match address.ip().is_loopback() {
            true => None,
            false => Some(Arc::<str>::from(random::token().map_err(io::Error::from)?)),
        };
        let log = Arc::new(RequestLog::new(self.log));
        let router = server::router(
            Arc::clone(&api),
            log,
            fault_injection,
            scheme,
            &self.host,
            control_token.clone(),
        );
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(listener, acceptor, router, stopped));
        Ok(Emulator {
            state,
            address,
            control_token,
            base_url,
            credentials,
            is_tls: self.tls,
            stop,
            server,
            saver,
        })
    }

    /// The server's side of TLS, with the authority that is there or a new one.
    fn tls_acceptor(&self, credentials: &mut Credentials) -> io::Result<Option<TlsAcceptor>> {
        if !self.tls {
            return Ok(None);
        }
        let authority = match credentials.authority.take() {
            Some(authority) => authority,
            None => Authority::generate()?,
        };
        let authority = credentials.authority.insert(authority);
        authority.acceptor(&self.host).map(Some)
    }

    /// Binds the tokens that the emulator shows to keys, as far as that is wanted and they are not bound yet.
    fn bind_tokens(&self, store: &mut Store, credentials: &mut Credentials) -> io::Result<()> {
        let keys = &mut credentials.caller_keys;
        if self.dpop && keys.dpop_key.is_none() {
            let key = jose::generate("ES256").map_err(io::Error::other)?;
            keys.dpop_key = Some(key.json().clone());
        }
        if let (true, None, Some(authority)) =
            (self.mtls, &keys.client_certificate, &credentials.authority)
        {
            keys.client_certificate = Some(authority.client_certificate()?);
        }
        let known = keys.binding().unwrap_or_default();
        let wanted = TokenBinding {
            dpop_key: known.dpop_key.filter(|_| self.dpop),
            certificate: known.certificate.filter(|_| self.mtls),
        };
        if wanted != TokenBinding::default() {
            store.bind_access_token(&credentials.service_access_token, wanted.clone());
            store.bind_access_token(&credentials.owner.organization_token, wanted);
        }
        if !self.tls && (self.mtls || store.binds_to_certificates()) {
            let words = "an access token is bound to a client certificate, which needs TLS";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
        }
        Ok(())
    }

    fn first_state(&self) -> io::Result<(State, Credentials)> {
        let clock = Clock::default();
        let (store, credentials) = seed::load(self.seed_file.as_deref(), self.new_keys, &clock)?;
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
