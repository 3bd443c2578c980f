//! The service as an entity of a federation.

use serde_json::{Value, json};

use crate::clock::Millis;
use crate::jose::{self, Jwk, JwkSet};
use crate::json::Object;
use crate::protocol::dpop;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    FEDERATION_DISABLED, FEDERATION_HINTS_MISSING, FEDERATION_ISSUER_MISSING,
    FEDERATION_KEY_MISSING, ResultCode,
};
use crate::store::Service;

/// The entity identifier and the signing key of the service.
#[derive(Debug)]
pub struct Provider {
    /// The issuer of the service is its entity identifier.
    pub entity_id: String,
    pub authority_hints: Vec<String>,
    keys: JwkSet,
    signing_key: Jwk,
    alg: &'static str,
}

impl Provider {
    /// The service as an entity. Fails if federations are disabled or a required setting is missing.
    pub fn of(service: &Service) -> Result<Self, OAuthError> {
        let settings = &service.settings;
        if !settings.federation_enabled() {
            return Err(OAuthError::new("not_found", FEDERATION_DISABLED));
        }
        let entity_id = service.issuer();
        let entity_id = entity_id.ok_or(misconfigured(FEDERATION_ISSUER_MISSING))?;
        let hints = settings.authority_hints().unwrap_or_default();
        if hints.is_empty() {
            return Err(misconfigured(FEDERATION_HINTS_MISSING));
        }
        let keys = settings.federation_jwks().cloned().unwrap_or_default();
        let signing = signing(&keys, settings.federation_signature_key_id());
        let (signing_key, alg) = signing.ok_or(misconfigured(FEDERATION_KEY_MISSING))?;
        Ok(Self {
            entity_id: entity_id.to_owned(),
            authority_hints: hints.into_iter().map(str::to_owned).collect(),
            keys,
            signing_key,
            alg,
        })
    }

    /// The public keys that verify the statements of the service.
    pub fn public_keys(&self) -> Value {
        self.keys.public().to_json()
    }

    /// Signs a statement of the service about an entity, as a JWT with the type `kind`.
    pub fn sign_statement(
        &self,
        kind: &str,
        subject: &str,
        (issued_at, expires_at): (Millis, Millis),
        further: Object,
    ) -> Result<String, OAuthError> {
        let mut claims = further;
        claims.extend([
            ("iss".to_owned(), self.entity_id.as_str().into()),
            ("sub".to_owned(), subject.into()),
            ("iat".to_owned(), (issued_at / 1000).into()),
            ("exp".to_owned(), (expires_at / 1000).into()),
        ]);
        let header = Object::from_iter([("typ".to_owned(), json!(kind))]);
        let payload = Value::Object(claims).to_string();
        jose::sign(self.alg, &self.signing_key, header, payload.as_bytes())
            .map_err(|_| misconfigured(FEDERATION_KEY_MISSING))
    }
}

/// The signing key and its algorithm. It must have a `kid`, by which verifiers find it (OpenID Federation 1.0 §3).
fn signing(keys: &JwkSet, kid: Option<&str>) -> Option<(Jwk, &'static str)> {
    dpop::algorithms().find_map(|alg| {
        let fitting = keys.candidates(alg, kid);
        let mut fitting = fitting.filter(|key| key.is_private() && key.kid().is_some());
        fitting.next().map(|key| (key.clone(), alg))
    })
}

fn misconfigured(code: ResultCode) -> OAuthError {
    OAuthError::new("server_error", code)
}
