//! The handle through which the API is called.

mod builder;
#[cfg(feature = "introspection-cache")]
mod cached_introspection;
mod execute;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

pub use builder::AuthleteBuilder;

use crate::config::ConfigError;
use crate::context::Context;
#[cfg(feature = "introspection-cache")]
use crate::introspection_cache::Cache;
use crate::retry::RetryPolicy;
use crate::settings::Settings;
use crate::{ApiVersion, Config, RateLimit, Result};

/// A handle to the Authlete API.
///
/// It has a method for each operation, of the same name: [`authorization`](Self::authorization),
/// [`introspection`](Self::introspection), [`get_client`](Self::get_client), …; the [crate](crate) page lists them by
/// category. Clones share one connection pool, and cloning is cheap: give each task its own. Handles work on runtimes of
/// tokio with one thread and with many.
///
/// Connections belong to the runtime that opened them. Use one handle for each runtime, unless that runtime keeps running:
/// a call on another one that takes such a connection waits in vain.
///
/// # Panics
/// A call panics outside of a tokio runtime, and in one without the time or the I/O driver: build it with `enable_all`, as
/// `#[tokio::main]` does.
///
/// # Calls that are dropped
/// The future of a call may be dropped at any await, as a timeout or a `select!` does. A connection that an answer is
/// still due on is closed; all others stay in the pool, and the handle goes on. Whether Authlete has processed such a
/// call is not known.
#[derive(Clone)]
pub struct Authlete {
    context: Arc<Context>,
    #[cfg(feature = "introspection-cache")]
    introspection_cache: Option<Arc<Cache>>,
}

impl Authlete {
    /// Makes a handle with the default settings of the HTTP client; [`builder`](Self::builder) has the others.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the configuration is incomplete, contradictory or has an invalid value.
    pub fn new(config: Config) -> Result<Self> {
        Self::builder(config).build()
    }

    /// Starts a handle with settings of its own: timeouts, user agent, your own `reqwest` client.
    pub fn builder(config: Config) -> AuthleteBuilder {
        AuthleteBuilder::new(config)
    }

    /// A handle with another configuration, for example of another service, that shares the connection pool and the
    /// settings of this one, and also its rate limiter and its circuit breakers when it calls the same
    /// server.
    ///
    /// The credentials are to be those of the other service. An organization token (3.0) is good for all of its services,
    /// but is not used for the calls of a service where there is a service access token too.
    ///
    /// ```
    /// # fn example(api: &authlete::Authlete) -> authlete::Result<()> {
    /// let config = api.config().clone();
    /// let other = api.with_config(config.service_id(986126671).service_access_token("its token"))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and [`Error::Config`](crate::Error::Config) in two cases. The new configuration has
    /// another client certificate or other roots, which belong to the connections. Or one of the two base URLs is on this
    /// machine and the other one is not: only the latter is called through the proxies of the environment. A
    /// [`reqwest_client`](AuthleteBuilder::reqwest_client) of yours has its own proxies.
    pub fn with_config(&self, config: Config) -> Result<Self> {
        let current = self.config();
        current.check_certificates_of(&config)?;
        let is_here = Config::is_on_this_machine;
        if self.context.settings.has_own_client && is_here(current) != is_here(&config) {
            return Err(ConfigError::client(
                "one of the two base URLs is on this machine, which is called without proxies: build a handle of its own",
            ))?;
        }
        Ok(self.with(self.context.with_config(config)?))
    }

    /// A handle that sends one more header with each call, and shares everything else with this one.
    ///
    /// ```
    /// # fn example(api: &authlete::Authlete) -> authlete::Result<()> {
    /// let traced = api.with_header("x-request-id", "42")?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the name or the value is not valid in a header, or when the name is
    /// `Authorization`, which the configuration sets.
    pub fn with_header<N, V>(&self, name: N, value: V) -> Result<Self>
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        let (name, value) = header(name, value)?;
        Ok(self.with_settings(|settings| {
            settings.headers.insert(name, value);
        }))
    }

    /// A handle whose calls may take another time, all attempts together, and that shares everything else with this
    /// one. With zero, as when your own deadline has passed, calls fail with a timeout, and nothing is sent.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.with_settings(|settings| settings.timeout = Some(timeout))
    }

    /// A handle that retries calls by another policy, or never, and that shares everything else with this one.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the [attempt timeout](RetryPolicy::attempt_timeout) of the policy is
    /// zero.
    pub fn with_retry(&self, policy: RetryPolicy) -> Result<Self> {
        policy.check()?;
        Ok(self.with_settings(|settings| settings.retry = policy))
    }

    fn with_settings(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut context = Context::clone(&self.context);
        change(&mut context.settings);
        self.with(context)
    }

    /// A handle with another context that shares everything else with this one.
    fn with(&self, context: Context) -> Self {
        Self {
            context: Arc::new(context),
            #[cfg(feature = "introspection-cache")]
            introspection_cache: self.introspection_cache.clone(),
        }
    }

    /// The state of Authlete's rate limit in the last response that had it, of this handle and of those that share its
    /// connections; `None` when there was none. A response with `response_headers` has its own.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.context.rate_limit()
    }

    /// The configuration that the handle was made with.
    pub fn config(&self) -> &Config {
        &self.context.config
    }

    /// The generation of the API that the handle calls.
    pub fn api_version(&self) -> ApiVersion {
        self.context.version
    }
}

/// A header that a caller may add.
fn header<N, V>(name: N, value: V) -> Result<(HeaderName, HeaderValue), ConfigError>
where
    N: TryInto<HeaderName>,
    V: TryInto<HeaderValue>,
{
    let name = name
        .try_into()
        .map_err(|_| ConfigError::client("a header's name is not valid in HTTP"))?;
    let value = value.try_into().map_err(|_| {
        ConfigError::client(format!(
            "the value of the header {name} is not valid in HTTP"
        ))
    })?;
    if name == AUTHORIZATION {
        return Err(ConfigError::client(
            "the Authorization header comes from the credentials of the configuration",
        ));
    }
    Ok((name, value))
}

/// Shows the server and the service, and no credential.
impl fmt::Debug for Authlete {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authlete")
            .field("version", &self.context.version)
            .field("root", &self.context.displayed_root().as_str())
            .finish_non_exhaustive()
    }
}
