//! HTTP clients with the defaults of this crate.

use std::time::Duration;

use reqwest::ClientBuilder;

use crate::call_settings::MAX_TIMEOUT;
use crate::resolver::Resolver;
use crate::warm_up::WarmUp;
use crate::{Config, ConfigError, tls};

/// Long enough for a slow intercontinental handshake, short enough to detect a dead host.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Half of the 60 seconds after which many load balancers close an idle connection. A request that is sent at that moment
/// fails, and most operations must not be retried then.
pub(crate) const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a peer may not acknowledge data before the connection is closed, which leaves time for a retry on another one.
/// Packets may be lost for a second or two, when a route changes or a virtual machine migrates. TCP itself would retransmit
/// for a quarter of an hour, and the default of reqwest is 30 seconds.
pub(crate) const DEAD_PEER_TIMEOUT: Duration = Duration::from_secs(5);

/// The interval and the number of keepalive probes. On Linux they end after [`DEAD_PEER_TIMEOUT`], too.
pub(crate) const PROBE_INTERVAL: Duration = Duration::from_secs(1);
const PROBES: u32 = 3;

/// A builder with the TLS library and the connection defaults of this crate, for requests of your server to other servers
/// than Authlete: HTTP/1.1, no redirects, 5 seconds to connect, and detection of dead peers.
///
/// It does not use the credentials and certificates of a [`Config`]. Set a total timeout on it.
///
/// ```
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// let client = authlete::http_client_builder()?.timeout(Duration::from_secs(5)).build()?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// With the feature `rustls-no-provider`, if the program has not installed a `CryptoProvider`.
pub fn http_client_builder() -> Result<ClientBuilder, ConfigError> {
    tls::install_cryptography().map_err(ConfigError::client)?;
    Ok(ConnectionSettings::default()
        .defaults()
        .redirect(reqwest::redirect::Policy::none()))
}

/// Connection settings of the caller.
#[derive(Debug, Default)]
pub(crate) struct ConnectionSettings {
    pub connect_timeout: Option<Duration>,
    pub pool_idle_timeout: Option<Duration>,
}

impl ConnectionSettings {
    /// A builder for calls to Authlete, with the defaults of this crate for the settings that are not set.
    pub(crate) fn default_builder(&self, config: &Config) -> ClientBuilder {
        let uses_tls = config.uses_tls();
        let warm_up = uses_tls.then(|| WarmUp::begin(tls::seed_random));
        let builder = self.defaults().dns_resolver(Resolver::new(warm_up));
        if !config.is_on_this_machine() {
            return builder;
        }
        // Calls to this machine may be sent without TLS, and so must not be sent to a proxy.
        let builder = builder.no_proxy();
        // Neither a server nor a proxy has a certificate then. A container may have no roots, and a debug build reads them for
        // tens of milliseconds: half of the time of a test with an emulator.
        match uses_tls {
            true => builder,
            false => tls::without_platform_roots(builder),
        }
    }

    fn defaults(&self) -> ClientBuilder {
        // Any crate of the program may enable HTTP/2 in reqwest. Then all calls would share one connection, and fail
        // together when it breaks.
        let builder = tls::use_backend(reqwest::Client::builder())
            .http1_only()
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .pool_idle_timeout(self.idle_timeout().unwrap_or(POOL_IDLE_TIMEOUT));
        detect_dead_peers(builder).dns_resolver(Resolver::new(None))
    }

    /// Limited, because the HTTP client adds it to the current time and panics on overflow.
    fn idle_timeout(&self) -> Option<Duration> {
        self.pool_idle_timeout
            .map(|timeout| timeout.min(MAX_TIMEOUT))
    }

    /// Applies these settings to the caller's builder.
    pub(crate) fn apply(&self, mut builder: ClientBuilder) -> ClientBuilder {
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(timeout) = self.idle_timeout() {
            builder = builder.pool_idle_timeout(timeout);
        }
        builder
    }
}

/// Closes a connection when its peer is dead. Unacknowledged data is detected by the TCP user timeout (on Linux and
/// Android), and a peer that disappears while a response is outstanding or the connection is idle by keepalive probes.
fn detect_dead_peers(builder: ClientBuilder) -> ClientBuilder {
    let builder = builder
        .tcp_keepalive(DEAD_PEER_TIMEOUT)
        .tcp_keepalive_interval(PROBE_INTERVAL)
        .tcp_keepalive_retries(PROBES);
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let builder = builder.tcp_user_timeout(DEAD_PEER_TIMEOUT);
    builder
}
