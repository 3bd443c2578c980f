//! The certificate that connections present, and the roots that they trust.

use reqwest::ClientBuilder;

use super::{Config, ConfigError, Setting};
use crate::{Secret, tls};

impl Config {
    /// Lets the connections of an HTTP client present the certificate, if one is set, and trust the roots, if some are.
    pub(crate) fn apply_certificates(
        &self,
        builder: ClientBuilder,
    ) -> Result<ClientBuilder, ConfigError> {
        self.trust_roots(self.present_certificate(builder)?)
    }

    fn present_certificate(&self, builder: ClientBuilder) -> Result<ClientBuilder, ConfigError> {
        let setting = Setting::ClientCertificate;
        let Some(value) = self.values.get(&setting) else {
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
        let Some(value) = self.values.get(&setting) else {
            return Ok(builder);
        };
        tls::add_roots(builder, value.text.expose().as_bytes())
            .map_err(|reason| ConfigError::invalid(setting, &value.source, reason))
    }

    /// Connections keep the certificate and the roots that they were made with. Fails when `other`, which they are to be
    /// used for, has another certificate or none, or roots that they do not trust.
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
            "{setting} differs from that of the connections: make a handle with connections of its own"
        )))
    }

    fn text(&self, setting: Setting) -> Option<&Secret> {
        self.values.get(&setting).map(|value| &value.text)
    }
}
