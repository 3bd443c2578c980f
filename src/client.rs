//! The handle through which the API is called.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use tower::retry::budget::TpsBudget;

use crate::builder::AuthleteBuilder;
use crate::config::{ConfigError, ResolvedConfig, Setting};
use crate::credentials::AuthorizationHeaders;
use crate::dpop::{Dpop, Nonces};
use crate::organization::OrganizationApi;
use crate::retry::{self, RetryPolicy};
use crate::settings::Settings;
use crate::throttle::{Throttle, Throttles};
use crate::transport::{LastResponse, join_path};
use crate::{ApiVersion, Config, Error, Operation, RateLimit, Result, Root, Route, tls};

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
    pub(crate) client: reqwest::Client,
    handle: Arc<Handle>,
}

/// What a handle adds to the HTTP client that it shares.
#[derive(Clone)]
struct Handle {
    config: Config,
    version: ApiVersion,
    /// `https://us.authlete.com/api`
    api_root: Url,
    /// `https://us.authlete.com/api/{serviceId}` in 3.0, the API root in 2.x; `None` in 3.0 without a service ID.
    service_root: Option<Url>,
    /// Whether the server is one of Authlete's own, of 3.0.
    is_hosted: bool,
    organization: OrganizationApi,
    authorization: AuthorizationHeaders,
    dpop: Option<Dpop>,
    settings: Settings,
    throttle: Option<Arc<Throttle>>,
    shared: Arc<Shared>,
}

/// What all handles have in common that came from one.
struct Shared {
    nonces: Nonces,
    retry_budget: TpsBudget,
    throttles: Throttles,
    rate_limit: Mutex<Option<RateLimit>>,
    last_response: LastResponse,
}

impl Authlete {
    /// Makes a handle with the default settings of the HTTP client; [`builder`](Self::builder) has the others.
    ///
    /// # Errors
    /// [`Error::Config`] when the configuration is incomplete, contradictory or has a value that cannot be.
    pub fn new(config: Config) -> Result<Self> {
        Self::builder(config).build()
    }

    /// Starts a handle with settings of its own: timeouts, user agent, your own `reqwest` client.
    pub fn builder(config: Config) -> AuthleteBuilder {
        AuthleteBuilder::new(config)
    }

    pub(crate) fn with_client(
        client: reqwest::Client,
        config: Config,
        settings: Settings,
    ) -> Result<Self> {
        let shared = Shared {
            nonces: Nonces::default(),
            retry_budget: retry::budget(),
            throttles: Throttles::default(),
            rate_limit: Mutex::new(None),
            last_response: LastResponse::new(),
        };
        Self::assemble(client, config, settings, Arc::new(shared))
    }

