//! Request objects (FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1).

use authlete::types::{FapiMode, JweAlg};
use serde_json::Value;

use super::profiles::Profiles;
use crate::json::{Object, ObjectExt};
use crate::model::Parameters;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{jwt_audience, request_object};
use crate::result_code::{
    FAPI_PARAMETER_DIFFERENT, FAPI_PARAMETER_OUTSIDE, FAPI_REQUEST_OBJECT_ALGORITHM,
    FAPI_REQUEST_OBJECT_AUDIENCE, FAPI_REQUEST_OBJECT_AUDIENCE_MALFORMED,
    FAPI_REQUEST_OBJECT_AUDIENCE_MISSING, FAPI_REQUEST_OBJECT_AUDIENCES,
    FAPI_REQUEST_OBJECT_ENCRYPTION, FAPI_REQUEST_OBJECT_LIFETIME,
    FAPI_REQUEST_OBJECT_LIFETIME_NEGATIVE, FAPI_REQUEST_OBJECT_MISSING,
    FAPI_REQUEST_OBJECT_UNSIGNED, FAPI_REQUEST_OBJECT_WITHOUT_BEGINNING,
    FAPI_REQUEST_OBJECT_WITHOUT_END, ResultCode,
};
use crate::store::{RequestObject, Service};

/// The maximum time from `nbf` to `exp`, in seconds.
pub const MAX_LIFETIME: i64 = 3600;

/// Parameters that do not have to be in the request object.
const OUTSIDE: [&str; 3] = ["client_id", "request", "request_uri"];

/// Checks that a request has a request object, and that the profiles allow it.
pub fn check(
    profiles: &Profiles,
    service: &Service,
    object: Option<&RequestObject>,
) -> Result<(), OAuthError> {
    let missing = OAuthError::invalid_request(FAPI_REQUEST_OBJECT_MISSING);
    let object = object.ok_or(missing)?;
    if !object.signed {
        return Err(OAuthError::invalid_request(FAPI_REQUEST_OBJECT_UNSIGNED));
    }
    let refuse = |code| OAuthError::new("invalid_request_object", code);
    let encryption = object.encryption_alg.as_deref();
    let encryption = encryption.and_then(JweAlg::from_protocol_value);
    if encryption.is_some_and(|alg| !profiles.allow_encryption(&alg)) {
        return Err(refuse(FAPI_REQUEST_OBJECT_ENCRYPTION));
    }
    let alg = object.alg.as_deref();
    if alg.is_some_and(|alg| !profiles.allow_signature(alg)) {
        return Err(refuse(FAPI_REQUEST_OBJECT_ALGORITHM));
    }
    let claims = object.claims();
    if profiles.has(&FapiMode::Fapi1Advanced) {
        check_outside(&object.outside, &claims)?;
    }
    let nbf_optional =
        service.settings.nbf_optional() && !profiles.has(&FapiMode::Fapi2MessageSigningAuthReq);
    check_times(&claims, nbf_optional).map_err(refuse)?;
    check_audience(service, &claims)
}

/// The time from `nbf` to `exp`, in seconds.
pub fn lifetime(claims: &Object) -> Option<i64> {
    let (nbf, exp) = (claims.integer("nbf")?, claims.integer("exp")?);
    Some(exp.saturating_sub(nbf))
}

/// Checks that the parameters outside of the object are in it, with the same values.
fn check_outside(outside: &Parameters, claims: &Object) -> Result<(), OAuthError> {
    let mut inside = Parameters::default();
    request_object::set(claims, &mut inside);
    for name in outside.names().filter(|name| !OUTSIDE.contains(name)) {
        if !inside.has(name) {
            return Err(OAuthError::invalid_request(FAPI_PARAMETER_OUTSIDE));
        }
        if inside.all(name) != outside.all(name) {
            return Err(OAuthError::invalid_request(FAPI_PARAMETER_DIFFERENT));
        }
    }
    Ok(())
}

fn check_times(claims: &Object, nbf_optional: bool) -> Result<(), ResultCode> {
    if claims.integer("exp").is_none() {
        return Err(FAPI_REQUEST_OBJECT_WITHOUT_END);
    }
    match lifetime(claims) {
        _ if nbf_optional => Ok(()),
        None => Err(FAPI_REQUEST_OBJECT_WITHOUT_BEGINNING),
        Some(..0) => Err(FAPI_REQUEST_OBJECT_LIFETIME_NEGATIVE),
        Some(..=MAX_LIFETIME) => Ok(()),
        Some(_) => Err(FAPI_REQUEST_OBJECT_LIFETIME),
    }
}

/// Checks that the audience is or includes the issuer.
fn check_audience(service: &Service, claims: &Object) -> Result<(), OAuthError> {
    let is_for = jwt_audience::has(claims, |audience| service.issuer() == Some(audience));
    let code = match claims.get("aud") {
        _ if is_for => return Ok(()),
        None => FAPI_REQUEST_OBJECT_AUDIENCE_MISSING,
        Some(Value::String(_)) => FAPI_REQUEST_OBJECT_AUDIENCE,
        Some(Value::Array(_)) => FAPI_REQUEST_OBJECT_AUDIENCES,
        Some(_) => FAPI_REQUEST_OBJECT_AUDIENCE_MALFORMED,
    };
    Err(OAuthError::new("invalid_request_object", code))
}
