//! A service as a credential issuer (OpenID for Verifiable Credential Issuance).

use crate::json::Object;
use crate::settings::{CredentialIssuerMetadata, ServiceSettings};

/// The names of the final version in the settings. The default is `1.0-ID1`, as in Authlete.
const FINAL: [&str; 2] = ["1.0", "1.0-Final"];

pub fn is_enabled(service: &ServiceSettings) -> bool {
    service.verifiable_credentials_enabled()
}

/// Whether the service follows the final version, and not Implementer's Draft 1.
pub fn is_final(service: &ServiceSettings) -> bool {
    let version = service.oid4vci_version();
    version.is_some_and(|version| FINAL.contains(&version))
}

/// The credential configurations of the service by their identifiers.
pub fn configurations(service: &ServiceSettings) -> Object {
    let metadata = service.credential_issuer_metadata();
    let text = metadata.and_then(CredentialIssuerMetadata::credentials_supported);
    let configurations = text.and_then(|text| serde_json::from_str(text).ok());
    configurations.unwrap_or_default()
}

/// The location that authorization details must name: the issuer, if its metadata name authorization servers.
pub fn location(service: &ServiceSettings) -> Option<&str> {
    let servers = service
        .credential_issuer_metadata()?
        .authorization_servers()?;
    identifier(service).filter(|_| !servers.is_empty())
}

pub fn identifier(service: &ServiceSettings) -> Option<&str> {
    service.credential_issuer_metadata()?.credential_issuer()
}
