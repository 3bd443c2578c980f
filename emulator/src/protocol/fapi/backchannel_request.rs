//! Backchannel authentication requests (FAPI: Client Initiated Backchannel Authentication Profile §5.2.2).

use authlete::types::DeliveryMode;

use super::profiles::Profiles;
use super::request_object::{MAX_LIFETIME, lifetime};
use crate::model::Parameters;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    FAPI_CIBA_ALGORITHM, FAPI_CIBA_DELIVERY_MODE, FAPI_CIBA_LIFETIME, FAPI_CIBA_UNSIGNED,
};
use crate::store::RequestObject;

/// Checks that the request is signed.
pub fn check_backchannel_request_is_signed(
    profiles: &Profiles,
    parameters: &Parameters,
) -> Result<(), OAuthError> {
    match profiles.is_empty() || parameters.has("request") {
        true => Ok(()),
        false => Err(OAuthError::invalid_request(FAPI_CIBA_UNSIGNED)),
    }
}

/// Checks the delivery mode, and the algorithm and the lifetime of a signed request.
pub fn check_backchannel_request(
    profiles: &Profiles,
    delivery_mode: &DeliveryMode,
    signed: Option<&RequestObject>,
) -> Result<(), OAuthError> {
    if profiles.is_empty() {
        return Ok(());
    }
    if *delivery_mode == DeliveryMode::Push {
        let code = FAPI_CIBA_DELIVERY_MODE;
        return Err(OAuthError::new("unauthorized_client", code));
    }
    let signed = signed.ok_or(OAuthError::invalid_request(FAPI_CIBA_UNSIGNED))?;
    let alg = signed.alg.as_deref();
    if !alg.is_some_and(|alg| profiles.allow_backchannel_signature(alg)) {
        return Err(OAuthError::invalid_request(FAPI_CIBA_ALGORITHM));
    }
    match lifetime(&signed.claims()).is_some_and(|lifetime| lifetime <= MAX_LIFETIME) {
        true => Ok(()),
        false => Err(OAuthError::invalid_request(FAPI_CIBA_LIFETIME)),
    }
}
