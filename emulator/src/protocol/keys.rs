//! The keys of services and clients, and JWTs that are signed or encrypted with them.

use authlete::types::{JweAlg, JweEnc, JwsAlg};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use super::oauth_error::OAuthError;
use crate::jose::{self, JoseError, Jwk, JwkSet, KeyManagement};
use crate::json::Object;
use crate::result_code::{CLIENT_KEYS_REMOTE, JwtCodes, ResultCode};
use crate::store::{Client, Service};

/// The keys in the hardware security module of a service, if it is enabled.
pub fn of_hardware(service: &Service) -> JwkSet {
    let keys = service.hardware_keys.iter();
    let keys = keys.filter(|_| service.settings.hsm_enabled());
    keys.map(|key| key.private.clone()).collect()
}

/// All the keys of a service.
pub fn of_service(service: &Service) -> JwkSet {
    let registered = service.settings.jwks().map(JwkSet::keys);
    let hardware = of_hardware(service);
    let keys = registered.into_iter().flatten().chain(hardware.keys());
    keys.cloned().collect()
}

/// The key of a service that signs with an algorithm. If there are several, a setting can name one; otherwise it is the
/// first.
pub fn signing_key(
    service: &Service,
    alg: &str,
    key_id: Option<&str>,
    codes: &JwtCodes,
) -> Result<Jwk, OAuthError> {
    let keys = of_service(service);
    let fitting = keys.candidates(alg, None).filter(|key| key.is_private());
    let key = match fitting.collect::<Vec<_>>()[..] {
        [only] => Some(only),
        _ => keys.find_signing(alg, key_id),
    };
    key.cloned().ok_or_else(|| {
        misconfigured(match keys.keys().is_empty() {
            true => codes.keys_missing,
            false => codes.key_missing,
        })
    })
}

/// The signature of a JWT for a client.
#[derive(Debug, Clone, Copy)]
pub struct Signature<'a> {
    /// The value in the settings: `RS256`, `NONE`.
    pub alg: &'a str,
    /// The `kid` of the key, where the service has a setting for it.
    pub key_id: Option<&'a str>,
    pub codes: &'static JwtCodes,
}

impl Signature<'_> {
    /// Signs claims: with a key of the service, with HMAC and the client secret, or not at all (`NONE`).
    pub fn sign(
        self,
        service: &Service,
        client: &Client,
        header: Object,
        claims: Object,
    ) -> Result<String, OAuthError> {
        let alg = JwsAlg::from(self.alg);
        let name = alg
            .protocol_value()
            .ok_or_else(|| misconfigured(self.codes.signature_algorithm))?;
        let payload = Value::Object(claims).to_string();
        if alg == JwsAlg::None {
            return Ok(unsigned(header, &payload));
        }
        let (key, unfit) = if jose::is_symmetric(name) {
            let secret = client.settings.client_secret().unwrap_or_default();
            (Jwk::secret(secret.as_bytes()), self.codes.secret_unfit)
        } else {
            let key = signing_key(service, name, self.key_id, self.codes)?;
            (key, self.codes.key_missing)
        };
        jose::sign(name, &key, header, payload.as_bytes()).map_err(|_| misconfigured(unfit))
    }
}

/// A JWT without a signature (RFC 7519 §6.1).
fn unsigned(mut header: Object, payload: &str) -> String {
    header.insert("alg".to_owned(), "none".into());
    let header = Value::Object(header).to_string();
    let [header, payload] =
        [header.as_str(), payload].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{payload}.")
}

/// Encrypts a text for a client, if it is registered for encryption. The default of `enc` is that of OpenID Connect Dynamic
/// Client Registration 1.0 §2.
pub fn encrypt_if_registered(
    plaintext: &str,
    content_type: &str,
    client: &Client,
    (alg, enc): (Option<&str>, Option<&str>),
    codes: &JwtCodes,
) -> Result<String, OAuthError> {
    let Some(alg) = alg else {
        return Ok(plaintext.to_owned());
    };
    let enc = enc.map_or(JweEnc::A128cbcHs256, JweEnc::from);
    let wanted = (&JweAlg::from(alg), &enc);
    encrypt(plaintext, content_type, client, wanted, codes)
}

/// Whether the encryption algorithm in a setting of a client is symmetric.
pub fn is_encryption_symmetric(alg: Option<&str>) -> bool {
    let alg = alg.map(JweAlg::from);
    let management = alg.as_ref().and_then(JweAlg::protocol_value);
    let management = management.map(KeyManagement::from_name);
    management.is_some_and(|kind| kind.is_ok_and(KeyManagement::is_symmetric))
}

/// Encrypts for a client: with a key in its `jwks`, or with a key derived from its secret (OpenID Connect Core 1.0 §10.2).
pub fn encrypt(
    plaintext: &str,
    content_type: &str,
    client: &Client,
    (alg, enc): (&JweAlg, &JweEnc),
    codes: &JwtCodes,
) -> Result<String, OAuthError> {
    let unknown = || misconfigured(codes.encryption_algorithm);
    let keys = client.settings.jwks();
    let keys_missing = match (keys, client.settings.jwks_uri()) {
        (Some(_), _) => codes.client_key_missing,
        (None, Some(_)) => CLIENT_KEYS_REMOTE,
        (None, None) => codes.client_keys_missing,
    };
    let failed = |error| match error {
        JoseError::Unsupported(_) => unknown(),
        _ => misconfigured(keys_missing),
    };
    let (alg, enc) = alg
        .protocol_value()
        .zip(enc.protocol_value())
        .ok_or_else(unknown)?;
    let key = match (
        keys.and_then(|keys| keys.find_encryption(alg, None)),
        client.settings.client_secret(),
    ) {
        (Some(key), _) => key.clone(),
        (None, Some(secret)) => {
            Jwk::derived_from_secret(secret.as_bytes(), alg, enc).map_err(failed)?
        }
        (None, None) => return Err(misconfigured(keys_missing)),
    };
    let header = Object::from_iter([("cty".to_owned(), Value::from(content_type))]);
    jose::encrypt(alg, enc, &key, header, plaintext.as_bytes()).map_err(failed)
}

/// The error for settings of the service or the client that make the operation impossible.
fn misconfigured(code: ResultCode) -> OAuthError {
    OAuthError::new("server_error", code)
}