    fn assemble(
        client: reqwest::Client,
        config: Config,
        settings: Settings,
        shared: Arc<Shared>,
    ) -> Result<Self> {
        let ResolvedConfig {
            version,
            base_url,
            service_id,
            credentials,
            dpop_key,
            is_hosted,
            organization,
        } = ResolvedConfig::from_config(&config)?;
        let servers = [
            (Setting::BaseUrl, Some(&base_url)),
            (Setting::IdpServer, organization.idp_server.as_ref()),
        ];
        for (setting, url) in servers {
            let uses_tls = url.is_some_and(|url| url.scheme() == "https");
            if uses_tls && settings.has_own_client && !tls::IS_AVAILABLE {
                return Err(ConfigError::Unsupported {
                    setting,
                    feature: "rustls or native-tls",
                })?;
            }
        }
        let api_root = join_path(&base_url, format_args!("/api"));
        let service_root = match version {
            ApiVersion::V2 => Some(api_root.clone()),
            ApiVersion::V3 => service_id.map(|id| join_path(&api_root, format_args!("/{id}"))),
        };
        let token_scheme = if dpop_key.is_some() { "DPoP" } else { "Bearer" };
        let authorization = AuthorizationHeaders::new(&credentials, token_scheme)?;
        let dpop = dpop_key.map(|key| Dpop::new(key, &shared.nonces, api_root.as_str()));
        let throttle = shared.throttles.get_or_create(api_root.as_str(), &settings);
        let organization =
            OrganizationApi::new(organization, &credentials, &shared.throttles, &settings)?;
        let handle = Handle {
            config,
            version,
            api_root,
            service_root,
            is_hosted,
            organization,
            authorization,
            dpop,
            settings,
            throttle,
            shared,
        };
        Ok(Self {
            client,
            handle: Arc::new(handle),
        })
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
    /// Those of [`new`](Self::new), and [`Error::Config`] when the client certificate or the roots are others, which belong to
    /// the connections; or when one of the two base URLs is on this machine and the other one is not: only the other one is
    /// called through the proxies of the environment. A [`reqwest_client`](AuthleteBuilder::reqwest_client) of yours has
    /// its own proxies.
    pub fn with_config(&self, config: Config) -> Result<Self> {
        self.handle.config.check_certificates_of(&config)?;
        let is_here = Config::is_on_this_machine;
        if self.settings().has_own_client && is_here(&self.handle.config) != is_here(&config) {
            return Err(ConfigError::client(
                "one of the two base URLs is on this machine, which is called without proxies: build a handle of its own",
            ))?;
        }
        Self::assemble(
            self.client.clone(),
            config,
            self.handle.settings.clone(),
            Arc::clone(&self.handle.shared),
        )
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
    /// [`Error::Config`] when the name or the value is no header, or when it is `Authorization`, which the
    /// configuration decides.
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
    /// [`Error::Config`] when the [attempt timeout](RetryPolicy::attempt_timeout) of the policy is zero.
    pub fn with_retry(&self, policy: RetryPolicy) -> Result<Self> {
        policy.check()?;
        Ok(self.with_settings(|settings| settings.retry = policy))
    }

    fn with_settings(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut handle = Handle::clone(&self.handle);
        change(&mut handle.settings);
        Self {
            client: self.client.clone(),
            handle: Arc::new(handle),
        }
    }

    /// How this handle, and those that share its connections, stood with Authlete's rate limit at the last answer that
    /// told; `None` when none did. An answer with `response_headers` has its own.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        *self.handle.shared.rate_limit()
    }

    /// The configuration that the handle was made with.
    pub fn config(&self) -> &Config {
        &self.handle.config
    }

    /// The generation of the API that the handle calls.
    pub fn api_version(&self) -> ApiVersion {
        self.handle.version
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.handle.settings
    }

    pub(crate) fn organization(&self) -> &OrganizationApi {
        &self.handle.organization
    }

    /// The rate limiter and the circuit breakers of the server of a route.
    pub(crate) fn throttle(&self, route: &Route) -> Option<&Throttle> {
        match route.root {
            Root::Organization => self.handle.organization.throttle.as_deref(),
            Root::Service | Root::Api => self.handle.throttle.as_deref(),
        }
    }

    pub(crate) fn retry_budget(&self) -> &TpsBudget {
        &self.handle.shared.retry_budget
    }

    pub(crate) fn last_response(&self) -> &LastResponse {
        &self.handle.shared.last_response
    }

    /// What makes the proofs of possession that a route needs, when there is a key.
    pub(crate) fn dpop(&self, route: &Route) -> Option<&Dpop> {
        match route.root {
            Root::Organization => None,
            Root::Service | Root::Api => self.handle.dpop.as_ref(),
        }
    }

    /// Remembers what an answer tells of the rate limit, and of the proofs to come. Those of the organization API are
    /// another server's.
    pub(crate) fn record_response(&self, route: &Route, headers: &HeaderMap) {
        self.handle.shared.last_response.record();
        if route.root == Root::Organization {
            return;
        }
        if let Some(rate_limit) = RateLimit::from_headers(headers) {
            *self.handle.shared.rate_limit() = Some(rate_limit);
        }
        if let Some(dpop) = self.dpop(route) {
            dpop.store_nonce(headers);
        }
    }

    /// The route of an operation in the generation that the handle calls.
    pub(crate) fn route(&self, operation: &'static Operation) -> Result<&'static Route> {
        let version = self.handle.version;
        operation.route(version).ok_or_else(|| {
            Error::not_callable(
                operation,
                format!("Authlete {version} does not have this operation"),
            )
        })
    }

    pub(crate) fn credential_header(&self, route: &Route) -> Option<&HeaderValue> {
        let headers = match route.root {
            Root::Organization => &self.handle.organization.authorization,
            Root::Service | Root::Api => &self.handle.authorization,
        };
        headers.for_route(route)
    }

    /// The URL that the path of an operation is appended to. Fails when the handle lacks what the call needs.
    pub(crate) fn root(&self, operation: &'static Operation) -> Result<&Url> {
        let route = self.route(operation)?;
        if let Some(replacement) = operation.hosted_replacement
            && self.handle.is_hosted
        {
            return Err(Error::not_callable(
                operation,
                format!("does not work on Authlete's own 3.0 servers: call {replacement}"),
            ));
        }
        if !route.credentials.is_empty() && self.credential_header(route).is_none() {
            return Err(Error::not_callable(
                operation,
                AuthorizationHeaders::missing(route),
            ));
        }
        let (root, missing) = match route.root {
            Root::Api => return Ok(&self.handle.api_root),
            Root::Service => (
                &self.handle.service_root,
                format_args!(
                    "is a call of one service: set {}, its service ID",
                    Setting::ServiceApiKey
                ),
            ),
            Root::Organization => (
                &self.handle.organization.root,
                format_args!(
                    "is a call of the organization API: set {}, its URL",
                    Setting::IdpServer
                ),
            ),
        };
        root.as_ref()
            .ok_or_else(|| Error::not_callable(operation, missing.to_string()))
    }
}

impl Shared {
    fn rate_limit(&self) -> MutexGuard<'_, Option<RateLimit>> {
        self.rate_limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A header that a caller may add.
pub(crate) fn header<N, V>(name: N, value: V) -> Result<(HeaderName, HeaderValue), ConfigError>
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
            .field("version", &self.handle.version)
            .field(
                "root",
                &self
                    .handle
                    .service_root
                    .as_ref()
                    .unwrap_or(&self.handle.api_root)
                    .as_str(),
            )
            .finish_non_exhaustive()
    }
}
