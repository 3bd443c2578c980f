//! Credential requests: JSON, or JSON encrypted to a key of the credential issuer (OID4VCI §10).

use authlete::types::JweEnc;

use crate::jose::Jwe;
use crate::json::{Object, ObjectExt};
use crate::protocol::credential_issuer;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    CREDENTIAL_REQUEST_MALFORMED, CREDENTIAL_REQUEST_MISSING, CREDENTIAL_REQUEST_NOT_ENCRYPTED,
    CREDENTIAL_REQUEST_UNDECRYPTABLE,
};
use crate::settings::{CredentialIssuerMetadata, ServiceSettings};

#[derive(Debug)]
pub struct Message {
    pub body: Object,
    pub is_encrypted: bool,
}

impl Message {
    /// The message in an API call. 1.0-ID1 has no encrypted requests.
    pub fn of(request: &Object, service: &ServiceSettings) -> Result<Self, OAuthError> {
        let malformed = |code| OAuthError::new("invalid_credential_request", code);
        let content = request.text("requestContent");
        let content = content.ok_or(malformed(CREDENTIAL_REQUEST_MISSING))?;
        let metadata = service.credential_issuer_metadata();
        let required = CredentialIssuerMetadata::require_credential_request_encryption;
        let is_final = credential_issuer::is_final(service);
        let decrypted = match Jwe::parse(content.trim()) {
            _ if !is_final => None,
            Ok(jwe) => Some(decrypt(&jwe, service).ok_or(OAuthError::new(
                "invalid_encryption_parameters",
                CREDENTIAL_REQUEST_UNDECRYPTABLE,
            ))?),
            Err(_) if metadata.is_some_and(required) => {
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
fn decrypt(jwe: &Jwe, service: &ServiceSettings) -> Option<Vec<u8>> {
    let metadata = service.credential_issuer_metadata()?;
    let supported = metadata.credential_request_encryption_enc_values_supported()?;
    supported
        .into_iter()
        .map(JweEnc::from)
        .find(|enc| enc.protocol_value() == Some(jwe.enc()))?;
    let keys = service.credential_request_encryption_jwks()?;
    let mut keys = keys.find_decryption(jwe.alg(), jwe.kid());
    keys.find_map(|key| jwe.decrypt(key).ok())
}
