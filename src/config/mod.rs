//! Which Authlete server to call, as which service, with which credentials.

mod certificate;
mod credential;
mod environment;
mod error;
mod file;
mod number;
mod organization;
mod resolved;
mod setting;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

pub use error::ConfigError;
pub(crate) use organization::OrganizationSettings;
pub(crate) use resolved::{Credentials, ResolvedConfig};
pub use setting::Setting;

use crate::{ApiVersion, Secret};

/// Which Authlete server to call, as which service, with which credentials.
///
/// In code, one expression for each generation of the API:
///
/// ```
/// use authlete::Config;
///
/// let v3 = Config::v3("https://us.authlete.com", 986126671, "service access token");
/// let v2 = Config::v2("https://api.authlete.com", 5593494640, "service API secret");
/// ```
///
/// Services of Authlete's own 3.0 servers are created and removed through the organization API, with the access token and
/// the ID of the organization. The other settings that it needs follow from the region:
///
/// ```
/// use authlete::types::{OrganizationServiceCreateRequest, OrganizationServiceRemoveRequest, Service};
/// use authlete::{Authlete, Config};
///
/// # async fn example() -> authlete::Result<()> {
/// let config = Config::new()
///     .base_url("https://us.authlete.com")
///     .service_owner_access_token("organization token")
///     .organization_id(123456);
/// let api = Authlete::new(config)?;
///
/// let request = OrganizationServiceCreateRequest::new(Service::new().service_name("Bank"));
/// let service = api.organization_create_service(&request).await?;
/// let service_id = service.api_key.unwrap_or_default();
/// api.organization_remove_service(&OrganizationServiceRemoveRequest::new(service_id)).await?;
/// # Ok(()) }
/// ```
///
/// From elsewhere with [`from_env`](Self::from_env), [`from_file`](Self::from_file), [`from_toml`](Self::from_toml), or
/// a file with the environment over it, [`load`](Self::load). Sources are combined with [`or`](Self::or).
///
/// A `Config` may be incomplete; [`Authlete::new`](crate::Authlete::new) checks it as a whole. Without an
/// [`api_version`](Self::api_version) the generation is 3.0 when there is an access token, and 2.x when there is a key
/// and its secret.
#[derive(Clone, Default, PartialEq)]
pub struct Config {
    values: BTreeMap<Setting, Value>,
    allow_http: bool,
}

/// A value and where it is from, so that an error can name the place to mend.
#[derive(Clone, PartialEq)]
struct Value {
    text: Secret,
    source: Source,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Code,
    Environment,
    File(Option<PathBuf>),
}

impl Config {
    /// A configuration with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Authlete 3.0: one service, by its service ID and a service access token or organization token.
    pub fn v3(
        base_url: impl Into<String>,
        service_id: i64,
        access_token: impl Into<Secret>,
    ) -> Self {
        Self::new()
            .api_version(ApiVersion::V3)
            .base_url(base_url)
            .service_id(service_id)
            .service_access_token(access_token)
    }

    /// Authlete 2.x: one service, by its API key and API secret.
    pub fn v2(
        base_url: impl Into<String>,
        service_api_key: i64,
        service_api_secret: impl Into<Secret>,
    ) -> Self {
        Self::new()
            .api_version(ApiVersion::V2)
            .base_url(base_url)
            .service_api_key(service_api_key)
            .service_api_secret(service_api_secret)
    }

    /// The generation of the API.
    #[must_use]
    pub fn api_version(self, version: ApiVersion) -> Self {
        self.set(Setting::ApiVersion, version.to_string())
    }

    /// The URL of the Authlete server, without `/api`. It must be `https`, except on this machine, which is called without
    /// the proxies that the environment names (`HTTP_PROXY`, `HTTPS_PROXY`).
    ///
    /// 2.x has a default, `https://api.authlete.com`. 3.0 has none, because there it depends on the region.
    #[must_use]
    pub fn base_url(self, url: impl Into<String>) -> Self {
        self.set(Setting::BaseUrl, url.into())
    }

    /// The API key of the service (2.x). The same setting as [`service_id`](Self::service_id).
    #[must_use]
    pub fn service_api_key(self, key: i64) -> Self {
        self.set(Setting::ServiceApiKey, key.to_string())
    }

    /// The ID of the service (3.0). The same setting as [`service_api_key`](Self::service_api_key).
    #[must_use]
    pub fn service_id(self, id: i64) -> Self {
        self.service_api_key(id)
    }

