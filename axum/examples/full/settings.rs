//! Settings of the service and of this server.

use std::env;

use anyhow::Result;
use authlete::server::ClientCertificateSource;
use authlete::types::{Scope, Service};
use authlete_axum::authorization_server::Endpoints;
use serde_json::json;

/// The scope of the credential, and its credential configuration ID.
pub const MEMBERSHIP: &str = "membership";

/// The type of the credential.
pub const MEMBERSHIP_TYPE: &str = "urn:example:membership";

/// Writes the endpoints and features of this server into the settings of a service.
pub fn write(service: &mut Service, issuer: &str) -> Result<()> {
    let endpoints = Endpoints::from_issuer(issuer)?.with_credential_issuer(issuer)?;
    endpoints.write_to(service);
    service.device_verification_uri = Some(format!("{issuer}/device"));

    let credentials = json!({ MEMBERSHIP: {
        "format": "dc+sd-jwt",
        "scope": MEMBERSHIP,
        "vct": MEMBERSHIP_TYPE,
        "cryptographic_binding_methods_supported": ["jwk"],
        "proof_types_supported": { "jwt": { "proof_signing_alg_values_supported": ["ES256"] } },
    }});
    let metadata = service.credential_issuer_metadata.get_or_insert_default();
    metadata.credentials_supported = Some(credentials.to_string());
    service.verifiable_credentials_enabled = Some(true);
    service.oid4vci_version = Some("1.0".to_owned());
    // A real service should use separate keys.
    service.credential_jwks.clone_from(&service.jwks);
    let scopes = service.supported_scopes.get_or_insert_default();
    if scopes
        .iter()
        .all(|it| it.name.as_deref() != Some(MEMBERSHIP))
    {
        scopes.push(Scope::new(MEMBERSHIP));
    }
    service.dynamic_registration_supported = Some(true);
    // The client metadata with the redirect URIs for logout.
    let custom = service
        .supported_custom_client_metadata
        .get_or_insert_default();
    if custom.iter().all(|it| it != "post_logout_redirect_uris") {
        custom.push("post_logout_redirect_uris".to_owned());
    }
    Ok(())
}

/// Where client certificates come from.
pub fn client_certificates() -> ClientCertificateSource {
    match env::var("CLIENT_CERTIFICATES").as_deref() {
        Ok("client-cert") => ClientCertificateSource::ClientCert,
        _ => ClientCertificateSource::None,
    }
}
