//! The metadata of a service as a credential issuer (OpenID for Verifiable Credential Issuance 1.0 §12.2.4).

use authlete::types::{JweAlg, JweEnc};
use serde_json::{Value, json};

use super::{credential_issuer, metadata};
use crate::jose::{ContentEncryption, KeyManagement};
use crate::json::Object;
use crate::settings::{CredentialIssuerMetadata, ServiceSettings};

/// The metadata document, if the settings are complete. As in other metadata, features that the emulator does not support
/// are left out: unsupported algorithms, and compression.
pub fn of(service: &ServiceSettings) -> Option<Object> {
    let settings = service.credential_issuer_metadata()?;
    let is_complete = settings.credential_issuer().is_some()
        && settings.credential_endpoint().is_some()
        && settings.credentials_supported().is_some();
    is_complete.then(|| document(service, settings))
}

fn document(service: &ServiceSettings, settings: CredentialIssuerMetadata<'_>) -> Object {
    let mut document = Object::new();
    let mut publish = |name: &str, value: Option<Value>| {
        metadata::publish(&mut document, name, value);
    };
    let text = |text: Option<&str>| text.map(Value::from);
    publish("credential_issuer", text(settings.credential_issuer()));
    let servers = settings.authorization_servers().map(Value::from);
    publish("authorization_servers", servers);
    publish("credential_endpoint", text(settings.credential_endpoint()));
    let deferred = text(settings.deferred_credential_endpoint());
    publish("deferred_credential_endpoint", deferred);
    let notification = text(settings.notification_endpoint());
    publish("notification_endpoint", notification);
    if credential_issuer::is_final(service) {
        publish("nonce_endpoint", text(settings.nonce_endpoint()));
        publish(
            "credential_request_encryption",
            request_encryption(service, settings),
        );
        publish("batch_credential_issuance", batch(settings));
    } else {
        let batch_endpoint = text(settings.batch_credential_endpoint());
        publish("batch_credential_endpoint", batch_endpoint);
    }
    publish(
        "credential_response_encryption",
        response_encryption(settings),
    );
    let display = settings.display().map(serde_json::from_str);
    publish("display", display.and_then(Result::ok));
    let configurations = credential_issuer::configurations(service);
    publish(
        "credential_configurations_supported",
        Some(configurations.into()),
    );
    document
}

fn response_encryption(settings: CredentialIssuerMetadata<'_>) -> Option<Value> {
    let algs = settings.credential_response_encryption_alg_values_supported()?;
    let algs = algs.into_iter().map(JweAlg::from);
    let algs = algs.filter_map(|alg| alg.protocol_value());
    // The wallet provides a public key, so symmetric algorithms do not apply.
    let is_public =
        |alg: &&str| KeyManagement::from_name(alg).is_ok_and(|kind| !kind.is_symmetric());
    let algs: Vec<_> = algs.filter(is_public).collect();
    let encs = encs(settings.credential_response_encryption_enc_values_supported()?)?;
    (!algs.is_empty()).then(|| {
        json!({
            "alg_values_supported": algs,
            "enc_values_supported": encs,
            "encryption_required": settings.require_credential_response_encryption(),
        })
    })
}

fn request_encryption(
    service: &ServiceSettings,
    settings: CredentialIssuerMetadata<'_>,
) -> Option<Value> {
    let keys = service.credential_request_encryption_jwks()?.public();
    let encs = encs(settings.credential_request_encryption_enc_values_supported()?)?;
    (!keys.keys().is_empty()).then(|| {
        json!({
            "jwks": keys.to_json(),
            "enc_values_supported": encs,
            "encryption_required": settings.require_credential_request_encryption(),
        })
    })
}

fn encs(encs: Vec<&str>) -> Option<Vec<&'static str>> {
    let encs = encs.into_iter().map(JweEnc::from);
    let encs = encs.filter_map(|enc| enc.protocol_value());
    let encs: Vec<_> = encs
        .filter(|enc| ContentEncryption::from_name(enc).is_ok())
        .collect();
    (!encs.is_empty()).then_some(encs)
}

fn batch(settings: CredentialIssuerMetadata<'_>) -> Option<Value> {
    let size = settings.batch_size();
    (size >= 2).then(|| json!({ "batch_size": size }))
}
