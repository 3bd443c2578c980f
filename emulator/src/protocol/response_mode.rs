//! How an authorization response gets to the client.

use authlete::types::{ResponseMode, ResponseType};

use super::oauth_error::OAuthError;
use super::parameters::Parameters;
use super::response_type;
use crate::json::{Members, Object};
use crate::result_code::{RESPONSE_MODE_EXPOSES, RESPONSE_MODE_NOT_ALLOWED, RESPONSE_MODE_UNKNOWN};

/// The mode of a request, with `jwt` resolved to what it stands for (JARM §2.3.4).
pub fn requested(
    parameters: &Parameters,
    response_type: &ResponseType,
    client: &Object,
) -> Result<ResponseMode, OAuthError> {
    let invalid = OAuthError::invalid_request;
    let Some(word) = parameters.get("response_mode") else {
        return Ok(usual(response_type));
    };
    let mode = ResponseMode::from_protocol_value(word).ok_or(invalid(RESPONSE_MODE_UNKNOWN))?;
    let allowed = client
        .texts("responseModes")
        .is_none_or(|modes| modes.contains(&mode.as_str()));
    if !allowed {
        return Err(invalid(RESPONSE_MODE_NOT_ALLOWED));
    }
    let exposes = match &mode {
        ResponseMode::Query => true,
        // JARM §2.3.1: encryption makes the query a safe place.
        ResponseMode::QueryJwt => client.text("authorizationEncryptionAlg").is_none(),
        _ => false,
    };
    if exposes && response_type::is_implicit(response_type) {
        return Err(invalid(RESPONSE_MODE_EXPOSES));
    }
    Ok(resolve(mode, response_type))
}

/// The mode for the news that a request is no good: the requested one, as far as that can be used.
pub fn for_error(parameters: &Parameters, client: &Object) -> ResponseMode {
    let response_type = parameters
        .get("response_type")
        .and_then(response_type::read);
    let response_type = response_type.unwrap_or(ResponseType::Code);
    requested(parameters, &response_type, client).unwrap_or_else(|_| usual(&response_type))
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

/// OAuth 2.0 Multiple Response Type Encoding Practices §2.1 and §5.
fn usual(response_type: &ResponseType) -> ResponseMode {
    if response_type::is_implicit(response_type) {
        ResponseMode::Fragment
    } else {
        ResponseMode::Query
    }
}

fn resolve(mode: ResponseMode, response_type: &ResponseType) -> ResponseMode {
    match (mode, usual(response_type)) {
        (ResponseMode::Jwt, ResponseMode::Query) => ResponseMode::QueryJwt,
        (ResponseMode::Jwt, _) => ResponseMode::FragmentJwt,
        (mode, _) => mode,
    }
}
