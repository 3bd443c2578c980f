//! Authorization details (RFC 9396) that clients may request, and those that they get.

use serde_json::Value;

use super::credential_details;
use super::oauth_error::OAuthError;
use crate::json::Object;
use crate::model::Parameters;
pub use crate::model::authorization_details::*;
use crate::result_code::{
    AUTHORIZATION_DETAILS_BEYOND_GRANT, AUTHORIZATION_DETAILS_TYPE_NOT_ALLOWED,
    AUTHORIZATION_DETAILS_TYPE_UNSUPPORTED, ResultCode,
};
use crate::settings::{ClientSettings, ServiceSettings};

/// The requested details in API form. The service must support their types, and the client must be allowed to use them, if
/// it is restricted to some.
pub fn requested(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Result<Option<Value>, OAuthError> {
    let Some(text) = parameters.get("authorization_details") else {
        return Ok(None);
    };
    let details = read(text).map_err(invalid)?;
    let supported = service
        .supported_authorization_details_types()
        .unwrap_or_default();
    let allowed = client.authorization_details_types();
    for kind in types(&details) {
        if !supported.contains(&kind) {
            return Err(invalid(AUTHORIZATION_DETAILS_TYPE_UNSUPPORTED));
        }
        if allowed.as_ref().is_some_and(|types| !types.contains(&kind)) {
            return Err(invalid(AUTHORIZATION_DETAILS_TYPE_NOT_ALLOWED));
        }
    }
    credential_details::check(&details, service).map_err(invalid)?;
    Ok(Some(details))
}

/// The details of an access token: those in the token request, each of which must equal a granted one, or all granted
/// details (RFC 9396 §6).
pub fn narrowed(
    granted: Option<&Value>,
    parameters: &Parameters,
) -> Result<Option<Value>, OAuthError> {
    let Some(text) = parameters.get("authorization_details") else {
        return Ok(granted.cloned());
    };
    let requested = read(text).map_err(invalid)?;
    let is_granted = |wanted: &Object| {
        let granted = granted.into_iter().flat_map(elements);
        granted.map(detail).any(|granted| granted == detail(wanted))
    };
    let all_granted = elements(&requested).all(is_granted);
    match all_granted {
        true => Ok(Some(requested)),
        false => Err(invalid(AUTHORIZATION_DETAILS_BEYOND_GRANT)),
    }
}

fn invalid(code: ResultCode) -> OAuthError {
    OAuthError::new("invalid_authorization_details", code)
}
