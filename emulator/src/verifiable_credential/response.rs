//! Credential responses (OID4VCI §8.3).

use serde_json::{Value, json};

use super::encryption;
use crate::json::Object;
use crate::protocol::credential_issuer;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::CREDENTIAL_RESPONSE_NOT_ENCRYPTED;
use crate::settings::ServiceSettings;
use crate::store::ResponseEncryption;

/// The default of the interval before the next request of the wallet, in seconds.
const DEFAULT_INTERVAL: i64 = 5;

/// The body of a response, and whether it is encrypted.
#[derive(Debug)]
pub struct CredentialResponse {
    pub text: String,
    pub is_encrypted: bool,
}

/// The response with credentials. 1.0-ID1 has a single credential instead of a list.
pub fn with_credentials(credentials: Vec<String>, service: &ServiceSettings) -> Object {
    let (name, value) = match &credentials[..] {
        [only] if !credential_issuer::is_final(service) => ("credential", json!(only)),
        several => {
            let several = several.iter();
            let several = several.map(|credential| json!({ "credential": credential }));
            ("credentials", several.collect::<Value>())
        }
    };
    Object::from_iter([(name.to_owned(), value)])
}

/// The response with a transaction ID. 1.0-ID1 has no interval.
pub fn with_transaction(id: &str, interval: Option<i64>, service: &ServiceSettings) -> Object {
    let mut response = Object::from_iter([("transaction_id".to_owned(), Value::from(id))]);
    if credential_issuer::is_final(service) {
        let interval = interval.filter(|interval| *interval > 0);
        response.insert(
            "interval".to_owned(),
            interval.unwrap_or(DEFAULT_INTERVAL).into(),
        );
    }
    response
}

pub fn content(
    response: Object,
    encryption: Option<&ResponseEncryption>,
) -> Result<CredentialResponse, OAuthError> {
    let text = Value::Object(response).to_string();
    let Some(encryption) = encryption else {
        return Ok(CredentialResponse {
            text,
            is_encrypted: false,
        });
    };
    let encrypted = encryption::encrypt(encryption, &text).map_err(|_| {
        OAuthError::new(
            "invalid_encryption_parameters",
            CREDENTIAL_RESPONSE_NOT_ENCRYPTED,
        )
    })?;
    Ok(CredentialResponse {
        text: encrypted,
        is_encrypted: true,
    })
}
