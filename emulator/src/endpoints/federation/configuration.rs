//! `/federation/configuration`: the entity configuration of the service (OpenID Federation 1.0 §9).

use authlete::types::EntityType;
use serde_json::Value;

use super::action;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::json::{Object, ObjectExt};
use crate::protocol::federation::{ENTITY_STATEMENT, Provider};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{credential_issuer, credential_issuer_metadata, lifetime, metadata};
use crate::result_code::{FEDERATION_CONFIGURED, FEDERATION_CREDENTIAL_ISSUER_INCOMPLETE};
use crate::store::Service;

pub fn configuration(call: &Call, service: &Service) -> Outcome {
    let response = match entity_configuration(call, service) {
        Ok(jwt) => {
            ApiResponse::action(call.path, FEDERATION_CONFIGURED, "OK").with("responseContent", jwt)
        }
        Err(error) => error.response(call.path, action(&error), &service.settings),
    };
    Ok(response.build())
}

fn entity_configuration(call: &Call, service: &Service) -> Result<String, OAuthError> {
    let provider = Provider::of(service)?;
    let claims = Object::from_iter([
        ("jwks".to_owned(), provider.public_keys()),
        (
            "authority_hints".to_owned(),
            provider.authority_hints.clone().into(),
        ),
        (
            "metadata".to_owned(),
            metadata_by_type(call, service)?.into(),
        ),
    ]);
    let expires_at = after(call.now, lifetime::entity_configuration(service));
    let times = (call.now, expires_at);
    provider.sign_statement(ENTITY_STATEMENT, &provider.entity_id, times, claims)
}

/// The metadata of the service for each requested entity type.
fn metadata_by_type(call: &Call, service: &Service) -> Result<Object, OAuthError> {
    let requested = call.body.texts("entityTypes").unwrap_or_default();
    let mut types: Vec<_> = requested.into_iter().map(EntityType::from).collect();
    types.retain(|entity_type| is_supported(entity_type, service));
    if types.is_empty() {
        types.push(EntityType::OpenidProvider);
    }
    let entries = types.into_iter().map(|entity_type| {
        let metadata = match entity_type {
            EntityType::OpenidCredentialIssuer => credential_issuer_metadata::of(&service.settings),
            _ => Some(provider_metadata(service)),
        };
        let named = entity_type.protocol_value().zip(metadata);
        let (name, metadata) = named.ok_or(OAuthError::new(
            "server_error",
            FEDERATION_CREDENTIAL_ISSUER_INCOMPLETE,
        ))?;
        Ok((name.to_owned(), Value::Object(metadata)))
    });
    entries.collect()
}

/// The metadata of the OpenID provider, where `signed_jwks_uri` replaces `jwks_uri`.
fn provider_metadata(service: &Service) -> Object {
    let mut metadata = metadata::of(service);
    if metadata.contains_key("signed_jwks_uri") {
        metadata.remove("jwks_uri");
    }
    metadata
}

/// Whether the service has metadata for an entity type. Authlete ignores the other types.
fn is_supported(entity_type: &EntityType, service: &Service) -> bool {
    match entity_type {
        EntityType::OpenidProvider => true,
        EntityType::OpenidCredentialIssuer => credential_issuer::is_enabled(&service.settings),
        _ => false,
    }
}
