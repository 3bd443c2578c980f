//! ID tokens (OpenID Connect Core 1.0 §2).

use authlete::types::JwsAlg;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use super::keys::{self, Signature};
use super::lifetime;
use super::oauth_error::OAuthError;
use crate::clock::Millis;
use crate::jose;
use crate::json::Object;
use crate::result_code::{
    ID_TOKEN, ID_TOKEN_ENCRYPTION_SYMMETRIC, ID_TOKEN_SIGNATURE_SYMMETRIC, ISSUER_MISSING,
    ResultCode, UNSIGNED_ID_TOKEN_REFUSED,
};
use crate::store::{Authentication, Client, Grant, Service};

/// The content of an ID token to issue.
#[derive(Debug)]
pub struct IdToken<'a> {
    pub service: &'a Service,
    pub client: &'a Client,
    pub grant: &'a Grant,
    /// The values whose digests are in the ID token, by claim: `at_hash` for the access token, `c_hash` for the code,
    /// `s_hash` for the state.
    pub bound: &'a [(&'a str, &'a str)],
    /// Additional claims.
    pub claims: Object,
    /// Whether the browser delivers it, as in the implicit and in the hybrid flow.
    pub front_channel: bool,
    pub now: Millis,
}

/// Claims that the claims of the user cannot override.
const RESERVED: [&str; 12] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
];

impl IdToken<'_> {
    /// Issues the token: signed, and encrypted if the client is registered for encryption.
    pub fn issue(self) -> Result<String, OAuthError> {
        let alg = signature_algorithm(self.client);
        if self.front_channel && alg == JwsAlg::None.as_str() {
            let error = OAuthError::new("server_error", UNSIGNED_ID_TOKEN_REFUSED);
            return Err(error);
        }
        check_signature_algorithm(self.client)
            .and_then(|()| check_encryption_algorithm(self.client))
            .map_err(|code| OAuthError::new("server_error", code))?;
        let header = self.header();
        let claims = self.claims(alg)?;
        let signature = Signature {
            alg,
            key_id: self.service.settings.id_token_signature_key_id(),
            codes: &ID_TOKEN,
        };
        let jwt = signature.sign(self.service, self.client, header, claims)?;
        let settings = &self.client.settings;
        let algorithms = (
            settings.id_token_encryption_alg(),
            settings.id_token_encryption_enc(),
        );
        keys::encrypt_if_registered(&jwt, "JWT", self.client, algorithms, &ID_TOKEN)
    }

    /// The header parameters of the caller, except those that would change how the token is signed or encrypted.
    fn header(&self) -> Object {
        let mut header = match &self.grant.openid {
            Some(openid) => openid.header.clone(),
            None => Object::new(),
        };
        header.retain(|name, _| !["alg", "kid", "enc", "crit"].contains(&name.as_str()));
        header
    }

    fn claims(&self, alg: &str) -> Result<Object, OAuthError> {
        let issuer = self.service.issuer();
        let issuer = issuer.ok_or(OAuthError::new("server_error", ISSUER_MISSING))?;
        let openid = self.grant.openid.as_deref();
        let mut claims = openid
            .map(|openid| openid.claims.clone())
            .unwrap_or_default();
        claims.retain(|name, value| !RESERVED.contains(&name.as_str()) && !value.is_null());
        let duration = lifetime::id_token(self.service, self.client, &self.grant.scopes);
        let issued_at = self.now / 1000;
        let sub = openid.and_then(|openid| openid.sub.as_deref());
        let members = [
            ("iss", Some(Value::from(issuer))),
            (
                "sub",
                sub.or(self.grant.subject.as_deref()).map(Value::from),
            ),
            ("aud", Some(self.audience(openid))),
            ("exp", Some(issued_at.saturating_add(duration).into())),
            ("iat", Some(issued_at.into())),
            (
                "auth_time",
                (self.grant.auth_time > 0).then(|| self.grant.auth_time.into()),
            ),
            ("acr", self.grant.acr.as_deref().map(Value::from)),
            (
                "nonce",
                openid.and_then(|openid| openid.nonce.as_deref().map(Value::from)),
            ),
            (
                "sid",
                openid.and_then(|openid| openid.session_id.as_deref().map(Value::from)),
            ),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                claims.insert(name.to_owned(), value);
            }
        }
        for (claim, value) in self.bound {
            if let Some(hash) = half_hash(alg, value) {
                claims.insert((*claim).to_owned(), hash.into());
            }
        }
        claims.extend(self.claims.clone());
        Ok(claims)
    }

    /// The client, by the identifier that it used in its request.
    fn audience(&self, openid: Option<&Authentication>) -> Value {
        let client_id = self.client.identifier(self.grant.client_named_by);
        let type_of_call = openid.and_then(|openid| openid.audience_type.as_deref());
        audience(self.service, client_id, type_of_call)
    }
}

/// The algorithm that the client has registered, or the default, as in the settings.
pub fn signature_algorithm(client: &Client) -> &str {
    client.settings.id_token_sign_alg().unwrap_or("RS256")
}

/// The digest of a value for a claim such as `s_hash`, by the signature algorithm of the client.
pub fn hash(client: &Client, value: &str) -> Option<String> {
    let alg = JwsAlg::from(signature_algorithm(client));
    half_hash(alg.protocol_value()?, value)
}

/// Refuses a symmetric algorithm for a public client, which has no secret.
pub fn check_signature_algorithm(client: &Client) -> Result<(), ResultCode> {
    let alg = JwsAlg::from(signature_algorithm(client));
    let is_symmetric = alg.protocol_value().is_some_and(jose::is_symmetric);
    match is_symmetric && !client.is_confidential() {
        true => Err(ID_TOKEN_SIGNATURE_SYMMETRIC),
        false => Ok(()),
    }
}

fn check_encryption_algorithm(client: &Client) -> Result<(), ResultCode> {
    let is_symmetric = keys::is_encryption_symmetric(client.settings.id_token_encryption_alg());
    match is_symmetric && !client.is_confidential() {
        true => Err(ID_TOKEN_ENCRYPTION_SYMMETRIC),
        false => Ok(()),
    }
}

/// The claim `aud` of a JWT for a client, as a string or an array: as the call says, else as the service is configured.
pub fn audience(service: &Service, client_id: String, type_of_call: Option<&str>) -> Value {
    match type_of_call.or(service.settings.id_token_aud_type()) {
        Some("string") => client_id.into(),
        _ => vec![client_id].into(),
    }
}

/// The left half of the digest, with the hash function of the signature algorithm (OpenID Connect Core 1.0 §3.1.3.6).
/// EdDSA on Ed25519 uses SHA-512. `None` without a signature.
pub fn half_hash(alg: &str, value: &str) -> Option<String> {
    let algorithm = match alg.get(alg.len().saturating_sub(3)..)? {
        "256" | "56K" => &digest::SHA256,
        "384" => &digest::SHA384,
        "512" | "DSA" => &digest::SHA512,
        _ => return None,
    };
    let digest = digest::digest(algorithm, value.as_bytes());
    let half = digest.as_ref().get(..digest.as_ref().len() / 2)?;
    Some(BASE64_URL_SAFE_NO_PAD.encode(half))
}
