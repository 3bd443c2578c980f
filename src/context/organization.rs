//! The organization API, as a handle calls it: on a server of its own, with the organization token.

use std::sync::Arc;

use reqwest::Url;

use crate::config::{ConfigError, Credentials, OrganizationSettings, Setting};
use crate::credentials::AuthorizationHeaders;
use crate::throttle::{Throttle, ThrottlePolicies, Throttles};
use crate::url_path::join_path;

/// What calls of the organization API need.
#[derive(Clone)]
pub(crate) struct OrganizationApi {
    /// `https://login.authlete.com/api`; `None` when there is no server to assume.
    pub root: Option<Url>,
    /// The organization API takes its token as Bearer (RFC 6750 §2.1), also where there is a DPoP key.
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

    /// The value of a setting that may fill in a member of a request.
    pub fn id(&self, setting: Setting) -> Option<i64> {
        match setting {
            Setting::OrganizationId => self.id,
            Setting::ApiServerId => self.api_server_id,
            _ => None,
        }
    }
}
