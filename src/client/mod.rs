//! The handle to the API.

mod builder;
mod execute;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

pub use builder::AuthleteBuilder;

use crate::call_settings::CallSettings;
use crate::config::ConfigError;
use crate::context::Context;
#[cfg(feature = "introspection-cache")]
use crate::introspection_cache::HandleCache;
use crate::retry::RetryPolicy;
use crate::{ApiVersion, Config, RateLimit, Result};

/// A handle to the Authlete API.
///
/// It has a method for each operation, with the same name: [`authorization`](Self::authorization),
/// [`introspection`](Self::introspection), [`get_client`](Self::get_client), …; the [crate](crate) page lists them by
/// category. Clones share one connection pool, and cloning is cheap: give each task its own clone. Handles work on
/// single-threaded and multi-threaded tokio runtimes.
///
/// Connections belong to the runtime that opened them. Use one handle for each runtime, unless that runtime keeps running:
/// otherwise a call on another runtime hangs if it uses such a connection.
///
/// # Panics
/// A call panics outside of a tokio runtime, and in a runtime without the time or the I/O driver: build it with
/// `enable_all`, as `#[tokio::main]` does.
///
/// # Cancellation
/// The future of a call may be dropped at any await, as a timeout or a `select!` does. A connection with an outstanding
/// response is closed; all others stay in the pool, and the handle remains usable. It is unknown whether Authlete has
/// processed such a call.
#[derive(Clone)]
pub struct Authlete {
    pub(crate) context: Arc<Context>,
    #[cfg(feature = "introspection-cache")]
    pub(crate) introspection_cache: Option<Arc<HandleCache>>,
}

impl Authlete {
    /// Creates a handle with the default settings of the HTTP client. Use [`builder`](Self::builder) for other settings.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the configuration is incomplete, contradictory or has an invalid value.
    pub fn new(config: Config) -> Result<Self> {
        Self::builder(config).build()
    }

    /// Starts a builder for a handle with other settings, such as timeouts, a user agent or your own `reqwest` client.
    pub fn builder(config: Config) -> AuthleteBuilder {
        AuthleteBuilder::new(config)
    }

    /// A handle with another configuration, for example of another service, that shares the connection pool and the
    /// settings of this one. If it calls the same server, it also shares the rate limiter and the circuit breakers.
    ///
    /// Set the credentials of the other service. An organization token (3.0) is valid for all services of the organization,
    /// but is not used for calls to a service if a service access token is set, too.
    ///
    /// ```
    /// # fn example(api: &authlete::Authlete) -> authlete::Result<()> {
    /// let config = api.config().clone();
    /// let other = api.with_config(config.service_id(986126671).service_access_token("its token"))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and [`Error::Config`](crate::Error::Config) in two cases: if the new configuration has
    /// another client certificate or other roots, which belong to the connections, or if one of the two base URLs is on this
    /// machine and the other one is not, because the proxies of the environment apply to the latter only. The second case
    /// does not apply to a [`reqwest_client`](AuthleteBuilder::reqwest_client) that you pass, which has its own proxies.
    pub fn with_config(&self, config: Config) -> Result<Self> {
        let current = self.config();
        current.check_certificates_of(&config)?;
        let is_local = Config::is_on_this_machine;
        if self.context.settings.has_default_client && is_local(current) != is_local(&config) {
            return Err(ConfigError::client(
                "one of the two base URLs is on this machine, where proxies do not apply: build a separate handle",
            ))?;
        }
        Ok(self.with(self.context.with_config(config)?))
    }

    /// A handle that sends an additional header with each call, and shares everything else with this one.
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

    /// A handle with another total timeout for its calls, including all attempts, that shares everything else with this
    /// one. With zero, for example when your own deadline has passed, calls fail with a timeout, and nothing is sent.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.with_settings(|settings| settings.timeout = Some(timeout))
    }

    /// A handle with another retry policy that shares everything else with this one.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the [attempt timeout](RetryPolicy::attempt_timeout) of the policy is
    /// zero.
    pub fn with_retry(&self, policy: RetryPolicy) -> Result<Self> {
        policy.check()?;
        Ok(self.with_settings(|settings| settings.retry = policy))
    }

    fn with_settings(&self, change: impl FnOnce(&mut CallSettings)) -> Self {
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

    /// The state of Authlete's rate limit in the last response that reported it, on this handle or on one that shares its
    /// connections; `None` if no response has reported it. A response with `response_headers` has its own.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.context.rate_limit()
    }

    /// The configuration of the handle.
    pub fn config(&self) -> &Config {
        &self.context.config
    }

    /// The generation of the API that the handle calls.
    pub fn api_version(&self) -> ApiVersion {
        self.context.version
    }
}

/// Validates a header that a caller adds.
fn header<N, V>(name: N, value: V) -> Result<(HeaderName, HeaderValue), ConfigError>
where
    N: TryInto<HeaderName>,
    V: TryInto<HeaderValue>,
{
    let name = name
        .try_into()
        .map_err(|_| ConfigError::client("a header name is not valid in HTTP"))?;
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
