//! Configuration and start of an emulator.

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
use crate::connections::{Limits, serve};
use crate::credentials::Credentials;
use crate::fault_injection::{FaultInjection, Faults};
use crate::jose;
use crate::random;
use crate::request_log::RequestLog;
use crate::saver::Saver;
use crate::seed;
use crate::server;
use crate::state::{SharedState, State};
use crate::state_file::StateFile;
use crate::store::{Binding, Store};

/// Configures and starts an [`Emulator`]: address, seed, state file, TLS and simulated faults.
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
    /// The host name or IP address to listen on. Default: `127.0.0.1`, which other machines cannot reach.
    ///
    /// On an address that other machines can reach, the page and the paths below `/emulator` require the
    /// [`Emulator::control_token`], and the page shows secrets only to requests from this machine.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port to listen on. Default: 0, any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A JSON file with the services and clients to start with. Default: one of each.
    ///
    /// The format is `{"services": [{…, "clients": [{…}]}], "owner": {…}}`, with services and clients as in the API. A
    /// service can also have an `accessToken` for the 3.0 API; the owner can have an `apiKey`, an `apiSecret`, an
    /// `organizationToken` and an `organizationId`. Credentials in the seed are used as they are; missing ones are
    /// generated. The emulator shows the credentials of the first service and its clients.
    ///
    /// A token may be an object: `{"value": "…", "dpopKey": {…}, "clientCertificate": "…"}`. It is then bound to the DPoP
    /// key (a JWK), to the certificate (in PEM form), or to both. If these include their private keys, the emulator shows
    /// them.
    pub fn seed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.seed_file = Some(path.into());
        self
    }

    /// Whether to generate new keys for the built-in service at the first start. Default: `false`, the keys in this
    /// package: startup is faster, but anyone can read them. A [seed](Self::seed_file) has its own keys.
    ///
    /// The `authlete-emulator` program generates new keys.
    pub fn new_keys(mut self, new_keys: bool) -> Self {
        self.new_keys = new_keys;
        self
    }

    /// A file for the state. When it exists, the emulator starts with the saved state and ignores the seed.
    ///
    /// A call that changes the state is answered when its changes are in the file, so a crash loses nothing that was answered.
    /// The file is a database ([redb](https://www.redb.org)) with all secrets of the services and clients; on Unix it is
    /// created so that only its owner can access it. An existing file keeps its mode; if other users can access it, a warning
    /// is printed to standard error. Only one emulator can use it at a time.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// The delay before each API response. Default: none.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.faults.latency = latency;
        self
    }

    /// The number of API calls allowed per second; further calls are answered with 429. Default: no limit.
    pub fn rate_limit(mut self, calls: u32) -> Self {
        self.faults.rate_limit = Some(calls);
        self
    }

    /// The fraction of API calls, from 0 to 1, that are answered with 503 and HTML, like a load balancer without a healthy
    /// server. The failures are evenly spread: with 0.5 every second call fails. Default: 0.
    pub fn failure_rate(mut self, rate: f64) -> Self {
        self.faults.failure_rate = rate;
        self
    }

    /// Whether to write a line for each API request to standard error, without secrets. Default: `false`.
    ///
    /// The page at the emulator's URL shows the latest requests in any case.
    pub fn log(mut self, log: bool) -> Self {
        self.log = log;
        self
    }

    /// Whether the emulator accepts HTTPS only. Default: `false`, HTTP only.
    ///
    /// The emulator's own certificate authority issues a certificate for `localhost`, `127.0.0.1`, `::1` and the
    /// [`host`](Self::host). [`Emulator::config`] trusts this authority; other clients get its certificate from
    /// [`Emulator::root_certificate`]. Each start generates a new authority, unless a [state file](Self::state_file)
    /// keeps it.
    ///
    /// Clients may present any certificate: the handshake does not check its issuer.
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Whether the 3.0 access tokens that the emulator shows, those of the first service and of the organization, are bound
    /// to a DPoP key (RFC 9449). Default: `false`.
    ///
    /// The key is generated and included in [`Emulator::config`]; the calling program needs the feature `dpop` of the crate
    /// `authlete`. A token that the seed or the state file binds to a key keeps that binding.
    pub fn dpop(mut self, dpop: bool) -> Self {
        self.dpop = dpop;
        self
    }

    /// Whether these access tokens are bound to a client certificate (RFC 8705), which the emulator's certificate authority
    /// issues. Default: `false`.
    ///
    /// Requires [`tls`](Self::tls); the calling program needs the feature `mtls` of the crate `authlete`.
    pub fn mtls(mut self, mtls: bool) -> Self {
        self.mtls = mtls;
        self
    }

    /// Starts the emulator on the current Tokio runtime.
    ///
    /// # Errors
    /// When the emulator cannot listen on the address, when the seed file or the state file cannot be used, when the rate
    /// limit or the failure rate is out of range, when an access token is bound to a certificate but TLS is off, or
    /// when the system's random number generator fails.
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
        let saver = file.map(|file| Saver::start(file, Arc::clone(&state), &credentials, saved));
        let saver = saver.transpose()?;
        let save_status = saver.as_ref().map(Saver::status).unwrap_or_default();
        let api = Arc::new(Api::new(Arc::clone(&state), save_status));
        let fault_injection = FaultInjection::new(&self.faults, Arc::clone(&api));
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
        let server = tokio::spawn(serve(
            listener,
            acceptor,
            router,
            Limits::default(),
            stopped,
        ));
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

    /// The TLS acceptor, with the saved certificate authority or a new one.
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

    /// Binds the tokens that the emulator shows to keys, as `dpop` and `mtls` say, unless they are bound already.
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
        let wanted = Binding {
            dpop_key: known.dpop_key.filter(|_| self.dpop),
            certificate: known.certificate.filter(|_| self.mtls),
            instance_key: None,
        };
        if wanted != Binding::NONE {
            store.bind_access_token(&credentials.service_access_token, wanted.clone());
            store.bind_access_token(&credentials.owner.organization_token, wanted);
        }
        if !self.tls && (self.mtls || store.binds_to_certificates()) {
            let message = "an access token is bound to a client certificate, which needs TLS";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(())
    }

    fn first_state(&self) -> io::Result<(State, Credentials)> {
        let clock = Clock::default();
        let (store, credentials) = seed::load(self.seed_file.as_deref(), self.new_keys, &clock)?;
        Ok((State { clock, store }, credentials))
    }
}

/// Replaces the unspecified address (`0.0.0.0` or `::`) by the loopback address, which clients can connect to.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
