//! `/auth/revocation`: token revocation by the client (RFC 7009).

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::model::{Parameters, ParametersError};
use crate::protocol::client_attestation::with_challenge;
use crate::protocol::client_authentication::authenticate_by;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::result_code::{
    REVOCATION_CALLBACK, REVOCATION_OK, REVOCATION_PARAMETERS_MISSING, REVOCATION_PARAMETERS_NONE,
    REVOCATION_TOKEN_EMPTY, REVOCATION_TOKEN_MISSING, repeated_at_revocation,
};
use crate::settings::ServiceSettings;
use crate::store::{RecordId, Service};

pub fn revocation(call: &Call, service: &mut Service) -> Outcome {
    let outcome = match process(call, service) {
        Ok(callback) => Ok(ApiResponse::action(call.path, REVOCATION_OK, "OK")
            .with_optional("responseContent", callback)
            .build()),
        Err(refusal) => refusal.outcome(call, &service.settings, usual_action),
    };
    with_challenge(call, service, outcome)
}

/// Revokes the token, and returns the script that calls the callback of the client.
fn process(call: &Call, service: &mut Service) -> Result<Option<String>, Refusal> {
    let invalid = OAuthError::invalid_request;
    let parameters = Parameters::of_call(&call.body).map_err(|error| match error {
        ParametersError::Missing => OAuthError::new("server_error", REVOCATION_PARAMETERS_MISSING),
        ParametersError::Empty => invalid(REVOCATION_PARAMETERS_NONE),
        ParametersError::Repeated(repeated) => invalid(repeated_at_revocation(&repeated.name)),
    })?;
    let authenticated = authenticate_by(
        call,
        service,
        ServiceSettings::supported_revocation_auth_methods,
        &parameters,
    )?;
    let token = parameters
        .required("token", REVOCATION_TOKEN_MISSING, REVOCATION_TOKEN_EMPTY)
        .map_err(invalid)?;
    let callback = match parameters.get("callback") {
        Some(name) if !is_function(name) => return Err(invalid(REVOCATION_CALLBACK).into()),
        name => name.map(|name| format!("{name}();")),
    };
    if let Some(record) = find(service, token, authenticated.client.id()) {
        service.tokens.take(record);
    }
    Ok(callback)
}

/// The record of the access or refresh token, independent of the hint. Unknown tokens and tokens of other clients are
/// not revoked (RFC 7009 §2.1).
fn find(service: &Service, token: &str, client_id: i64) -> Option<RecordId> {
    let token = Digest::of(token);
    let tokens = &service.tokens;
    let (id, record) = tokens
        .by_access_token(&token)
        .or_else(|| tokens.by_refresh_token(&token))?;
    (record.grant.client_id == client_id).then_some(id)
}

/// Whether a callback (RFC 7009 §2.3) is a function name and no other script.
fn is_function(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._$".contains(&byte);
    name.bytes().all(is_allowed)
}
