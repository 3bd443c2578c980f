//! A service that issues credentials.

use authlete::Authlete;
use authlete::types::{Client, CredentialIssuerMetadata, GrantType, Scope, Service};
use authlete_emulator::Emulator;
use serde_json::{Value, json};

use super::{configure, configure_client};

pub const ISSUER: &str = "https://issuer.example";
pub const FINAL: &str = "1.0";
pub const DRAFT: &str = "1.0-ID1";
pub const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// The supported credential configurations.
pub fn configurations() -> Value {
    json!({
        "identity": {
            "format": "dc+sd-jwt",
            "scope": "identity",
            "vct": "https://issuer.example/identity",
            "cryptographic_binding_methods_supported": ["jwk"],
            "credential_signing_alg_values_supported": ["ES256"],
            "proof_types_supported": { "jwt": { "proof_signing_alg_values_supported": ["ES256"] } },
            "credential_metadata": { "display": [{ "name": "Identity" }] },
        },
        "licence": { "format": "mso_mdoc", "scope": "licence", "doctype": "org.iso.18013.5.1.mDL" },
        "degree": {
            "format": "jwt_vc_json",
            "credential_definition": { "type": ["VerifiableCredential", "Degree"] },
        },
    })
}

/// The metadata of the credential issuer. Callers change single members.
pub fn issuer_metadata() -> CredentialIssuerMetadata {
    let mut metadata = CredentialIssuerMetadata::new();
    metadata.credential_issuer = Some(ISSUER.to_owned());
    metadata.credential_endpoint = Some(format!("{ISSUER}/credential"));
    metadata.credentials_supported = Some(configurations().to_string());
    metadata
}

/// Enables a version of OpenID4VCI on the service, and lets the registered client use pre-authorized codes.
pub async fn enable(
    emulator: &Emulator,
    api: &Authlete,
    version: &str,
    change: impl FnOnce(&mut Service),
) {
    configure(emulator, api, |service| {
        service.verifiable_credentials_enabled = Some(true);
        service.oid4vci_version = Some(version.to_owned());
        service.credential_issuer_metadata = Some(issuer_metadata());
        service.supported_authorization_details_types = Some(vec!["openid_credential".to_owned()]);
        let scopes = service.supported_scopes.get_or_insert_default();
        scopes.extend(["identity", "licence"].map(Scope::new));
        change(service);
    })
    .await;
    configure_client(api, emulator.client().id, |client: &mut Client| {
        let grant_types = client.grant_types.get_or_insert_default();
        grant_types.push(GrantType::PreAuthorizedCode);
    })
    .await;
}
