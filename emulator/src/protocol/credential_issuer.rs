//! A service as a credential issuer (OpenID for Verifiable Credential Issuance).

use crate::json::{Members, Object};

/// What the settings call the final version. Without a word it is `1.0-ID1`, as at Authlete.
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
    let text = metadata(service).and_then(|metadata| metadata.text("credentialsSupported"));
    let configurations = text.and_then(|text| serde_json::from_str(text).ok());
    configurations.unwrap_or_default()
}

/// What authorization details have to name as their location: the issuer, where its metadata name authorization servers.
pub fn location(service: &Object) -> Option<&str> {
    let metadata = metadata(service)?;
    let servers = metadata.array("authorizationServers")?;
    metadata
        .text("credentialIssuer")
        .filter(|_| !servers.is_empty())
}

/// What the service says of itself as a credential issuer.
pub fn metadata(service: &Object) -> Option<&Object> {
    service.object("credentialIssuerMetadata")
}
