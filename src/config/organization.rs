//! The settings of the organization API, on which services of Authlete's own 3.0 servers are created and removed.

use reqwest::Url;

use super::number::number;
use super::{Config, ConfigError, Setting};

/// Where the organization API of Authlete's own servers is.
const DEFAULT_IDP_SERVER: &str = "https://login.authlete.com";

/// The API server of each region, by the host of the base URL.
const API_SERVERS: [(&str, i64); 4] = [
    ("us.authlete.com", 76281),
    ("jp.authlete.com", 53285),
    ("eu.authlete.com", 63294),
    ("br.authlete.com", 47363),
];

/// What calls of the organization API need beside the organization token, as far as it is known.
pub(crate) struct OrganizationSettings {
    pub idp_server: Option<Url>,
    pub organization_id: Option<i64>,
    pub api_server_id: Option<i64>,
}

impl Config {
    /// `base_url` is that of the Authlete server, and `is_hosted` says whether that is one of Authlete's own, of 3.0. For a
    /// server that is not Authlete's own there are no defaults: its
    /// organization token must not be sent to Authlete.
    pub(super) fn resolve_organization(
        &self,
        base_url: &Url,
        is_hosted: bool,
    ) -> Result<OrganizationSettings, ConfigError> {
        let region = |(host, _): &&(&str, i64)| is_hosted && base_url.host_str() == Some(*host);
        let of_region = API_SERVERS.iter().find(region).map(|(_, id)| *id);
        Ok(OrganizationSettings {
            idp_server: self.resolve_idp_server(is_hosted)?,
            organization_id: self.id(Setting::OrganizationId, "organization ID")?,
            api_server_id: self
                .id(Setting::ApiServerId, "API server ID")?
                .or(of_region),
        })
    }

    fn resolve_idp_server(&self, is_hosted: bool) -> Result<Option<Url>, ConfigError> {
        let setting = Setting::IdpServer;
        let Some(value) = self.values.get(&setting) else {
            // It is a URL, as a test says.
            return Ok(is_hosted
                .then(|| Url::parse(DEFAULT_IDP_SERVER).ok())
                .flatten());
        };
        match self.check_url(value.text.expose()) {
            Ok(url) => Ok(Some(url)),
            Err(reason) => Err(ConfigError::invalid(setting, &value.source, reason)),
        }
    }

    fn id(&self, setting: Setting, what: &str) -> Result<Option<i64>, ConfigError> {
        let value = self.values.get(&setting);
        value.map(|value| number(setting, value, what)).transpose()
    }
}