    /// The API secret of the service (2.x).
    #[must_use]
    pub fn service_api_secret(self, secret: impl Into<Secret>) -> Self {
        self.set(Setting::ServiceApiSecret, secret)
    }

    /// The access token of the service (3.0).
    #[must_use]
    pub fn service_access_token(self, token: impl Into<Secret>) -> Self {
        self.set(Setting::ServiceAccessToken, token)
    }

    /// The API key of the service owner, for service management (2.x).
    #[must_use]
    pub fn service_owner_api_key(self, key: i64) -> Self {
        self.set(Setting::ServiceOwnerApiKey, key.to_string())
    }

    /// The API secret of the service owner, for service management (2.x).
    #[must_use]
    pub fn service_owner_api_secret(self, secret: impl Into<Secret>) -> Self {
        self.set(Setting::ServiceOwnerApiSecret, secret)
    }

    /// The access token of the organization (3.0): for service management, and for the calls of every service of the
    /// organization when there is no [`service_access_token`](Self::service_access_token).
    #[must_use]
    pub fn service_owner_access_token(self, token: impl Into<Secret>) -> Self {
        self.set(Setting::ServiceOwnerAccessToken, token)
    }

    /// The ID of the organization (3.0), a whole number above 0. No default. Requests of
    /// [`organization_create_service`](crate::Authlete::organization_create_service) and
    /// [`organization_remove_service`](crate::Authlete::organization_remove_service) take it from here when they have none.
    #[must_use]
    pub fn organization_id(self, id: i64) -> Self {
        self.set(Setting::OrganizationId, id.to_string())
    }

    /// The ID of the API server that services are created on and removed from (3.0), a whole number above 0. Requests of
    /// [`organization_create_service`](crate::Authlete::organization_create_service) and
    /// [`organization_remove_service`](crate::Authlete::organization_remove_service) take it from here when they have none.
    ///
    /// Default: that of the region in [`base_url`](Self::base_url), 76281 for `us.authlete.com`, 53285 for
    /// `jp.authlete.com`, 63294 for `eu.authlete.com` and 47363 for `br.authlete.com`; none for another server.
    #[must_use]
    pub fn api_server_id(self, id: i64) -> Self {
        self.set(Setting::ApiServerId, id.to_string())
    }

    /// The URL of the server that has the organization API (3.0), without `/api`. It must be `https`, except on this
    /// machine. It gets the [organization token](Self::service_owner_access_token), always as Bearer, and no other
    /// credential.
    ///
    /// Default: `https://login.authlete.com` when the [`base_url`](Self::base_url) is one of Authlete's own
    /// (`*.authlete.com`). For another server there is none, so that its token does not get to Authlete; the emulator's
    /// is the emulator itself.
    ///
    /// When this server or that of the base URL is this machine, neither is called through the proxies that the
    /// environment names.
    #[must_use]
    pub fn idp_server(self, url: impl Into<String>) -> Self {
        self.set(Setting::IdpServer, url.into())
    }

