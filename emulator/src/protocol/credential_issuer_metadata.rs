//! The metadata of a service as a credential issuer (OpenID for Verifiable Credential Issuance 1.0 §12.2.4).

use authlete::types::{JweAlg, JweEnc};
use serde_json::{Value, json};

use super::{credential_issuer, metadata};
use crate::jose::{ContentEncryption, JwkSet, KeyManagement};
use crate::json::{Members, Object};

/// Settings that both versions publish unchanged.
const AS_THEY_ARE: [(&str, &str); 5] = [
    ("credential_issuer", "credentialIssuer"),
    ("authorization_servers", "authorizationServers"),
    ("credential_endpoint", "credentialEndpoint"),
    ("deferred_credential_endpoint", "deferredCredentialEndpoint"),
    ("notification_endpoint", "notificationEndpoint"),
];

/// The settings that metadata require.
const REQUIRED: [&str; 3] = [
    "credentialIssuer",
    "credentialEndpoint",
    "credentialsSupported",
];

/// The metadata document, if the settings are complete. As in other metadata, features that the emulator does not support
/// are left out: unsupported algorithms, and compression.
pub fn of(service: &Object) -> Option<Object> {
    let settings = credential_issuer::settings(service)?;
    let is_complete = REQUIRED.iter().all(|name| settings.text(name).is_some());
    is_complete.then(|| document(service, settings))
}

fn document(service: &Object, settings: &Object) -> Object {
    let mut document = Object::new();
    let mut publish = |name: &str, value: Option<Value>| {
        metadata::publish(&mut document, name, value);
    };
    let as_it_is = |name: &str| settings.get(name).cloned();
    for (name, setting) in AS_THEY_ARE {
        publish(name, as_it_is(setting));
    }
    if credential_issuer::is_final(service) {
        publish("nonce_endpoint", as_it_is("nonceEndpoint"));
        publish(
            "credential_request_encryption",
            request_encryption(settings),
        );
        publish("batch_credential_issuance", batch(settings));
    } else {
        let batch_endpoint = as_it_is("batchCredentialEndpoint");
        publish("batch_credential_endpoint", batch_endpoint);
    }
    publish(
        "credential_response_encryption",
        response_encryption(settings),
    );
    let display = settings.text("display").map(serde_json::from_str);
    publish("display", display.and_then(Result::ok));
    let configurations = credential_issuer::configurations(service);
    publish(
        "credential_configurations_supported",
        Some(configurations.into()),
    );
    document
}

fn response_encryption(settings: &Object) -> Option<Value> {
    let algs = settings.texts("credentialResponseEncryptionAlgValuesSupported")?;
    let algs = algs.into_iter().map(JweAlg::from);
    let algs = algs.filter_map(|alg| alg.protocol_value());
    // The wallet provides a public key, so symmetric algorithms do not apply.
    let is_public = |alg: &&str| KeyManagement::named(alg).is_ok_and(|kind| !kind.is_symmetric());
    let algs: Vec<_> = algs.filter(is_public).collect();
    let encs = encs(settings, "credentialResponseEncryptionEncValuesSupported")?;
    (!algs.is_empty()).then(|| {
        json!({
            "alg_values_supported": algs,
            "enc_values_supported": encs,
            "encryption_required": settings.flag("requireCredentialResponseEncryption"),
        })
    })
}

fn request_encryption(settings: &Object) -> Option<Value> {
    let keys = settings.text("credentialRequestEncryptionJwks")?;
    let keys = JwkSet::parse(keys).ok()?.public();
    let encs = encs(settings, "credentialRequestEncryptionEncValuesSupported")?;
    (!keys.keys().is_empty()).then(|| {
        json!({
            "jwks": keys.to_json(),
            "enc_values_supported": encs,
            "encryption_required": settings.flag("requireCredentialRequestEncryption"),
        })
    })
}

fn encs(settings: &Object, name: &str) -> Option<Vec<&'static str>> {
    let encs = settings.texts(name)?.into_iter().map(JweEnc::from);
    let encs = encs.filter_map(|enc| enc.protocol_value());
    let encs: Vec<_> = encs
        .filter(|enc| ContentEncryption::named(enc).is_ok())
        .collect();
    (!encs.is_empty()).then_some(encs)
}

fn batch(settings: &Object) -> Option<Value> {
    let size = settings.integer("batchSize").filter(|size| *size >= 2)?;
    Some(json!({ "batch_size": size }))
}
