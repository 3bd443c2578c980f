//! The credentials that an access token can obtain (OpenID for Verifiable Credential Issuance 1.0 §5.1): those of an offer,
//! of authorization details and of scopes.

use serde_json::Value;

use super::credential_details::{among, identifiers, is_for, with_identifiers};
use super::credential_issuer;
use crate::json::{Object, ObjectExt};
use crate::settings::ServiceSettings;
use crate::store::{NarrowedAccess, Service, TokenRecord};

/// The members of a credential configuration that do not describe the credential itself.
const OTHER_MEMBERS: [&str; 7] = [
    "credential_metadata",
    "credential_signing_alg_values_supported",
    "cryptographic_binding_methods_supported",
    "display",
    "order",
    "proof_types_supported",
    "scope",
];

/// The credentials, each with its description and, in the final version, with the identifiers by which a wallet can request
/// it.
pub fn of(
    service: &ServiceSettings,
    offered: &[String],
    details: Option<&Value>,
    scopes: &[String],
) -> Vec<Object> {
    if !credential_issuer::is_enabled(service) {
        return Vec::new();
    }
    let configurations = credential_issuer::configurations(service);
    let details = among(details);
    let issuable = configurations.iter().filter_map(|(id, value)| {
        let configuration = value.as_object()?;
        let mut details = details.iter();
        let detail = details.find(|detail| is_for(detail, id, value, service));
        let scope = configuration.text("scope");
        let is_scope = scope.is_some_and(|scope| scopes.iter().any(|granted| granted == scope));
        if !(offered.contains(id) || detail.is_some() || is_scope) {
            return None;
        }
        let mut credential = configuration.clone();
        credential.retain(|name, _| !OTHER_MEMBERS.contains(&name.as_str()));
        if let Some(claims) = detail.and_then(|detail| detail.get("claims")) {
            credential.insert("claims".to_owned(), claims.clone());
        }
        credential.insert("credential_configuration_id".to_owned(), id.as_str().into());
        if credential_issuer::is_final(service) {
            credential.insert("credential_identifiers".to_owned(), identifiers(id));
        }
        Some(credential)
    });
    issuable.collect()
}

/// The credentials in API form: an array as JSON text; `None` without credentials.
pub fn as_text(credentials: &[Object]) -> Option<String> {
    let array = || credentials.iter().cloned().map(Value::Object);
    (!credentials.is_empty()).then(|| array().collect::<Value>().to_string())
}

/// Stores the issuable credentials in the record of an access token. In the final version its authorization details get
/// the credential identifiers, too (§6.2).
pub fn store(service: &Service, record: &mut TokenRecord) {
    let settings = &service.settings;
    let (grant, details) = (&record.grant, record.authorization_details());
    let credentials = of(settings, &grant.offered_credentials, details, &grant.scopes);
    let has_details = !among(details).is_empty();
    if !credentials.is_empty() && has_details && credential_issuer::is_final(settings) {
        let narrowed = NarrowedAccess {
            resources: record.resources().to_vec(),
            authorization_details: details.map(with_identifiers),
        };
        record.narrowed = Some(Box::new(narrowed));
    }
    record.issuable_credentials = credentials;
}
