//! A validated configuration.

use reqwest::Url;

use super::OrganizationSettings;
use super::credential_check::{check_secret, check_token};
use super::number::number;
use super::url::{is_authlete_host, is_loopback};
use super::{Config, ConfigError, Setting, Source};
use crate::dpop::SigningKey;
use crate::{ApiVersion, Secret};

/// Where 2.x is hosted. There is no default for 3.0, which has a host for each region.
const DEFAULT_BASE_URL_V2: &str = "https://api.authlete.com";

/// The validated configuration of a handle.
pub(crate) struct ResolvedConfig {
    pub version: ApiVersion,
    pub base_url: Url,
    pub service_id: Option<i64>,
    pub credentials: Credentials,
    pub dpop_key: Option<SigningKey>,
    /// Whether the server is one of Authlete's own 3.0 servers.
    pub is_hosted: bool,
    pub organization: OrganizationSettings,
}

/// The configured credentials, by kind.
#[derive(Default)]
pub(crate) struct Credentials {
    pub service_key: Option<(String, Secret)>,
    pub service_owner_key: Option<(String, Secret)>,
    pub service_access_token: Option<Secret>,
    pub organization_token: Option<Secret>,
}

impl ResolvedConfig {
    pub(crate) fn from_config(config: &Config) -> Result<Self, ConfigError> {
        let version = config.resolve_version()?;
        let service_id = config.resolve_service_id(version)?;
        let credentials = match version {
            ApiVersion::V2 => config.resolve_keys()?,
            ApiVersion::V3 => config.resolve_tokens(service_id)?,
        };
        let base_url = config.resolve_base_url(version)?;
        let is_hosted = version == ApiVersion::V3 && is_authlete_host(&base_url);
        Ok(Self {
            version,
            is_hosted,
            organization: config.resolve_organization(&base_url, is_hosted)?,
            base_url,
            service_id,
            credentials,
            dpop_key: config.resolve_dpop_key(version)?,
        })
    }
}

