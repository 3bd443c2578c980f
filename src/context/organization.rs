//! The organization API, which has its own server and uses the organization token.

use std::sync::Arc;

use reqwest::Url;

use crate::authorization_headers::AuthorizationHeaders;
use crate::config::{ConfigError, Credentials, OrganizationSettings, Setting};
use crate::throttle::{Throttle, ThrottlePolicies, Throttles};
use crate::url_path::join_path;

/// The context of calls of the organization API.
#[derive(Clone)]
pub(crate) struct OrganizationApi {
    /// `https://login.authlete.com/api`; `None` without a configured or default server.
    pub root: Option<Url>,
    /// The organization API takes its token as Bearer (RFC 6750 §2.1), even if a DPoP key is configured.
    pub authorization: AuthorizationHeaders,
    pub throttle: Option<Arc<Throttle>>,
    id: Option<i64>,
    api_server_id: Option<i64>,
}

impl OrganizationApi {
    pub fn new(
        configured: OrganizationSettings,
        credentials: &Credentials,
        throttles: &Throttles,
        policies: &ThrottlePolicies,
    ) -> Result<Self, ConfigError> {
        let OrganizationSettings {
            idp_server,
            organization_id,
            api_server_id,
        } = configured;
        let root = idp_server.map(|url| join_path(&url, format_args!("/api")));
        Ok(Self {
            authorization: AuthorizationHeaders::new(credentials, "Bearer")?,
            throttle: root
                .as_ref()
                .and_then(|root| throttles.get_or_create(root.as_str(), policies)),
            root,
            id: organization_id,
            api_server_id,
        })
    }

    /// The configured value for a member of a request.
    pub fn id(&self, setting: Setting) -> Option<i64> {
        match setting {
            Setting::OrganizationId => self.id,
            Setting::ApiServerId => self.api_server_id,
            _ => None,
        }
    }
}
