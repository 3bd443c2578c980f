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
        let host = base_url.host_str().filter(|_| is_hosted);
        Ok(OrganizationSettings {
            idp_server: self.resolve_idp_server(is_hosted)?,
            organization_id: self.id(Setting::OrganizationId, "organization ID")?,
            api_server_id: self
                .id(Setting::ApiServerId, "API server ID")?
                .or(host.and_then(api_server_of)),
        })
    }

    fn resolve_idp_server(&self, is_hosted: bool) -> Result<Option<Url>, ConfigError> {
        let setting = Setting::IdpServer;
        let Some(value) = self.value(setting) else {
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
        let value = self.value(setting);
        value.map(|value| number(setting, value, what)).transpose()
    }
}

/// The API server of the region that a host belongs to.
fn api_server_of(host: &str) -> Option<i64> {
    // A trailing dot makes a name absolute.
    let host = host.trim_end_matches('.');
    let mut servers = API_SERVERS.iter();
    servers.find(|(name, _)| *name == host).map(|(_, id)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_with_a_trailing_dot_has_the_api_server_of_its_region() {
        for (host, id) in API_SERVERS {
            assert_eq!(api_server_of(host), Some(id), "{host}");
            assert_eq!(api_server_of(&format!("{host}.")), Some(id), "{host}.");
        }
        assert_eq!(api_server_of("api.authlete.com"), None);
    }
}
