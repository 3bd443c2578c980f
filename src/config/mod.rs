//! Which Authlete server to call, as which service, with which credentials.

mod certificate;
mod credential_check;
mod environment;
mod error;
mod file;
mod number;
mod organization;
mod resolved;
mod setting;
mod url;

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
/// Other sources are [`from_env`](Self::from_env), [`from_file`](Self::from_file), [`from_toml`](Self::from_toml), and
/// [`load`](Self::load) for a file and the environment. Combine sources with [`or`](Self::or).
///
/// A `Config` may be incomplete; [`Authlete::new`](crate::Authlete::new) validates it. Without an
/// [`api_version`](Self::api_version) the generation is 3.0 if an access token is set, and 2.x if a key
/// and its secret are set.
#[derive(Clone, Default, PartialEq)]
pub struct Config {
    /// By the index of the setting.
    values: [Option<Value>; Setting::ALL.len()],
    allow_http: bool,
}

/// A value and its source, which errors name.
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

    /// Authlete 3.0: one service, with its service ID and a service access token or organization token.
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

    /// Authlete 2.x: one service, with its API key and API secret.
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

    /// The URL of the Authlete server, without `/api`. It must be `https`, except on this machine, for which the proxies of
    /// the environment (`HTTP_PROXY`, `HTTPS_PROXY`) do not apply.
    ///
    /// Default in 2.x: `https://api.authlete.com`. There is no default in 3.0, where it depends on the region.
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

    /// The access token of the organization (3.0): for service management, and for calls to all services of the
    /// organization if no [`service_access_token`](Self::service_access_token) is set.
    #[must_use]
    pub fn service_owner_access_token(self, token: impl Into<Secret>) -> Self {
        self.set(Setting::ServiceOwnerAccessToken, token)
    }

    /// The ID of the organization (3.0), a positive integer. No default. Requests of
    /// [`organization_create_service`](crate::Authlete::organization_create_service) and
    /// [`organization_remove_service`](crate::Authlete::organization_remove_service) without an organization ID use it.
    #[must_use]
    pub fn organization_id(self, id: i64) -> Self {
        self.set(Setting::OrganizationId, id.to_string())
    }

    /// The ID of the API server on which services are created and removed (3.0), a positive integer. Requests of
    /// [`organization_create_service`](crate::Authlete::organization_create_service) and
    /// [`organization_remove_service`](crate::Authlete::organization_remove_service) without an API server ID use it.
    ///
    /// Default: that of the region in [`base_url`](Self::base_url), 76281 for `us.authlete.com`, 53285 for
    /// `jp.authlete.com`, 63294 for `eu.authlete.com` and 47363 for `br.authlete.com`; none for another server.
    #[must_use]
    pub fn api_server_id(self, id: i64) -> Self {
        self.set(Setting::ApiServerId, id.to_string())
    }

    /// The URL of the server of the organization API (3.0), without `/api`. It must be `https`, except on this
    /// machine. Only the [organization token](Self::service_owner_access_token) is sent to it, always as Bearer.
    ///
    /// Default: `https://login.authlete.com` if the [`base_url`](Self::base_url) is one of Authlete's own
    /// (`*.authlete.com`). There is no default for other servers, so that their tokens are not sent to Authlete. For the
    /// emulator, set the URL of the emulator itself.
    ///
    /// If this server or that of the base URL is on this machine, the proxies of the environment apply to neither.
    #[must_use]
    pub fn idp_server(self, url: impl Into<String>) -> Self {
        self.set(Setting::IdpServer, url.into())
    }

    /// The private key to which the access tokens of this configuration are bound, as a JWK (3.0, feature `dpop`). Tokens
    /// are then sent with the scheme `DPoP`, and each request, including retries, with a new proof (RFC 9449).
    /// The organization API is the exception: it takes its token as Bearer.
    ///
    /// Supported are EC keys (P-256, P-384 or P-521), OKP keys (Ed25519), and RSA keys of 2048 to 8192 bits with their
    /// factors. The algorithm is the `alg` of the key; by default an RSA key signs with PS256, the RSA algorithm of FAPI
    /// 2.0, and an Ed25519 key with EdDSA.
    ///
    /// If the server requires a nonce in the proof, the request is repeated once, without a delay, for all operations:
    /// it was rejected before it was processed. Like any request it passes the rate limiter and has its own
    /// span. All handles of one builder share the nonce, until a response provides the next one. A proof contains its
    /// creation time, so the clock of your machine must be correct.
    ///
    /// A stolen access token is useless without the key, and a token that is not bound to the key is rejected. The
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

    /// The client certificate for mutual TLS (feature `mtls`), in PEM form: the certificate, its intermediate
    /// certificates if there are any, and the private key.
    ///
    /// The key is in PKCS#8 (`PRIVATE KEY`); with rustls it may also be in PKCS#1 (`RSA PRIVATE KEY`) or SEC 1
    /// (`EC PRIVATE KEY`). Encrypted keys are not supported.
    ///
    /// The certificate belongs to the connections: [`with_config`](crate::Authlete::with_config) rejects another one, and
    /// your own [`reqwest_client`](crate::AuthleteBuilder::reqwest_client) has its own.
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

    /// Root certificates to trust in addition to those of the platform, in PEM form: for an Authlete server with a
    /// certificate of your own certificate authority, and for the emulator with TLS. One or more certificates. No default.
    ///
    /// The same as [`AuthleteBuilder::root_certificate`](crate::AuthleteBuilder::root_certificate), for a file or the
    /// environment. If roots are set in both places, all of them are trusted.
    ///
    /// Roots belong to the connections: [`with_config`](crate::Authlete::with_config) rejects other roots, and
    /// your own [`reqwest_client`](crate::AuthleteBuilder::reqwest_client) has its own.
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

    /// Allows `http` in the base URL or the [`idp_server`](Self::idp_server) for other machines than this one. Anyone who
    /// can read the network traffic can then read the credentials: for test networks only.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Takes the settings that are not set here from `other`.
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
        for (value, other) in self.values.iter_mut().zip(other.values) {
            *value = value.take().or(other);
        }
        self.allow_http |= other.allow_http;
        self
    }

    /// The ID of the service, which 2.x calls its API key, as set by [`service_id`](Self::service_id),
    /// [`service_api_key`](Self::service_api_key), a file or the environment. `None` if it is not set, or is not a
    /// positive integer.
    ///
    /// ```
    /// use authlete::Config;
    ///
    /// let config = Config::v3("https://us.authlete.com", 986126671, "service access token");
    /// assert_eq!(config.configured_service_id(), Some(986126671));
    /// ```
    pub fn configured_service_id(&self) -> Option<i64> {
        let value = self.value(Setting::ServiceApiKey)?;
        number::number(Setting::ServiceApiKey, value, "service ID").ok()
    }

    /// Whether a setting has a value.
    pub fn is_set(&self, setting: Setting) -> bool {
        self.value(setting).is_some()
    }

    /// Sets a setting, in the format of files and environment variables. Whitespace around the value is removed, and an
    /// empty value unsets the setting.
    #[must_use]
    pub fn set(self, setting: Setting, value: impl Into<Secret>) -> Self {
        self.set_from(Source::Code, setting, value)
    }

    /// Whitespace around a value is removed, such as the line break at the end of a file with a secret. An empty
    /// value counts as not set, as is common in files and environments.
    fn set_from(mut self, source: Source, setting: Setting, text: impl Into<Secret>) -> Self {
        let text = Secret::from(text.into().expose().trim());
        let is_set = !text.expose().is_empty();
        self.values[setting as usize] = is_set.then_some(Value { text, source });
        self
    }

    fn value(&self, setting: Setting) -> Option<&Value> {
        self.values[setting as usize].as_ref()
    }
}

/// Shows the names of the settings, and the values of those that are not secret. An invalid value is not shown, because it
/// may be a misplaced secret.
impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = formatter.debug_struct("Config");
        for setting in Setting::ALL {
            let Some(value) = self.value(setting) else {
                continue;
            };
            if self.may_show(setting, value.text.expose()) {
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
