//! `/vci`: metadata, keys and nonces of a credential issuer.

use serde_json::{Value, json};

use crate::api_response::{ApiResponse, Outcome, ResponseBuilder};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::usual_action;
use crate::protocol::{credential_issuer, credential_issuer_metadata, credential_nonce};
use crate::result_code::{
    CREDENTIAL_JWKS_DISABLED, CREDENTIAL_JWKS_MADE, CREDENTIAL_JWKS_MISSING,
    CREDENTIAL_METADATA_DISABLED, CREDENTIAL_METADATA_INCOMPLETE, CREDENTIAL_METADATA_MADE,
    CREDENTIAL_NONCE_DISABLED, CREDENTIAL_NONCE_MADE, JWT_ISSUER_METADATA_DISABLED,
    JWT_ISSUER_METADATA_INCOMPLETE, JWT_ISSUER_METADATA_MADE, ResultCode,
};
use crate::store::Service;

/// The metadata of the credential issuer (OpenID for Verifiable Credential Issuance 1.0 §12.2).
pub fn metadata(call: &Call, service: &Service) -> Outcome {
    refuse_disabled(call, service, CREDENTIAL_METADATA_DISABLED)?;
    let document = credential_issuer_metadata::of(&service.settings).map(Value::Object);
    let document =
        document.ok_or_else(|| incomplete(call, service, CREDENTIAL_METADATA_INCOMPLETE))?;
    Ok(document_response(call, CREDENTIAL_METADATA_MADE, &document).build())
}

/// The metadata with the location of the keys (SD-JWT VC, "JWT VC Issuer Metadata").
pub fn jwt_issuer(call: &Call, service: &Service) -> Outcome {
    refuse_disabled(call, service, JWT_ISSUER_METADATA_DISABLED)?;
    let settings = &service.settings;
    let document = credential_issuer::identifier(settings)
        .zip(settings.credential_jwks_uri())
        .map(|(issuer, uri)| json!({ "issuer": issuer, "jwks_uri": uri }));
    let document =
        document.ok_or_else(|| incomplete(call, service, JWT_ISSUER_METADATA_INCOMPLETE))?;
    Ok(document_response(call, JWT_ISSUER_METADATA_MADE, &document).build())
}

pub fn jwks(call: &Call, service: &Service) -> Outcome {
    refuse_disabled(call, service, CREDENTIAL_JWKS_DISABLED)?;
    let keys = service
        .settings
        .credential_jwks()
        .ok_or_else(|| incomplete(call, service, CREDENTIAL_JWKS_MISSING))?;
    Ok(document_response(call, CREDENTIAL_JWKS_MADE, &keys.public().to_json()).build())
}

/// The nonce endpoint (OpenID for Verifiable Credential Issuance 1.0 §7).
pub fn nonce(call: &Call, service: &mut Service) -> Outcome {
    refuse_disabled(call, service, CREDENTIAL_NONCE_DISABLED)?;
    let nonce = credential_nonce::shared(service, call.now)?;
    let document = json!({ "c_nonce": nonce });
    Ok(document_response(call, CREDENTIAL_NONCE_MADE, &document)
        .with("cnonce", nonce)
        .build())
}

/// These endpoints exist only if the service issues credentials.
fn refuse_disabled(call: &Call, service: &Service, code: ResultCode) -> Result<(), ApiResponse> {
    match credential_issuer::is_enabled(&service.settings) {
        true => Ok(()),
        false => {
            let error = OAuthError::new("not_found", code);
            let response = error.response(call.path, "NOT_FOUND", &service.settings);
            Err(response.build())
        }
    }
}

/// The error for a service whose settings are incomplete.
fn incomplete(call: &Call, service: &Service, code: ResultCode) -> ApiResponse {
    let error = OAuthError::new("server_error", code);
    let response = error.response(call.path, usual_action(&error), &service.settings);
    response.build()
}

/// The response with a document, which `pretty` indents.
fn document_response(call: &Call, code: ResultCode, document: &Value) -> ResponseBuilder {
    let content = match call.body.flag("pretty") {
        true => format!("{document:#}"),
        false => document.to_string(),
    };
    ApiResponse::action(call.path, code, "OK").with("responseContent", content)
}