impl Config {
    /// Whether one of the servers is on this machine.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        self.configured_urls().any(|url| is_loopback(&url))
    }

    /// Whether one of the servers is called with TLS.
    pub(crate) fn uses_tls(&self) -> bool {
        !self.is_set(Setting::BaseUrl) || self.configured_urls().any(|url| url.scheme() == "https")
    }

    fn configured_urls(&self) -> impl Iterator<Item = Url> {
        let values = [Setting::BaseUrl, Setting::IdpServer].map(|setting| self.value(setting));
        let texts = values
            .into_iter()
            .flatten()
            .map(|value| value.text.expose());
        texts.filter_map(|text| Url::parse(text).ok())
    }

    /// Whether a value is not secret: the setting is not a secret, and the value is valid for it.
    pub(super) fn may_show(&self, setting: Setting, text: &str) -> bool {
        match setting {
            Setting::ApiVersion => parse_version(text).is_some(),
            Setting::BaseUrl | Setting::IdpServer => self.check_url(text).is_ok(),
            Setting::ServiceApiKey
            | Setting::ServiceOwnerApiKey
            | Setting::OrganizationId
            | Setting::ApiServerId => text.parse::<i64>().is_ok(),
            _ => false,
        }
    }

    fn resolve_version(&self) -> Result<ApiVersion, ConfigError> {
        if let Some(value) = self.value(Setting::ApiVersion) {
            return parse_version(value.text.expose()).ok_or_else(|| {
                let reason = "is neither 2.x (2, 2.2, 2.3, V2) nor 3.0 (3, 3.x, V3)";
                ConfigError::invalid(Setting::ApiVersion, &value.source, reason)
            });
        }
        let has = |settings: [Setting; 2]| settings.into_iter().any(|setting| self.is_set(setting));
        let has_token = has([
            Setting::ServiceAccessToken,
            Setting::ServiceOwnerAccessToken,
        ]);
        let has_secret = has([Setting::ServiceApiSecret, Setting::ServiceOwnerApiSecret]);
        match (has_secret, has_token) {
            (true, false) => Ok(ApiVersion::V2),
            (false, true) => Ok(ApiVersion::V3),
            (true, true) => Err(ConfigError::BothGenerations),
            (false, false) => Err(ConfigError::NoCredentials),
        }
    }

    /// The service ID: a number, and part of the path in 3.0.
    fn resolve_service_id(&self, version: ApiVersion) -> Result<Option<i64>, ConfigError> {
        let Some(value) = self.value(Setting::ServiceApiKey) else {
            return Ok(None);
        };
        let what = match version {
            ApiVersion::V2 => "service API key",
            ApiVersion::V3 => "service ID",
        };
        number(Setting::ServiceApiKey, value, what).map(Some)
    }

    fn resolve_keys(&self) -> Result<Credentials, ConfigError> {
        let service_key = self.pair(Setting::ServiceApiKey, Setting::ServiceApiSecret)?;
        let service_owner_key =
            self.pair(Setting::ServiceOwnerApiKey, Setting::ServiceOwnerApiSecret)?;
        if let Some(value) = self.value(Setting::ServiceOwnerApiKey) {
            number(Setting::ServiceOwnerApiKey, value, "service-owner API key")?;
        }
        if service_key.is_none() && service_owner_key.is_none() {
            return Err(ConfigError::Missing {
                setting: Setting::ServiceApiKey,
                reason: "Authlete 2.x is called with the key and secret of a service, of a service owner, or both",
            });
        }
        Ok(Credentials {
            service_key,
            service_owner_key,
            ..Credentials::default()
        })
    }

    /// A key and its secret: both or neither.
    fn pair(&self, key: Setting, secret: Setting) -> Result<Option<(String, Secret)>, ConfigError> {
        match (self.value(key), self.value(secret)) {
            (Some(key), Some(value)) => {
                check_secret(value.text.expose())
                    .map_err(|reason| ConfigError::invalid(secret, &value.source, reason))?;
                Ok(Some((key.text.expose().to_owned(), value.text.clone())))
            }
            (None, None) => Ok(None),
            (Some(_), None) => Err(ConfigError::Missing {
                setting: secret,
                reason: "it must be set together with the key",
            }),
            (None, Some(_)) => Err(ConfigError::Missing {
                setting: key,
                reason: "it must be set together with the secret",
            }),
        }
    }

    fn resolve_tokens(&self, service_id: Option<i64>) -> Result<Credentials, ConfigError> {
        let service_access_token = self.token(Setting::ServiceAccessToken)?;
        let organization_token = self.token(Setting::ServiceOwnerAccessToken)?;
        if service_access_token.is_none() && organization_token.is_none() {
            return Err(ConfigError::Missing {
                setting: Setting::ServiceAccessToken,
                reason: "Authlete 3.0 is called with an access token of a service or of the organization",
            });
        }
        if service_access_token.is_some() && service_id.is_none() {
            return Err(ConfigError::Missing {
                setting: Setting::ServiceApiKey,
                reason: "a service access token is for one service, whose ID is part of the path",
            });
        }
        Ok(Credentials {
            service_access_token,
            organization_token,
            ..Credentials::default()
        })
    }

    fn token(&self, setting: Setting) -> Result<Option<Secret>, ConfigError> {
        let Some(value) = self.value(setting) else {
            return Ok(None);
        };
        match check_token(value.text.expose()) {
            Ok(()) => Ok(Some(value.text.clone())),
            Err(reason) => Err(ConfigError::invalid(setting, &value.source, reason)),
        }
    }

    fn resolve_dpop_key(&self, version: ApiVersion) -> Result<Option<SigningKey>, ConfigError> {
        let setting = Setting::DpopKey;
        let Some(value) = self.value(setting) else {
            return Ok(None);
        };
        if !cfg!(feature = "dpop") {
            let feature = "dpop";
            return Err(ConfigError::Unsupported { setting, feature });
        }
        let key = match version {
            ApiVersion::V2 => Err("is for access tokens, which 2.x does not have"),
            ApiVersion::V3 => SigningKey::from_jwk(&value.text),
        };
        key.map(Some)
            .map_err(|reason| ConfigError::invalid(setting, &value.source, reason))
    }

    fn resolve_base_url(&self, version: ApiVersion) -> Result<Url, ConfigError> {
        let (text, source) = match (self.value(Setting::BaseUrl), version) {
            (Some(value), _) => (value.text.expose(), &value.source),
            (None, ApiVersion::V2) => (DEFAULT_BASE_URL_V2, &Source::Code),
            (None, ApiVersion::V3) => {
                return Err(ConfigError::Missing {
                    setting: Setting::BaseUrl,
                    reason: "Authlete 3.0 has a host for each region, such as https://us.authlete.com",
                });
            }
        };
        self.check_url(text)
            .map_err(|reason| ConfigError::invalid(Setting::BaseUrl, source, reason))
    }
}

/// Accepts the values of Authlete's other libraries (`V3`), and version numbers (`2.3`).
fn parse_version(text: &str) -> Option<ApiVersion> {
    let number = text.strip_prefix(['V', 'v']).unwrap_or(text);
    let (major, minor) = number.split_once('.').unwrap_or((number, "x"));
    match major {
        _ if minor != "x" && minor.parse::<u8>().is_err() => None,
        "2" => Some(ApiVersion::V2),
        "3" => Some(ApiVersion::V3),
        _ => None,
    }
}
