//! Rules for the settings of a service as a credential issuer (OpenID for Verifiable Credential Issuance 1.0).

use serde_json::Value;

use super::check::{self, Invalid};
use super::credential_issuer_metadata::CredentialIssuerMetadata;
use crate::jose::Jwk;
use crate::json::{Object, ObjectExt};
use crate::result_code::{SETTING_INVALID, SETTING_WORD};

const MEMBER: &str = "credentialIssuerMetadata";

/// Implementer's Draft 1, and two names of the final version.
const VERSIONS: [&str; 3] = ["1.0-ID1", "1.0", "1.0-Final"];

/// Refuses settings that Authlete refuses.
pub fn check(settings: &Object) -> Result<(), Invalid> {
    let version = settings.text("oid4vciVersion");
    if version.is_some_and(|version| !VERSIONS.contains(&version)) {
        return Err(Invalid::new(
            "oid4vciVersion",
            SETTING_WORD,
            "not a supported version",
        ));
    }
    check::key_set(settings, "credentialJwks")?;
    check::enums_within(settings, MEMBER, CredentialIssuerMetadata::ENUMS)?;
    let Some(metadata) = settings.object(MEMBER) else {
        return Ok(());
    };
    check_metadata(metadata).map_err(|invalid| invalid.within(MEMBER))
}

fn check_metadata(metadata: &Object) -> Result<(), Invalid> {
    check::uris(metadata)?;
    check::numbers(metadata, &["batchSize"], i64::from(i32::MAX))?;
    check::key_set(metadata, "credentialRequestEncryptionJwks")?;
    check::identifier(metadata, "credentialIssuer")?;
    check::uri_items(metadata, "authorizationServers")?;
    let text = |name| {
        let parsed = metadata.text(name).map(serde_json::from_str::<Value>);
        parsed.map(Result::unwrap_or_default)
    };
    let are_objects = |value: &Value| {
        value
            .as_array()
            .is_some_and(|all| all.iter().all(Value::is_object))
    };
    if text("display").is_some_and(|display| !are_objects(&display)) {
        return Err(Invalid::new(
            "display",
            SETTING_INVALID,
            "not a JSON array of objects",
        ));
    }
    let is_configuration = |value: &Value| value.get("format").is_some_and(Value::is_string);
    let are_configurations = |value: &Value| {
        let configurations = value.as_object();
        configurations.is_some_and(|all| all.values().all(is_configuration))
    };
    match text("credentialsSupported") {
        Some(supported) if !are_configurations(&supported) => Err(Invalid::new(
            "credentialsSupported",
            SETTING_INVALID,
            "not a JSON object whose values are objects with 'format'",
        )),
        _ => Ok(()),
    }
}

/// Adds the thumbprint (RFC 7638) as `kid` to each key of `credentialJwks` that has no `kid`.
pub fn add_missing_kids(settings: &mut Object) {
    let text = settings.text("credentialJwks");
    let Some(mut set) = text.and_then(|text| serde_json::from_str::<Object>(text).ok()) else {
        return;
    };
    let keys = set.get_mut("keys").and_then(Value::as_array_mut);
    let keys = keys.into_iter().flatten().filter_map(Value::as_object_mut);
    let mut is_changed = false;
    for key in keys.filter(|key| key.text("kid").is_none()) {
        if let Ok(parsed) = Jwk::parse(key.clone()) {
            key.insert("kid".to_owned(), parsed.thumbprint().into());
            is_changed = true;
        }
    }
    if is_changed {
        let set = Value::Object(set).to_string();
        settings.insert("credentialJwks".to_owned(), set.into());
    }
}
