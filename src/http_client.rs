//! HTTP clients with the defaults of this crate.

use std::time::Duration;

use reqwest::ClientBuilder;

use crate::resolver::Resolver;
use crate::settings::LONGEST_TIMEOUT;
use crate::warm_up::WarmUp;
use crate::{Config, ConfigError, tls};

/// Long enough for a slow handshake across an ocean, short enough to notice a host that is gone.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Half of the 60 seconds after which many load balancers close an idle connection. A request that crosses with the
/// close fails, and most operations must not be repeated then.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a peer may be silent when it owes an acknowledgement. Then the connection is given up, and a call that may be
/// repeated has time for another one. A path may lose packets for a second or two, when a route changes or a virtual machine
/// moves. TCP itself would try for a quarter of an hour, and reqwest for 30 seconds.
const PEER_SILENCE: Duration = Duration::from_secs(5);

/// Between two probes of a silent connection, and how many there are. On Linux the probes end after [`PEER_SILENCE`], too.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
const PROBES: u32 = 3;

/// A builder with the TLS library and the connection defaults of this crate, for requests of your server that do not go to
/// Authlete: HTTP/1.1, no redirects, 5 seconds to connect, and connections that notice when their peer has vanished.
///
/// It has no credentials and no certificate of a [`Config`]. Set a total timeout on it.
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
/// The build has rustls without cryptography, and the program has installed none.
pub fn http_client_builder() -> Result<ClientBuilder, ConfigError> {
    tls::install_cryptography().map_err(ConfigError::client)?;
    Ok(ConnectionSettings::default()
        .defaults()
        .redirect(reqwest::redirect::Policy::none()))
}

/// Settings of the connections that the caller may choose.
#[derive(Debug, Default)]
pub(crate) struct ConnectionSettings {
    pub connect_timeout: Option<Duration>,
    pub pool_idle_timeout: Option<Duration>,
}

impl ConnectionSettings {
    /// A client for calls of Authlete, with the defaults of this crate for what is not set.
    pub(crate) fn own(&self, config: &Config) -> ClientBuilder {
        let warm_up = config.uses_tls().then(|| WarmUp::begin(tls::seed_random));
        let builder = self.defaults().dns_resolver(Resolver::new(warm_up));
        // What stays on this machine may go without TLS, and must not go to a proxy of the environment.
        match config.is_on_this_machine() {
            true => builder.no_proxy(),
            false => builder,
        }
    }

    fn defaults(&self) -> ClientBuilder {
        // HTTP/2 is on as soon as any crate of the program enables the feature of reqwest. Then all calls share one
        // connection, and fail together when it dies.
        let builder = tls::use_backend(reqwest::Client::builder())
            .http1_only()
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .pool_idle_timeout(self.idle_timeout().unwrap_or(POOL_IDLE_TIMEOUT));
        notice_silence(builder).dns_resolver(Resolver::new(None))
    }

    /// The HTTP client adds it to the current time, and panics where that cannot hold the sum.
    fn idle_timeout(&self) -> Option<Duration> {
        self.pool_idle_timeout
            .map(|timeout| timeout.min(LONGEST_TIMEOUT))
    }

    /// A client of the caller, with what is set here.
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

/// Gives a connection up when its peer has vanished. Where data is on its way (on Linux and Android), the limit is that of
/// TCP for its acknowledgement. Where an answer is due, or the connection is idle, probes find out.
fn notice_silence(builder: ClientBuilder) -> ClientBuilder {
    let builder = builder
        .tcp_keepalive(PEER_SILENCE)
        .tcp_keepalive_interval(PROBE_INTERVAL)
        .tcp_keepalive_retries(PROBES);
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let builder = builder.tcp_user_timeout(PEER_SILENCE);
    builder
}
