//! Encryption of credential responses (OID4VCI §10).

use authlete::types::{JweAlg, JweEnc};
use serde_json::Value;

use crate::jose::{self, JoseError, Jwk};
use crate::json::{Object, ObjectExt};
use crate::protocol::credential_issuer;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    RESPONSE_ENCRYPTION_EXPOSED, RESPONSE_ENCRYPTION_INVALID, RESPONSE_ENCRYPTION_MISSING,
    ResultCode,
};
use crate::settings::CredentialIssuerMetadata;
use crate::store::{ResponseEncryption, Service};

use super::access_token::IssuanceToken;
use super::message::Message;

/// The requested encryption of the response. The service and the client can each require it.
pub fn requested(
    message: &Message,
    service: &Service,
    token: &IssuanceToken,
) -> Result<Option<ResponseEncryption>, OAuthError> {
    let settings = &service.settings;
    let metadata = settings.credential_issuer_metadata();
    let Some(parameters) = message.body.get("credential_response_encryption") else {
        let client = service.clients.by_id(token.record.grant.client_id);
        let by_service = CredentialIssuerMetadata::require_credential_response_encryption;
        let is_required = metadata.is_some_and(by_service)
            || client
                .is_some_and(|client| client.settings.credential_response_encryption_required());
        return match is_required {
            true => Err(invalid(RESPONSE_ENCRYPTION_MISSING)),
            false => Ok(None),
        };
    };
    // In an unencrypted request an attacker could replace the key. 1.0-ID1 has no encrypted requests.
    let has_key = settings.credential_request_encryption_jwks().is_some();
    if has_key && credential_issuer::is_final(settings) && !message.is_encrypted {
        return Err(invalid(RESPONSE_ENCRYPTION_EXPOSED));
    }
    let encryption = parameters
        .as_object()
        .and_then(|parameters| read(parameters, metadata?));
    encryption
        .map(Some)
        .ok_or(invalid(RESPONSE_ENCRYPTION_INVALID))
}

fn read(parameters: &Object, metadata: CredentialIssuerMetadata<'_>) -> Option<ResponseEncryption> {
    // The length of a compressed plaintext leaks information about it.
    if parameters.contains_key("zip") {
        return None;
    }
    let key = parameters.object("jwk")?;
    // Drafts have the algorithm next to the key.
    let alg = key.text("alg").or_else(|| parameters.text("alg"))?;
    let enc = parameters.text("enc")?;
    let algs = metadata.credential_response_encryption_alg_values_supported()?;
    let encs = metadata.credential_response_encryption_enc_values_supported()?;
    algs.into_iter()
        .find(|word| JweAlg::from(*word).protocol_value() == Some(alg))?;
    encs.into_iter()
        .find(|word| JweEnc::from(*word).protocol_value() == Some(enc))?;
    let encryption = ResponseEncryption {
        key: key.clone(),
        alg: alg.to_owned(),
        enc: enc.to_owned(),
    };
    // Detects an unusable key before the credential is created.
    encrypt(&encryption, "").ok()?;
    Some(encryption)
}

pub fn encrypt(encryption: &ResponseEncryption, content: &str) -> Result<String, JoseError> {
    let key = Jwk::parse(encryption.key.clone()).map_err(|_| JoseError::WrongKey)?;
    if key.is_private() {
        return Err(JoseError::WrongKey);
    }
    let header = Object::from_iter([("typ".to_owned(), Value::from("JWT"))]);
    let (alg, enc) = (&encryption.alg, &encryption.enc);
    jose::encrypt(alg, enc, &key, header, content.as_bytes())
}

fn invalid(code: ResultCode) -> OAuthError {
    OAuthError::new("invalid_encryption_parameters", code)
}
