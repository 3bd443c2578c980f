//! The certificate that connections present.

use reqwest::ClientBuilder;

use super::{Config, ConfigError, Setting};
use crate::{Secret, tls};

const SETTING: Setting = Setting::ClientCertificate;

impl Config {
    /// Lets the connections of an HTTP client present the certificate, if one is set.
    pub(crate) fn present_certificate(
        &self,
        builder: ClientBuilder,
    ) -> Result<ClientBuilder, ConfigError> {
        let Some(value) = self.values.get(&SETTING) else {
            return Ok(builder);
        };
        if !cfg!(feature = "mtls") {
            return Err(ConfigError::Unsupported {
                setting: SETTING,
                feature: "mtls",
            });
        }
        tls::present(builder, value.text.expose())
            .map_err(|reason| ConfigError::invalid(SETTING, &value.source, reason))
    }

    /// Connections present the certificate that they were made with. Fails when `other`, which they are to be used for,
    /// has another one or none.
    pub(crate) fn check_certificate_of(&self, other: &Self) -> Result<(), ConfigError> {
        if self.certificate() == other.certificate() {
            return Ok(());
        }
        Err(ConfigError::client(format!(
            "{SETTING} differs from that of the connections: make a handle with connections of its own"
        )))
    }

    fn certificate(&self) -> Option<&Secret> {
        self.values.get(&SETTING).map(|value| &value.text)
    }
}
