//! A service as a credential issuer (OpenID for Verifiable Credential Issuance).

use crate::jose::JwkSet;
use crate::json::{Members, Object};

/// The names of the final version in the settings. The default is `1.0-ID1`, as in Authlete.
const FINAL: [&str; 2] = ["1.0", "1.0-Final"];

pub fn is_enabled(service: &Object) -> bool {
    service.flag("verifiableCredentialsEnabled")
}

/// Whether the service follows the final version, and not Implementer's Draft 1.
pub fn is_final(service: &Object) -> bool {
    let version = service.text("oid4vciVersion");
    version.is_some_and(|version| FINAL.contains(&version))
}

/// The credential configurations of the service by their identifiers.
pub fn configurations(service: &Object) -> Object {
    let text = settings(service).and_then(|settings| settings.text("credentialsSupported"));
    let configurations = text.and_then(|text| serde_json::from_str(text).ok());
    configurations.unwrap_or_default()
}

/// The location that authorization details must name: the issuer, if its metadata name authorization servers.
pub fn location(service: &Object) -> Option<&str> {
    let servers = settings(service)?.array("authorizationServers")?;
    identifier(service).filter(|_| !servers.is_empty())
}

/// The keys that sign credentials.
pub fn keys(service: &Object) -> Option<JwkSet> {
    JwkSet::parse(service.text("credentialJwks")?).ok()
}

pub fn identifier(service: &Object) -> Option<&str> {
    settings(service)?.text("credentialIssuer")
}

/// The settings for the metadata.
pub fn settings(service: &Object) -> Option<&Object> {
    service.object("credentialIssuerMetadata")
}
