//! The settings of the organization API, which creates and removes services on Authlete's own 3.0 servers.

use reqwest::Url;

use super::number::number;
use super::{Config, ConfigError, Setting};

/// The server of the organization API for Authlete's own servers.
const DEFAULT_IDP_SERVER: &str = "https://login.authlete.com";

/// The API server of each region, by the host of the base URL.
const API_SERVERS: [(&str, i64); 4] = [
    ("us.authlete.com", 76281),
    ("jp.authlete.com", 53285),
    ("eu.authlete.com", 63294),
    ("br.authlete.com", 47363),
];

/// The settings that calls of the organization API need in addition to the organization token.
pub(crate) struct OrganizationSettings {
    pub idp_server: Option<Url>,
    pub organization_id: Option<i64>,
    pub api_server_id: Option<i64>,
}

impl Config {
    /// `is_hosted` is true if `base_url` is one of Authlete's own 3.0 servers. For other servers there are no defaults,
    /// because their organization tokens must not be sent to Authlete.
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
            // Always a valid URL; a test checks it.
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
