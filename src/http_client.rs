//! The HTTP client of a handle that brings none.

use std::time::Duration;

use reqwest::ClientBuilder;

use crate::{Config, tls};

/// Long enough for a slow handshake across an ocean, short enough to notice a host that is gone.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Half of the 60 seconds after which many load balancers close an idle connection. A request that crosses with the
/// close fails, and most operations must not be repeated then.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Settings of the connections that the caller may choose.
#[derive(Debug, Default)]
pub(crate) struct ConnectionSettings {
    pub connect_timeout: Option<Duration>,
    pub pool_idle_timeout: Option<Duration>,
}

impl ConnectionSettings {
    /// A client with the defaults of this crate for what is not set.
    pub(crate) fn own(&self, config: &Config) -> ClientBuilder {
        // HTTP/2 is on as soon as any crate of the program enables the feature of reqwest. Then all calls share one
        // connection, and fail together when it dies.
        let builder = tls::select(reqwest::Client::builder())
            .http1_only()
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .pool_idle_timeout(self.pool_idle_timeout.unwrap_or(POOL_IDLE_TIMEOUT));
        // What stays on this machine may go without TLS, and must not go to a proxy of the environment.
        match config.is_on_this_machine() {
            true => builder.no_proxy(),
            false => builder,
        }
    }

    /// A client of the caller, with what is set here.
    pub(crate) fn apply(&self, mut builder: ClientBuilder) -> ClientBuilder {
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(timeout) = self.pool_idle_timeout {
            builder = builder.pool_idle_timeout(timeout);
        }
        builder
    }
}
