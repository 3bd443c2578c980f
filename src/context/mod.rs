//! The context of the calls of a handle: URLs, credentials, settings and connections.

mod http_client;
mod last_response;
mod organization;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue};
use tower::retry::budget::TpsBudget;

pub(crate) use http_client::{HttpClient, SendFunction};
pub(crate) use last_response::LastResponse;
use organization::OrganizationApi;

use crate::authorization_headers::AuthorizationHeaders;
use crate::call_settings::CallSettings;
use crate::config::{ConfigError, ResolvedConfig, Setting};
use crate::dpop::{Dpop, Nonces};
use crate::retry;
use crate::throttle::{Throttle, Throttles};
use crate::url_path::join_path;
use crate::{ApiRoot, ApiVersion, Config, Error, Operation, RateLimit, Result, Route, tls};

/// The context of the calls of a handle.
#[derive(Clone)]
pub(crate) struct Context {
    pub config: Config,
    pub version: ApiVersion,
    pub settings: CallSettings,
    /// `https://us.authlete.com/api`
    api_root: Url,
    /// `https://us.authlete.com/api/{serviceId}` in 3.0, the API root in 2.x; `None` in 3.0 without a service ID.
    service_root: Option<Url>,
    /// Whether the server is one of Authlete's own 3.0 servers.
    is_hosted: bool,
    organization: OrganizationApi,
    authorization: AuthorizationHeaders,
    dpop: Option<Dpop>,
    throttle: Option<Arc<Throttle>>,
    shared: Arc<SharedContext>,
}

/// The state that all handles of one builder share.
struct SharedContext {
    client: HttpClient,
    nonces: Nonces,
    retry_budget: TpsBudget,
    throttles: Throttles,
    rate_limit: Mutex<Option<RateLimit>>,
    last_response: LastResponse,
}

impl Context {
    pub fn new(client: HttpClient, config: Config, settings: CallSettings) -> Result<Self> {
        let shared = SharedContext {
            client,
            nonces: Nonces::default(),
            retry_budget: retry::budget(),
            throttles: Throttles::default(),
            rate_limit: Mutex::new(None),
            last_response: LastResponse::new(),
        };
        Self::assemble(config, settings, Arc::new(shared))
    }

    /// Another configuration over the same connections.
    pub fn with_config(&self, config: Config) -> Result<Self> {
        Self::assemble(config, self.settings.clone(), Arc::clone(&self.shared))
    }

    fn assemble(
        config: Config,
        settings: CallSettings,
        shared: Arc<SharedContext>,
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
            if uses_tls && settings.has_default_client && !tls::IS_AVAILABLE {
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
        Ok(Self {
            config,
            version,
            service_root,
            is_hosted,
            authorization: AuthorizationHeaders::new(&credentials, token_scheme)?,
            dpop: dpop_key.map(|key| Dpop::new(key, &shared.nonces, api_root.as_str())),
            throttle: shared
                .throttles
                .get_or_create(api_root.as_str(), &settings.throttle),
            organization: OrganizationApi::new(
                organization,
                &credentials,
                &shared.throttles,
                &settings.throttle,
            )?,
            api_root,
            settings,
            shared,
        })
    }

    pub fn client(&self) -> &HttpClient {
        &self.shared.client
    }

    pub fn retry_budget(&self) -> &TpsBudget {
        &self.shared.retry_budget
    }

    pub fn last_response(&self) -> &LastResponse {
        &self.shared.last_response
    }

    /// The state of Authlete's rate limit in the last response that reported it.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        *self.shared.rate_limit()
    }

    /// The rate limiter and the circuit breakers for the server of a route.
    pub fn throttle(&self, route: &Route) -> Option<&Throttle> {
        match route.root {
            ApiRoot::Organization => self.organization.throttle.as_deref(),
            ApiRoot::Service | ApiRoot::Api => self.throttle.as_deref(),
        }
    }

    /// The DPoP key and nonce for a route, if a key is configured.
    pub fn dpop(&self, route: &Route) -> Option<&Dpop> {
        match route.root {
            ApiRoot::Organization => None,
            ApiRoot::Service | ApiRoot::Api => self.dpop.as_ref(),
        }
    }

    /// Stores the rate limit and the DPoP nonce of a response. The organization API is on another server, and is ignored.
    pub fn record_response(&self, route: &Route, headers: &HeaderMap) {
        self.shared.last_response.record();
        if route.root == ApiRoot::Organization {
            return;
        }
        if let Some(rate_limit) = RateLimit::from_headers(headers) {
            *self.shared.rate_limit() = Some(rate_limit);
        }
        if let Some(dpop) = self.dpop(route) {
            dpop.store_nonce(headers);
        }
    }

    /// The route of an operation in the generation that the handle calls.
    pub fn route(&self, operation: &'static Operation) -> Result<&'static Route> {
        let version = self.version;
        operation.route(version).ok_or_else(|| {
            Error::not_callable(
                operation,
                format!("Authlete {version} does not have this operation"),
            )
        })
    }

    pub fn credential_header(&self, route: &Route) -> Option<&HeaderValue> {
        let headers = match route.root {
            ApiRoot::Organization => &self.organization.authorization,
            ApiRoot::Service | ApiRoot::Api => &self.authorization,
        };
        headers.for_route(route)
    }

    /// The URL to which the path of an operation is appended. Fails if the configuration lacks a setting for the call.
    pub fn root(&self, operation: &'static Operation) -> Result<&Url> {
        let route = self.route(operation)?;
        if let Some(replacement) = operation.hosted_replacement
            && self.is_hosted
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
            ApiRoot::Api => return Ok(&self.api_root),
            ApiRoot::Service => (
                &self.service_root,
                format_args!(
                    "calls one service: set {} to its ID",
                    Setting::ServiceApiKey
                ),
            ),
            ApiRoot::Organization => (
                &self.organization.root,
                format_args!(
                    "calls the organization API: set {} to its URL",
                    Setting::IdpServer
                ),
            ),
        };
        root.as_ref()
            .ok_or_else(|| Error::not_callable(operation, missing.to_string()))
    }

    /// The URL of the service, or of the API in 3.0 without a service ID.
    pub fn displayed_root(&self) -> &Url {
        self.service_root.as_ref().unwrap_or(&self.api_root)
    }

    /// The value that the caller gives, or the one of the configuration. Fails if neither has it.
    pub fn or_configured(
        &self,
        operation: &'static Operation,
        setting: Setting,
        given: Option<i64>,
    ) -> Result<i64> {
        given
            .or_else(|| self.organization.id(setting))
            .ok_or_else(|| {
                Error::not_callable(
                    operation,
                    format!("set {setting}, or pass the value in the request"),
                )
            })
    }
}

impl SharedContext {
    fn rate_limit(&self) -> MutexGuard<'_, Option<RateLimit>> {
        self.rate_limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
