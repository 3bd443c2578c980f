//! The settings of the HTTP client.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue, USER_AGENT};

use crate::config::ConfigError;
use crate::settings::{MAX_RESPONSE_SIZE, Settings, TIMEOUT};
use crate::{Authlete, CallRate, CircuitPolicy, Config, Result, RetryPolicy, Setting, tls};

/// Long enough for a slow handshake across an ocean, short enough to notice a host that is gone.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Settings of a handle beside its [`Config`].
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
    connect_timeout: Option<Duration>,
    timeout: Option<Duration>,
    retry: RetryPolicy,
    call_rate: Option<CallRate>,
    circuit_breaker: Option<CircuitPolicy>,
    max_response_size: usize,
    #[cfg(feature = "introspection-cache")]
    introspection_cache: Option<crate::IntrospectionCache>,
    user_agent: Option<String>,
    /// In PEM form.
    root_certificates: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum Http {
    Own,
    Builder(Box<reqwest::ClientBuilder>),
    Client(reqwest::Client),
}

impl AuthleteBuilder {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            http: Http::Own,
            connect_timeout: None,
            timeout: None,
            retry: RetryPolicy::new(),
            call_rate: None,
            circuit_breaker: None,
            max_response_size: MAX_RESPONSE_SIZE,
            #[cfg(feature = "introspection-cache")]
            introspection_cache: None,
            user_agent: None,
            root_certificates: Vec::new(),
        }
    }

    /// How long a connection may take to be made, TLS included. Default: 5 seconds.
    ///
    /// It is a setting of the HTTP client, and so has no effect on a [`reqwest_client`](Self::reqwest_client) of yours.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long a call may take from beginning to end, all attempts and waits together. Default: 30 seconds. Zero is an
    /// error of [`build`](Self::build).
    ///
    /// With a client of yours and without this setting, the client decides how long an attempt may take, and none
    /// begins after 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often and when a call is tried again. Default: [`RetryPolicy::new`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How many calls a second are made at most; more of them wait for their turn. Default: no limit but Authlete's.
    pub fn call_rate(mut self, rate: CallRate) -> Self {
        self.call_rate = Some(rate);
        self
    }

    /// When calls fail at once, because too many have failed before. Default: never.
    pub fn circuit_breaker(mut self, policy: CircuitPolicy) -> Self {
        self.circuit_breaker = Some(policy);
        self
    }

    /// The longest answer that is read, in bytes, after decompression if there is any. Default: 10 MiB. A longer one is
    /// [`Error::TooLarge`](crate::Error::TooLarge).
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Keeps answers of introspection for a short time, for those who ask with
    /// [`cached_introspection`](Authlete::cached_introspection). Default: nothing is kept.
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

    /// Trusts servers whose certificate leads to one of these roots, besides those that the platform trusts: for an
    /// Authlete behind a certificate authority of your own. The text has one certificate or more in PEM form.
    ///
    /// Which TLS library checks is a feature of this crate; without one of them [`build`](Self::build) refuses a root.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Takes a `reqwest` builder of yours in place of the default one: for a proxy, or for other settings of TLS.
    /// Timeouts that you set here, and not there, are applied to it, and so are roots and the client certificate; those
    /// must be for the TLS library that the builder uses. Redirects are switched off: Authlete sends none, and
    /// credentials must not follow one. It must not try requests again (`retry`) that may have been processed; by default
    /// reqwest does so only with what a server of HTTP/2 has refused unprocessed.
    pub fn reqwest_builder(mut self, builder: reqwest::ClientBuilder) -> Self {
        self.http = Http::Builder(Box::new(builder));
        self
    }

    /// Takes a `reqwest` client of yours, and its connection pool. It must not follow redirects
    /// (`redirect(Policy::none())`): a request carries credentials and tokens. Nor must it try requests again (`retry`)
    /// that may have been processed. Roots and the client certificate are its own too: [`build`](Self::build) refuses
    /// those that are set here.
    pub fn reqwest_client(mut self, client: reqwest::Client) -> Self {
        self.http = Http::Client(client);
        self
    }

    /// Makes the handle.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) when the configuration cannot be used, when a timeout or
    /// [`max_response_size`](Self::max_response_size) is zero, or when the HTTP client cannot be made of the settings.
    pub fn build(self) -> Result<Authlete> {
        self.refuse_zero()?;
        let user_agent = match &self.user_agent {
            None => HeaderValue::from_static(concat!("authlete-rust/", env!("CARGO_PKG_VERSION"))),
            Some(text) => HeaderValue::from_str(text)
                .map_err(|error| client_error("the user agent is not valid in HTTP", error))?,
        };
        let is_own = matches!(self.http, Http::Own);
        let settings = Settings {
            headers: HeaderMap::from_iter([(USER_AGENT, user_agent)]),
            timeout: self.timeout.or(is_own.then_some(TIMEOUT)),
            retry: self.retry,
            call_rate: self.call_rate,
            circuit_breaker: self.circuit_breaker,
            max_response_size: self.max_response_size,
            has_tls: tls::IS_AVAILABLE || !is_own,
            #[cfg(feature = "introspection-cache")]
            introspection_cache: self
                .introspection_cache
                .map(crate::IntrospectionCache::build)
                .transpose()?,
        };
        let client = match self.http {
            Http::Client(client) => {
                if self.config.is_set(Setting::ClientCertificate)
                    || !self.root_certificates.is_empty()
                {
                    return Err(ConfigError::client(format!(
                        "roots and {} are settings of the reqwest client, which is yours: set them there",
                        Setting::ClientCertificate
                    )))?;
                }
                client
            }
            Http::Own => {
                let connect_timeout = self.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
                let builder = reqwest::Client::builder().connect_timeout(connect_timeout);
                let builder = tls::select(builder);
                // What stays on this machine may go without TLS, and must not go to a proxy of the environment.
                let builder = match self.config.is_on_this_machine() {
                    true => builder.no_proxy(),
                    false => builder,
                };
                build(builder, &self.config, &self.root_certificates)?
            }
            Http::Builder(builder) => {
                let builder = match self.connect_timeout {
                    Some(timeout) => builder.connect_timeout(timeout),
                    None => *builder,
                };
                build(builder, &self.config, &self.root_certificates)?
            }
        };
        Authlete::with_client(client, self.config, settings)
    }

    /// None of these is of any use at zero.
    fn refuse_zero(&self) -> Result<(), ConfigError> {
        let durations = [
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
            (
                "attempt_timeout of the retry policy",
                Some(self.retry.attempt_timeout),
            ),
        ];
        let zero = durations
            .into_iter()
            .find(|(_, duration)| *duration == Some(Duration::ZERO));
        let zero = zero.map(|(name, _)| name);
        match zero.or((self.max_response_size == 0).then_some("max_response_size")) {
            Some(name) => Err(ConfigError::client(format!("{name} must not be zero"))),
            None => Ok(()),
        }
    }
}

fn build(
    builder: reqwest::ClientBuilder,
    config: &Config,
    roots: &[Vec<u8>],
) -> Result<reqwest::Client, ConfigError> {
    tls::prepare()?;
    let mut builder = config.present_certificate(builder)?;
    for root in roots {
        builder = tls::trust(builder, root)
            .map_err(|reason| ConfigError::client(format!("a root {reason}")))?;
    }
    let client = builder.redirect(reqwest::redirect::Policy::none()).build();
    client.map_err(|error| {
        let what = match config.is_set(Setting::ClientCertificate) {
            true => format!(
                "the HTTP client cannot be made: do the certificate and the key of {} belong together?",
                Setting::ClientCertificate
            ),
            false => "the HTTP client cannot be made".to_owned(),
        };
        client_error(what, error)
    })
}

fn client_error(
    what: impl Into<String>,
    error: impl std::error::Error + Send + Sync + 'static,
) -> ConfigError {
    ConfigError::Client {
        what: what.into(),
        source: Some(Box::new(error)),
    }
}
