//! The organization API, as a handle calls it: on a server of its own, with the organization token.

use std::sync::Arc;

use reqwest::Url;

use crate::config::{ConfigError, Credentials, OrganizationSettings, Setting};
use crate::credentials::AuthorizationHeaders;
use crate::settings::Settings;
use crate::throttle::{Throttle, Throttles};
use crate::transport::join_path;
use crate::{Authlete, Error, Operation, Result};

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
        settings: &Settings,
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
                .and_then(|root| throttles.get_or_create(root.as_str(), settings)),
            root,
            id: organization_id,
            api_server_id,
        })
    }

    /// The value of a setting that may fill in a member of a request.
    fn id(&self, setting: Setting) -> Option<i64> {
        match setting {
            Setting::OrganizationId => self.id,
            Setting::ApiServerId => self.api_server_id,
            _ => None,
        }
    }
}

impl Authlete {
    /// What the caller says or, failing that, the configuration. Fails when neither says anything.
    pub(crate) fn or_configured(
        &self,
        operation: &'static Operation,
        setting: Setting,
        given: Option<i64>,
    ) -> Result<i64> {
        given
            .or_else(|| self.organization().id(setting))
            .ok_or_else(|| {
                Error::not_callable(
                    operation,
                    format!("set {setting}, or give the value in the request"),
                )
            })
    }
}
