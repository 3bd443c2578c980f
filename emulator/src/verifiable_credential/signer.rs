//! The key that a credential is signed with.

use serde_json::Value;

use super::cose;
use crate::jose::{Jwk, SignatureAlgorithm};
use crate::json::{Object, ObjectExt};
use crate::protocol::dpop;
use crate::settings::ServiceSettings;

#[derive(Debug)]
pub struct Signer {
    pub key: Jwk,
    pub alg: &'static str,
}

impl Signer {
    /// The first private key in `credentialJwks`, with the key ID of the order if there is one, that can sign with an
    /// algorithm of the configuration. `fits` adds the requirements of a format.
    pub fn choose(
        service: &ServiceSettings,
        configuration: &Object,
        key_id: Option<&str>,
        fits: impl Fn(&Jwk, &str) -> bool,
    ) -> Option<Self> {
        let keys = service.credential_jwks()?;
        let allowed = configuration.array("credential_signing_alg_values_supported");
        let mut candidates = keys.keys().iter().filter(|key| key.is_private());
        candidates.find_map(|key| {
            let is_named = key_id.is_none() || key.kid() == key_id;
            let alg = dpop::algorithms().find(|alg| {
                is_named
                    && can_sign(key, alg)
                    && allowed
                        .is_none_or(|allowed| allowed.iter().any(|name| is_algorithm(name, alg)))
                    && fits(key, alg)
            })?;
            let key = key.clone();
            Some(Self { key, alg })
        })
    }

    /// The certificate chain of the key, starting with the certificate of the key (RFC 7517 §4.7).
    pub fn certificates(&self) -> Option<Vec<&str>> {
        certificates(&self.key)
    }
}

pub fn certificates(key: &Jwk) -> Option<Vec<&str>> {
    let chain = key.json().texts("x5c");
    chain.filter(|chain| !chain.is_empty())
}

fn can_sign(key: &Jwk, alg: &str) -> bool {
    let algorithm = SignatureAlgorithm::from_name(alg);
    key.permits("sig", alg) && algorithm.is_some_and(|algorithm| algorithm.fits(key))
}

/// Whether a listed algorithm, a JOSE name or the COSE number for an mdoc, is `alg` (OID4VCI §A.2.2).
fn is_algorithm(listed: &Value, alg: &str) -> bool {
    match listed.as_i64() {
        Some(number) => cose::algorithm_numbers(alg).contains(&number),
        None => listed.as_str() == Some(alg),
    }
}
