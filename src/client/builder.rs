//! Builds handles.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue, USER_AGENT};

use super::Authlete;
use crate::call_settings::{CallSettings, MAX_RESPONSE_SIZE, TIMEOUT};
use crate::config::ConfigError;
use crate::context::{Context, HttpClient};
use crate::http_client::ConnectionSettings;
use crate::throttle::{CircuitBreakerPolicy, RateLimiterPolicy, ThrottlePolicies};
use crate::{Config, Result, RetryPolicy, Setting, TransportErrorKind, tls};

/// A builder for a handle, with settings in addition to its [`Config`].
///
/// ```
/// use std::time::Duration;
/// use authlete::{Authlete, Config};
///
/// # fn example(config: Config) -> authlete::Result<()> {
/// let api = Authlete::builder(config)
///     .timeout(Duration::from_secs(3))
///     .user_agent("my-authorization-server/1.0")
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "call build"]
pub struct AuthleteBuilder {
    config: Config,
    http: Http,
    connections: ConnectionSettings,
    timeout: Option<Duration>,
    retry: RetryPolicy,
    throttle: ThrottlePolicies,
    max_response_size: usize,
    #[cfg(feature = "introspection-cache")]
    introspection_cache: Option<crate::IntrospectionCache>,
    user_agent: Option<String>,
    /// In PEM form.
    root_certificates: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum Http {
    Default,
    Builder(Box<reqwest::ClientBuilder>),
    Client(reqwest::Client),
    Transport(HttpClient),
}

impl AuthleteBuilder {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            http: Http::Default,
            connections: ConnectionSettings::default(),
            timeout: None,
            retry: RetryPolicy::new(),
            throttle: ThrottlePolicies::default(),
            max_response_size: MAX_RESPONSE_SIZE,
            #[cfg(feature = "introspection-cache")]
            introspection_cache: None,
            user_agent: None,
            root_certificates: Vec::new(),
        }
    }

    /// The timeout to establish a connection, including the TLS handshake. Default: 5 seconds.
    ///
    /// It has no effect on a [`reqwest_client`](Self::reqwest_client) that you pass.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connections.connect_timeout = Some(timeout);
        self
    }

    /// How long an idle connection is kept for the next call. Default: 30 seconds. With zero, connections are not reused.
    ///
    /// Keep it well below the time after which the server, or a load balancer in front of it, closes an idle connection,
    /// commonly 60 seconds. A request that is sent while the other side closes the connection fails, and a call
    /// that must not be repeated, such as [`token`](Authlete::token), then returns an error.
    ///
    /// Applied to a [`reqwest_builder`](Self::reqwest_builder) only when set here, and not to a
    /// [`reqwest_client`](Self::reqwest_client).
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.connections.pool_idle_timeout = Some(timeout);
        self
    }

    /// The total timeout of a call, including all attempts and delays. Default: 30 seconds. With zero,
    /// [`build`](Self::build) returns an error.
    ///
    /// With your own reqwest client or builder and without this setting, the timeout of that client limits each attempt,
    /// and no retry starts after 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The retry policy. Default: [`RetryPolicy::new`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Limits the calls per second; excess calls are delayed. Default: no rate limiter.
    pub fn rate_limiter(mut self, policy: RateLimiterPolicy) -> Self {
        self.throttle.rate_limiter = Some(policy);
        self
    }

    /// Enables circuit breakers: after too many failures, calls fail at once. Default: no circuit breakers.
    pub fn circuit_breaker(mut self, policy: CircuitBreakerPolicy) -> Self {
        self.throttle.circuit_breaker = Some(policy);
        self
    }

    /// The maximum size of a response body, in bytes, after decompression. Default: 10 MiB. A larger response results in
    /// [`Error::TooLarge`](crate::Error::TooLarge).
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Caches introspection responses for a short time, for
    /// [`cached_introspection`](Authlete::cached_introspection). Default: no cache.
    #[cfg(feature = "introspection-cache")]
    pub fn introspection_cache(mut self, cache: crate::IntrospectionCache) -> Self {
        self.introspection_cache = Some(cache);
        self
    }

    /// The `User-Agent` header. Default: `authlete-rust/<version>`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Adds root certificates to those that the platform trusts, for an Authlete server with a certificate of your own
    /// certificate authority. The text has one or more certificates in PEM form.
    ///
    /// [`Config::root_certificate`] is the same setting for a file or the environment.
    ///
    /// Requires one of the TLS features of this crate; without one, [`build`](Self::build) returns an error.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Uses your own `reqwest` builder instead of the default one, for example for a proxy or for other TLS settings.
    ///
    /// These settings are applied to it, if they are set: [`connect_timeout`](Self::connect_timeout),
    /// [`pool_idle_timeout`](Self::pool_idle_timeout), [`root_certificate`](Self::root_certificate) and the client
    /// certificate of the [`Config`]. Certificates must be for the TLS library that the `reqwest` builder uses. Redirects
    /// are always disabled: Authlete sends none, and credentials must not be sent to a redirect target.
    ///
    /// The other defaults of this crate are not applied. Set those that you need on your builder:
    ///
    /// - `connect_timeout`: reqwest has none by default, this crate 5 seconds.
    /// - `pool_idle_timeout`: 90 seconds in reqwest, 30 seconds in this crate.
    /// - `tcp_user_timeout` (Linux, Android), `tcp_keepalive`, `tcp_keepalive_interval` and `tcp_keepalive_retries`, which
    ///   detect dead peers. With the values of this crate (5 seconds, 5 seconds, 1 second, 3) a call fails, or
    ///   is retried on another connection, after 6 seconds; with those of reqwest (30 seconds, 15 seconds, 15 seconds, 3)
    ///   the [timeouts](RetryPolicy::attempt_timeout) of the call expire first.
    /// - `dns_resolver`. reqwest tries the addresses of one family (IPv4 or IPv6) one after the other, each for its share of
    ///   the connect timeout. This crate tries a second IPv4 address 300 milliseconds after a first one that does not
    ///   respond. It resolves names on separate threads; those of reqwest delay the shutdown of the runtime.
    /// - The version of HTTP. This crate uses HTTP/1.1 only (`http1_only`). reqwest negotiates HTTP/2 when any crate of
    ///   your program enables its feature `http2`, one of its default features. All calls then share one connection, and a
    ///   dead peer blocks all of them: for 31 seconds in our measurements, and for 4.2 seconds with
    ///   pings. With HTTP/2 set `http2_keep_alive_interval` to about 5 seconds, a `http2_keep_alive_timeout`, and
    ///   `http2_keep_alive_while_idle`. The limits for response headers differ, too (`http2_max_header_list_size`).
    /// - Retries of reqwest (`retry`): do not enable them for requests that the server may have processed. By default
    ///   reqwest only retries requests that an HTTP/2 server has rejected unprocessed.
    pub fn reqwest_builder(mut self, builder: reqwest::ClientBuilder) -> Self {
        self.http = Http::Builder(Box::new(builder));
        self
    }

    /// Uses your own `reqwest` client and its connection pool.
    ///
    /// No connection settings are applied to it, and [`build`](Self::build) returns an error if root certificates or a
    /// client certificate are set. The client must not follow redirects (`redirect(Policy::none())`), because a request
    /// contains credentials and tokens. See [`reqwest_builder`](Self::reqwest_builder) for the defaults of this crate that
    /// the client should have.
    pub fn reqwest_client(mut self, client: reqwest::Client) -> Self {
        self.http = Http::Client(client);
        self
    }

    /// Sends requests with a function instead of an HTTP client, for tests without a server. See
    /// [Testing](crate::guide::testing).
    ///
    /// The function gets the request of each attempt, as it would be sent, and returns the response or the kind of a
    /// transport error. The rest of a call works as it does with a server: credentials, retries, timeouts, the rate limiter,
    /// decoding, errors. Connection settings have no effect.
    pub fn transport<F, R, B>(mut self, send: F) -> Self
    where
        F: Fn(http::Request<bytes::Bytes>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<http::Response<B>, TransportErrorKind>> + Send + 'static,
        B: Into<reqwest::Body>,
    {
        self.http = Http::Transport(HttpClient::from_function(send));
        self
    }

    /// Builds the handle.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the configuration is invalid, when a timeout or
    /// [`max_response_size`](Self::max_response_size) is zero, or when the HTTP client cannot be built with the settings.
    pub fn build(self) -> Result<Authlete> {
        self.reject_zero()?;
        let user_agent = match &self.user_agent {
            None => HeaderValue::from_static(concat!("authlete-rust/", env!("CARGO_PKG_VERSION"))),
            Some(text) => HeaderValue::from_str(text).map_err(|error| {
                client_error("the user agent is not a valid HTTP header value", error)
            })?,
        };
        let is_default = matches!(self.http, Http::Default);
        let has_client_of_caller = matches!(self.http, Http::Builder(_) | Http::Client(_));
        let default_timeout = (!has_client_of_caller).then_some(TIMEOUT);
        let settings = CallSettings {
            headers: HeaderMap::from_iter([(USER_AGENT, user_agent)]),
            timeout: self.timeout.or(default_timeout),
            retry: self.retry,
            throttle: self.throttle,
            max_response_size: self.max_response_size,
            has_default_client: is_default,
        };
        #[cfg(feature = "introspection-cache")]
        let introspection_cache = self
            .introspection_cache
            .map(crate::IntrospectionCache::build)
            .transpose()?;
        let client = match self.http {
            Http::Client(client) => {
                let connection_settings = [Setting::ClientCertificate, Setting::RootCertificate];
                if connection_settings
                    .iter()
                    .any(|setting| self.config.is_set(*setting))
                    || !self.root_certificates.is_empty()
                {
                    return Err(ConfigError::client(format!(
                        "root certificates and {} must be set on your reqwest client",
                        Setting::ClientCertificate
                    )))?;
                }
                HttpClient::Reqwest(client)
            }
            Http::Transport(client) => client,
            Http::Default => {
                let builder = self.connections.default_builder(&self.config);
                HttpClient::Reqwest(build(builder, &self.config, &self.root_certificates)?)
            }
            Http::Builder(builder) => {
                let builder = self.connections.apply(*builder);
                HttpClient::Reqwest(build(builder, &self.config, &self.root_certificates)?)
            }
        };
        Ok(Authlete {
            context: Arc::new(Context::new(client, self.config, settings)?),
            #[cfg(feature = "introspection-cache")]
            introspection_cache,
        })
    }

    /// With zero, every call would fail.
    fn reject_zero(&self) -> Result<(), ConfigError> {
        let durations = [
            ("timeout", self.timeout),
            ("connect_timeout", self.connections.connect_timeout),
        ];
        let zero = durations
            .into_iter()
            .find(|(_, duration)| *duration == Some(Duration::ZERO));
        let zero = zero.map(|(name, _)| name);
        match zero.or((self.max_response_size == 0).then_some("max_response_size")) {
            Some(name) => Err(ConfigError::client(format!("{name} must not be zero"))),
            None => self.retry.check(),
        }
    }
}

