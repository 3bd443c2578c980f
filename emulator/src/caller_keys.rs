//! The keys that the access tokens of a 3.0 API caller are bound to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::certificate::ClientCertificate;
use crate::jose::Jwk;
use crate::json::Object;
use crate::store::Binding;

const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// A DPoP key and a client certificate, each with its private key if the emulator has it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CallerKeys {
    /// A JWK.
    pub dpop_key: Option<Object>,
    /// In PEM form.
    pub client_certificate: Option<String>,
}

impl CallerKeys {
    /// The binding of access tokens to these keys: their thumbprints.
    pub fn binding(&self) -> Result<Binding, InvalidCallerKey> {
        let dpop_key = self.dpop_key.clone().map(dpop_thumbprint).transpose()?;
        let certificate = self.client_certificate.as_deref();
        let certificate = certificate.map(|pem| {
            let certificate = ClientCertificate::parse(pem);
            certificate.ok_or(InvalidCallerKey::Certificate)
        });
        let certificate = certificate.transpose()?;
        Ok(Binding {
            dpop_key,
            certificate: certificate.map(|certificate| certificate.thumbprint()),
            instance_key: None,
        })
    }

    /// The DPoP key as JSON text, if it is a private key.
    pub fn private_dpop_key(&self) -> Option<String> {
        let key = self.dpop_key.clone()?;
        let is_private = Jwk::parse(key.clone()).is_ok_and(|key| key.is_private());
        is_private.then(|| serde_json::Value::Object(key).to_string())
    }

    /// The certificate with its private key, in PEM form; `None` without the private key.
    pub fn certificate_with_key(&self) -> Option<&str> {
        let pem = self.client_certificate.as_deref()?;
        pem.contains(PRIVATE_KEY).then_some(pem)
    }

    /// These keys, with missing ones taken from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            dpop_key: self.dpop_key.or(other.dpop_key),
            client_certificate: self.client_certificate.or(other.client_certificate),
        }
    }
}

/// Omits the keys.
impl fmt::Debug for CallerKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CallerKeys").finish_non_exhaustive()
    }
}

/// The key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidCallerKey {
    DpopKey,
    Certificate,
}

fn dpop_thumbprint(key: Object) -> Result<String, InvalidCallerKey> {
    let key = Jwk::parse(key).map_err(|_| InvalidCallerKey::DpopKey)?;
    match key.supports_asymmetric_signatures() {
        true => Ok(key.thumbprint()),
        false => Err(InvalidCallerKey::DpopKey),
    }
}
