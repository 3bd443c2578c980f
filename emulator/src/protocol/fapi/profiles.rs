//! The profiles that apply to a request, and what they allow.

use authlete::types::{ClientAuthMethod, FapiMode, JweAlg};

use super::scopes_of_request::scopes_of_request;
use crate::call::Call;
use crate::model::Parameters;
use crate::protocol::scopes;
use crate::store::{Client, Service};

/// FAPI 1.0 Advanced §8.6.
const FAPI_1_ALGORITHMS: [&str; 2] = ["PS256", "ES256"];
/// FAPI 2.0 Security Profile §5.4.1. EdDSA is Ed25519, the only curve that the emulator has for it.
const FAPI_2_ALGORITHMS: [&str; 3] = ["PS256", "ES256", "EdDSA"];

/// The profiles that apply to a request.
#[derive(Debug)]
pub struct Profiles(Vec<FapiMode>);

impl Profiles {
    /// The profiles of the service, else those of the client, else those in the attribute `fapi` of the scopes. None apply
    /// unless the service supports the profile FAPI.
    pub fn of(service: &Service, client: &Client, scopes: &[String]) -> Self {
        Self::with(service, client, || scopes)
    }

    /// The profiles of a request whose scopes are in its parameters or in its grant. They are read only if the service and the
    /// client have no profile.
    pub fn of_request(
        call: &Call,
        service: &Service,
        client: &Client,
        parameters: &Parameters,
    ) -> Self {
        Self::with(service, client, || {
            scopes_of_request(call, service, client, parameters)
        })
    }

    fn with<S: AsRef<[String]>>(
        service: &Service,
        client: &Client,
        scopes: impl FnOnce() -> S,
    ) -> Self {
        let profiles = service.settings.supported_service_profiles();
        if !profiles.is_some_and(|profiles| profiles.contains(&"FAPI")) {
            return Self(Vec::new());
        }
        let levels = [service.settings.fapi_modes(), client.settings.fapi_modes()];
        let mut levels = levels.into_iter().flatten();
        if let Some(modes) = levels.find(|modes| !modes.is_empty()) {
            return Self(modes.into_iter().map(FapiMode::from).collect());
        }
        let attributes = scopes::attributes(&service.settings, scopes().as_ref(), "fapi");
        let mode = |value: &String| match value.as_str() {
            "r" => Some(FapiMode::Fapi1Baseline),
            "rw" => Some(FapiMode::Fapi1Advanced),
            _ => None,
        };
        Self(attributes.iter().filter_map(mode).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, mode: &FapiMode) -> bool {
        self.0.contains(mode)
    }

    fn have_fapi_1_advanced(&self) -> bool {
        self.has(&FapiMode::Fapi1Advanced)
    }

    /// Whether FAPI 2.0 applies, as a whole or in a part of Message Signing.
    fn have_fapi_2(&self) -> bool {
        let others = [FapiMode::Fapi1Baseline, FapiMode::Fapi1Advanced];
        self.0.iter().any(|mode| !others.contains(mode))
    }

    /// Whether a JWT may have this signature algorithm. FAPI 1.0 Baseline allows all.
    pub fn allow_signature(&self, alg: &str) -> bool {
        (!self.have_fapi_1_advanced() || FAPI_1_ALGORITHMS.contains(&alg))
            && (!self.have_fapi_2() || FAPI_2_ALGORITHMS.contains(&alg))
    }

    /// Whether a signed backchannel authentication request may have this algorithm: with FAPI 1.0, those of Advanced (FAPI:
    /// CIBA Profile §7.10).
    pub fn allow_backchannel_signature(&self, alg: &str) -> bool {
        let is_baseline = self.has(&FapiMode::Fapi1Baseline);
        self.allow_signature(alg) && (!is_baseline || FAPI_1_ALGORITHMS.contains(&alg))
    }

    /// Whether a JWT may be encrypted by this algorithm: all but `RSA1_5` (FAPI 1.0 Advanced §8.6.1, RFC 8725 §3.2).
    pub fn allow_encryption(&self, alg: &JweAlg) -> bool {
        *alg != JweAlg::Rsa15 || !(self.have_fapi_1_advanced() || self.have_fapi_2())
    }

    /// Whether a client may authenticate by this method: FAPI 1.0 Baseline §5.2.2; without secrets and without public clients,
    /// FAPI 1.0 Advanced §5.2.2 and FAPI 2.0 Security Profile §5.3.2.1.
    pub fn allow_authentication(&self, method: &ClientAuthMethod) -> bool {
        use ClientAuthMethod as Method;
        let is_strict = self.have_fapi_1_advanced() || self.has(&FapiMode::Fapi2Security);
        match method {
            Method::TlsClientAuth | Method::SelfSignedTlsClientAuth | Method::PrivateKeyJwt => true,
            // Only public clients have the method `none`.
            Method::ClientSecretJwt | Method::None => !is_strict,
            _ => !is_strict && !self.has(&FapiMode::Fapi1Baseline),
        }
    }

    /// Whether access tokens must be bound to a certificate (FAPI 1.0 Advanced §5.2.2).
    pub fn require_certificate_binding(&self) -> bool {
        self.have_fapi_1_advanced()
    }

    /// Whether access tokens must be bound to a certificate or a DPoP key (FAPI 2.0 Security Profile §5.3.2.1).
    pub fn require_binding(&self) -> bool {
        self.has(&FapiMode::Fapi2Security)
    }
}
