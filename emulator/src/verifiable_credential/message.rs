//! Credential requests: JSON, or JSON encrypted to a key of the credential issuer (OID4VCI §10).

use authlete::types::JweEnc;

use crate::jose::{Jwe, JwkSet};
use crate::json::{Members, Object};
use crate::protocol::credential_issuer;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    CREDENTIAL_REQUEST_MALFORMED, CREDENTIAL_REQUEST_MISSING, CREDENTIAL_REQUEST_NOT_ENCRYPTED,
    CREDENTIAL_REQUEST_UNDECRYPTABLE,
};

use super::configuration;

#[derive(Debug)]
pub struct Message {
    pub body: Object,
    pub is_encrypted: bool,
}

impl Message {
    /// The message in an API call. 1.0-ID1 has no encrypted requests.
    pub fn of(request: &Object, service: &Object) -> Result<Self, OAuthError> {
        let malformed = |code| OAuthError::new("invalid_credential_request", code);
        let content = request.text("requestContent");
        let content = content.ok_or(malformed(CREDENTIAL_REQUEST_MISSING))?;
        let metadata = configuration::metadata(service);
        let is_final = credential_issuer::is_final(service);
        let decrypted = match Jwe::parse(content.trim()) {
            _ if !is_final => None,
            Ok(jwe) => Some(decrypt(&jwe, &metadata).ok_or(OAuthError::new(
                "invalid_encryption_parameters",
                CREDENTIAL_REQUEST_UNDECRYPTABLE,
            ))?),
            Err(_) if metadata.flag("requireCredentialRequestEncryption") => {
                return Err(OAuthError::new(
                    "invalid_encryption_parameters",
                    CREDENTIAL_REQUEST_NOT_ENCRYPTED,
                ));
            }
            Err(_) => None,
        };
        let json = decrypted.as_deref().unwrap_or(content.as_bytes());
        Ok(Self {
            body: serde_json::from_slice(json)
                .map_err(|_| malformed(CREDENTIAL_REQUEST_MALFORMED))?,
            is_encrypted: decrypted.is_some(),
        })
    }
}

/// Decrypts a request whose algorithms and key are in the metadata.
fn decrypt(jwe: &Jwe, metadata: &Object) -> Option<Vec<u8>> {
    let supported = metadata.texts("credentialRequestEncryptionEncValuesSupported")?;
    supported
        .into_iter()
        .map(JweEnc::from)
        .find(|enc| enc.protocol_value() == Some(jwe.enc()))?;
    let keys = JwkSet::parse(metadata.text("credentialRequestEncryptionJwks")?).ok()?;
    let mut keys = keys.find_decryption(jwe.alg(), jwe.kid());
    keys.find_map(|key| jwe.decrypt(key).ok())
}
