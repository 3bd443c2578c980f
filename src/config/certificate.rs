//! The client certificate and the trusted roots of connections.

use reqwest::ClientBuilder;

use super::{Config, ConfigError, Setting};
use crate::{Secret, tls};

impl Config {
    /// Adds the client certificate and the roots to an HTTP client, if they are set.
    pub(crate) fn apply_certificates(
        &self,
        builder: ClientBuilder,
    ) -> Result<ClientBuilder, ConfigError> {
        self.trust_roots(self.present_certificate(builder)?)
    }

    fn present_certificate(&self, builder: ClientBuilder) -> Result<ClientBuilder, ConfigError> {
        let setting = Setting::ClientCertificate;
        let Some(value) = self.value(setting) else {
            return Ok(builder);
        };
        if !cfg!(feature = "mtls") {
            let feature = "mtls";
            return Err(ConfigError::Unsupported { setting, feature });
        }
        tls::add_identity(builder, value.text.expose())
            .map_err(|reason| ConfigError::invalid(setting, &value.source, reason))
    }

    fn trust_roots(&self, builder: ClientBuilder) -> Result<ClientBuilder, ConfigError> {
        let setting = Setting::RootCertificate;
        let Some(value) = self.value(setting) else {
            return Ok(builder);
        };
        tls::add_roots(builder, value.text.expose().as_bytes())
            .map_err(|reason| ConfigError::invalid(setting, &value.source, reason))
    }

    /// Connections keep the certificate and the roots with which they were established. Fails if `other`, which would reuse
    /// them, has another certificate or none, or roots that they do not trust.
    pub(crate) fn check_certificates_of(&self, other: &Self) -> Result<(), ConfigError> {
        let differs = |setting| self.text(setting) != other.text(setting);
        let setting = if differs(Setting::ClientCertificate) {
            Setting::ClientCertificate
        } else if other.is_set(Setting::RootCertificate) && differs(Setting::RootCertificate) {
            Setting::RootCertificate
        } else {
            return Ok(());
        };
        Err(ConfigError::client(format!(
            "{setting} differs from that of the existing connections: build a separate handle"
        )))
    }

    fn text(&self, setting: Setting) -> Option<&Secret> {
        self.value(setting).map(|value| &value.text)
    }
}