fn build(
    builder: reqwest::ClientBuilder,
    config: &Config,
    roots: &[Vec<u8>],
) -> Result<reqwest::Client, ConfigError> {
    tls::install_cryptography().map_err(ConfigError::client)?;
    let mut builder = config.apply_certificates(builder)?;
    for root in roots {
        builder = tls::add_roots(builder, root)
            .map_err(|reason| ConfigError::client(format!("root_certificate {reason}")))?;
    }
    let client = builder.redirect(reqwest::redirect::Policy::none()).build();
    client.map_err(|error| {
        // The error does not distinguish these causes.
        let mut checks = Vec::new();
        if config.is_set(Setting::ClientCertificate) {
            let setting = Setting::ClientCertificate;
            checks.push(format!("the certificate and the key of {setting} match"));
        }
        if config.is_set(Setting::RootCertificate) {
            checks.push(format!("{} is a certificate", Setting::RootCertificate));
        }
        checks.push("the system has root certificates (ca-certificates)".to_owned());
        let checks = checks.join(", and that ");
        let reason = format!("the HTTP client cannot be built: check that {checks}");
        client_error(reason, error)
    })
}

fn client_error(
    reason: impl Into<String>,
    error: impl std::error::Error + Send + Sync + 'static,
) -> ConfigError {
    ConfigError::Client {
        reason: reason.into(),
        source: Some(Box::new(error)),
    }
}
