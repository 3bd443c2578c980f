//! The keys that a caller of the 3.0 API has, when its access tokens are bound to them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::certificate::ClientCertificate;
use crate::jose::Jwk;
use crate::json::Object;
use crate::store::TokenBinding;

const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// A DPoP key and a client certificate, each with its private key as far as the emulator knows it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CallerKeys {
    /// A JWK.
    pub dpop_key: Option<Object>,
    /// In PEM form.
    pub client_certificate: Option<String>,
}

impl CallerKeys {
    /// What access tokens are bound to that take these keys.
    pub fn binding(&self) -> Result<TokenBinding, Unusable> {
        let dpop_key = self.dpop_key.clone().map(dpop_thumbprint).transpose()?;
        let certificate = self.client_certificate.as_deref();
        let certificate = certificate.map(|pem| {
            let certificate = ClientCertificate::parse(pem);
            certificate.ok_or(Unusable::Certificate)
        });
        let certificate = certificate.transpose()?;
        Ok(TokenBinding {
            dpop_key,
            certificate: certificate.map(|certificate| certificate.thumbprint()),
        })
    }

    /// The DPoP key as text, when it is private.
    pub fn private_dpop_key(&self) -> Option<String> {
        let key = self.dpop_key.clone()?;
        let is_private = Jwk::parse(key.clone()).is_ok_and(|key| key.is_private());
        is_private.then(|| serde_json::Value::Object(key).to_string())
    }

    /// The certificate, when its private key is with it.
    pub fn certificate_with_key(&self) -> Option<&str> {
        let pem = self.client_certificate.as_deref()?;
        pem.contains(PRIVATE_KEY).then_some(pem)
    }

    /// The same, with what it lacks from others.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            dpop_key: self.dpop_key.or(other.dpop_key),
            client_certificate: self.client_certificate.or(other.client_certificate),
        }
    }
}

/// Shows no key.
impl fmt::Debug for CallerKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CallerKeys").finish_non_exhaustive()
    }
}

/// Why keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    DpopKey,
    Certificate,
}

fn dpop_thumbprint(key: Object) -> Result<String, Unusable> {
    let key = Jwk::parse(key).map_err(|_| Unusable::DpopKey)?;
    match key.signs_by_key_pair() {
        true => Ok(key.thumbprint()),
        false => Err(Unusable::DpopKey),
    }
}