    /// The private key that the access tokens of this configuration are bound to, as a JWK (3.0, feature `dpop`). Tokens
    /// are then sent in the scheme `DPoP`, each request with a proof of its own (RFC 9449), also one that is tried again.
    /// The organization API is the exception: it takes its token as Bearer.
    ///
    /// It is an EC key (P-256, P-384 or P-521), an OKP key (Ed25519), or an RSA key of 2048 to 8192 bits with its factors.
    /// Its `alg` chooses the algorithm; without it an RSA key signs with PS256, which is what FAPI 2.0 has for RSA, and
    /// an Ed25519 key with EdDSA.
    ///
    /// When the server wants its nonce in the proof, the request is sent again at once, and once, whatever the operation:
    /// it was refused before it was processed. Like any request it passes the rate limiter, and has a span of its
    /// own. The nonce is kept for all handles that came from one builder, until an answer brings the next
    /// one. A proof has the time that it was made at: the clock of your machine must be right.
    ///
    /// A stolen access token is of no use without the key, and a token that is not bound to the key is refused. The
    /// emulator can bind its access tokens to a key, too.
    ///
    /// ```
    /// use authlete::{Authlete, Config};
    ///
    /// # fn example(jwk: &str) -> authlete::Result<()> {
    /// let config = Config::v3("https://us.authlete.com", 986126671, "service access token").dpop_key(jwk);
    /// let api = Authlete::new(config)?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn dpop_key(self, jwk: impl Into<Secret>) -> Self {
        self.set(Setting::DpopKey, jwk)
    }

    /// The certificate that connections present to Authlete (mutual TLS, feature `mtls`), in PEM form: the certificate,
    /// those that lead from it to a root if there are any, and the private key.
    ///
    /// The key is in PKCS#8 (`PRIVATE KEY`); with rustls it may also be in PKCS#1 (`RSA PRIVATE KEY`) or SEC 1
    /// (`EC PRIVATE KEY`). An encrypted key cannot be read.
    ///
    /// The certificate belongs to the connections: [`with_config`](crate::Authlete::with_config) refuses another one, and
    /// a [`reqwest_client`](crate::AuthleteBuilder::reqwest_client) of yours brings its own.
    ///
    /// ```
    /// use authlete::Config;
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let config = Config::from_env()?.client_certificate(std::fs::read_to_string("client.pem")?);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn client_certificate(self, pem: impl Into<Secret>) -> Self {
        self.set(Setting::ClientCertificate, pem)
    }

    /// Root certificates that connections trust besides those of the platform, in PEM form: for an Authlete behind a
    /// certificate authority of your own, and for the emulator with TLS. One certificate or more. No default.
    ///
    /// The same as [`AuthleteBuilder::root_certificate`](crate::AuthleteBuilder::root_certificate), for a file or the
    /// environment. Roots that are set in both places are all trusted.
    ///
    /// Roots belong to the connections: [`with_config`](crate::Authlete::with_config) refuses roots that the connections
    /// were not made with, and a [`reqwest_client`](crate::AuthleteBuilder::reqwest_client) of yours brings its own.
    ///
    /// ```
    /// use authlete::Config;
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let config = Config::from_env()?.root_certificate(std::fs::read_to_string("root.pem")?);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn root_certificate(self, pem: impl Into<String>) -> Self {
        self.set(Setting::RootCertificate, pem.into())
    }

    /// Allows a base URL or an [`idp_server`](Self::idp_server) that is `http` and not on this machine. Whoever can read the network between here and there
    /// reads the credentials: for a test network only.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Fills in from `other` what is not set here.
    ///
    /// ```
    /// use authlete::Config;
    ///
    /// # fn example() -> authlete::Result<()> {
    /// let config = Config::from_env()?.or(Config::from_file("authlete.toml")?);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        for (setting, value) in other.values {
            self.values.entry(setting).or_insert(value);
        }
        self.allow_http |= other.allow_http;
        self
    }

    /// The ID of the service, which 2.x calls its API key: what [`service_id`](Self::service_id) or
    /// [`service_api_key`](Self::service_api_key) set, in whichever source. `None` without one, and when it is not a
    /// number above 0.
    ///
    /// ```
    /// use authlete::Config;
    ///
    /// let config = Config::v3("https://us.authlete.com", 986126671, "service access token");
    /// assert_eq!(config.configured_service_id(), Some(986126671));
    /// ```
    pub fn configured_service_id(&self) -> Option<i64> {
        let value = self.values.get(&Setting::ServiceApiKey)?;
        number::number(Setting::ServiceApiKey, value, "service ID").ok()
    }

    /// Whether a setting has a value.
    pub fn is_set(&self, setting: Setting) -> bool {
        self.values.contains_key(&setting)
    }

    /// Sets whichever setting, in the form that files and environments have it. An empty value unsets it, and what is
    /// blank around a value does not count.
    #[must_use]
    pub fn set(self, setting: Setting, value: impl Into<Secret>) -> Self {
        self.set_from(Source::Code, setting, value)
    }

    /// What is blank around a value does not count, such as the line break at the end of a file with a secret. An empty
    /// value counts as none: that is how files and environments leave a setting out.
    fn set_from(mut self, source: Source, setting: Setting, text: impl Into<Secret>) -> Self {
        let text = Secret::from(text.into().expose().trim());
        if text.expose().is_empty() {
            self.values.remove(&setting);
        } else {
            self.values.insert(setting, Value { text, source });
        }
        self
    }
}

/// Shows which settings there are, and the values of those that are no secrets, unless a value cannot be one of the
/// setting: it may be a secret that was put in the wrong place.
impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = formatter.debug_struct("Config");
        for (setting, value) in &self.values {
            if self.may_show(*setting, value.text.expose()) {
                output.field(setting.toml_key(), &value.text.expose());
            } else {
                output.field(setting.toml_key(), &value.text);
            }
        }
        output.finish_non_exhaustive()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => formatter.write_str("set in code"),
            Self::Environment => formatter.write_str("from the environment"),
            Self::File(Some(path)) => write!(formatter, "from {}", path.display()),
            Self::File(None) => formatter.write_str("from TOML"),
        }
    }
}
