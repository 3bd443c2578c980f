//! Response modes: how an authorization response is delivered to the client.

use authlete::types::{JwsAlg, ResponseMode, ResponseType};

use super::keys;
use super::oauth_error::OAuthError;
use super::response_type;
use crate::jose;
use crate::model::Parameters;
use crate::result_code::{
    RESPONSE_JWT_ENCRYPTION_SYMMETRIC, RESPONSE_JWT_SIGNATURE_SYMMETRIC, RESPONSE_JWT_UNSIGNED,
    RESPONSE_JWT_WITHOUT_ALGORITHM, RESPONSE_MODE_NOT_ALLOWED, RESPONSE_MODE_QUERY,
    RESPONSE_MODE_QUERY_JWT, RESPONSE_MODE_UNKNOWN, ResultCode,
};
use crate::store::Client;

/// The mode of a request, with `jwt` resolved to the mode for the response type (JARM §2.3.4).
pub fn requested(
    parameters: &Parameters,
    response_type: &ResponseType,
    client: &Client,
) -> Result<ResponseMode, OAuthError> {
    let invalid = OAuthError::invalid_request;
    let settings = &client.settings;
    let Some(word) = parameters.get("response_mode") else {
        return Ok(default_mode(response_type));
    };
    let mode = ResponseMode::from_protocol_value(word).ok_or(invalid(RESPONSE_MODE_UNKNOWN))?;
    let allowed = settings
        .response_modes()
        .is_none_or(|modes| modes.contains(&mode.as_str()));
    if !allowed {
        return Err(invalid(RESPONSE_MODE_NOT_ALLOWED));
    }
    let is_implicit = response_type::is_implicit(response_type);
    // JARM §2.3.1: with encryption, tokens may be in the query.
    let is_encrypted = settings.authorization_encryption_alg().is_some();
    match &mode {
        ResponseMode::Query if is_implicit => return Err(invalid(RESPONSE_MODE_QUERY)),
        ResponseMode::QueryJwt if is_implicit && !is_encrypted => {
            return Err(invalid(RESPONSE_MODE_QUERY_JWT));
        }
        _ => {}
    }
    let mode = resolve(mode, response_type);
    if is_jwt(&mode) {
        check_algorithms(client).map_err(invalid)?;
    }
    Ok(mode)
}

/// Checks that the client is registered for JWT responses. A public client has no secret for symmetric algorithms.
fn check_algorithms(client: &Client) -> Result<(), ResultCode> {
    let signature = client.settings.authorization_sign_alg();
    let signature = JwsAlg::from(signature.ok_or(RESPONSE_JWT_WITHOUT_ALGORITHM)?);
    if signature == JwsAlg::None {
        return Err(RESPONSE_JWT_UNSIGNED);
    }
    if client.is_confidential() {
        return Ok(());
    }
    if signature.protocol_value().is_some_and(jose::is_symmetric) {
        return Err(RESPONSE_JWT_SIGNATURE_SYMMETRIC);
    }
    match keys::is_encryption_symmetric(client.settings.authorization_encryption_alg()) {
        true => Err(RESPONSE_JWT_ENCRYPTION_SYMMETRIC),
        false => Ok(()),
    }
}

/// The mode for an error response: the requested one if it is valid, else the default.
pub fn for_error(parameters: &Parameters, client: &Client) -> ResponseMode {
    let response_type = parameters
        .get("response_type")
        .and_then(response_type::read);
    let response_type = response_type.unwrap_or(ResponseType::Code);
    requested(parameters, &response_type, client).unwrap_or_else(|_| default_mode(&response_type))
}

pub fn is_form_post(mode: &ResponseMode) -> bool {
    matches!(mode, ResponseMode::FormPost | ResponseMode::FormPostJwt)
}

pub fn is_fragment(mode: &ResponseMode) -> bool {
    matches!(mode, ResponseMode::Fragment | ResponseMode::FragmentJwt)
}

pub fn is_jwt(mode: &ResponseMode) -> bool {
    matches!(
        mode,
        ResponseMode::QueryJwt | ResponseMode::FragmentJwt | ResponseMode::FormPostJwt
    )
}

/// The default mode of a response type (OAuth 2.0 Multiple Response Type Encoding Practices §2.1 and §5).
fn default_mode(response_type: &ResponseType) -> ResponseMode {
    if response_type::is_implicit(response_type) {
        ResponseMode::Fragment
    } else {
        ResponseMode::Query
    }
}

fn resolve(mode: ResponseMode, response_type: &ResponseType) -> ResponseMode {
    match (mode, default_mode(response_type)) {
        (ResponseMode::Jwt, ResponseMode::Query) => ResponseMode::QueryJwt,
        (ResponseMode::Jwt, _) => ResponseMode::FragmentJwt,
        (mode, _) => mode,
    }
}
