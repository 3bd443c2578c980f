//! Signed backchannel authentication requests (OpenID Connect CIBA Core 1.0 §7.1.1).

use authlete::types::JwsAlg;
use serde_json::Value;

use super::oauth_error::OAuthError;
use super::request_object::{RequiredProtection, VerifiedRequestObject, check_audience};
use crate::call::Call;
use crate::jose::is_symmetric;
use crate::model::Parameters;
use crate::result_code::{
    BACKCHANNEL_OBJECT, BACKCHANNEL_OBJECT_ISSUER_MISSING, BACKCHANNEL_OBJECT_NOT_REGISTERED,
    BACKCHANNEL_OBJECT_SYMMETRIC, BACKCHANNEL_PARAMETER_OUTSIDE, BACKCHANNEL_REQUEST_CLAIM_MISSING,
    BACKCHANNEL_REQUEST_CLAIM_NULL, BACKCHANNEL_REQUEST_UNSIGNED,
};
use crate::store::{Client, RequestObject, Service};

const CLAIMS: [&str; 5] = ["aud", "exp", "iat", "nbf", "jti"];

/// The parameters allowed outside of a signed request: the request itself, and client authentication.
const OUTSIDE: [&str; 5] = [
    "request",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// The effective parameters, which are those of the signed request if there is one, and the signed request. A client with a
/// registered algorithm must sign its requests.
pub fn resolve(
    call: &Call,
    service: &Service,
    client: &Client,
    parameters: Parameters,
) -> Result<(Parameters, Option<RequestObject>), OAuthError> {
    let invalid = OAuthError::invalid_request;
    let alg = client.settings.bc_request_sign_alg().map(JwsAlg::from);
    let Some(text) = parameters.get("request") else {
        return match alg {
            Some(_) => Err(invalid(BACKCHANNEL_REQUEST_UNSIGNED)),
            None => Ok((parameters, None)),
        };
    };
    let alg = alg.as_ref().and_then(JwsAlg::protocol_value);
    let alg = alg.ok_or(invalid(BACKCHANNEL_OBJECT_NOT_REGISTERED))?;
    if is_symmetric(alg) {
        return Err(invalid(BACKCHANNEL_OBJECT_SYMMETRIC));
    }
    if parameters.names().any(|name| !OUTSIDE.contains(&name)) {
        return Err(invalid(BACKCHANNEL_PARAMETER_OUTSIDE));
    }
    let protection = RequiredProtection {
        alg: client.settings.bc_request_sign_alg(),
        unsigned: false,
        encrypted: false,
        codes: &BACKCHANNEL_OBJECT,
    };
    // CIBA Core 1.0 §13 has one error for all invalid requests.
    let as_invalid_request = |error| OAuthError {
        error: "invalid_request",
        ..error
    };
    let verified = VerifiedRequestObject::verify(call, service, client, text, protection)
        .map_err(as_invalid_request)?;
    if !verified.claims.contains_key("iss") {
        return Err(invalid(BACKCHANNEL_OBJECT_ISSUER_MISSING));
    }
    for name in CLAIMS {
        match verified.claims.get(name) {
            None => return Err(invalid(BACKCHANNEL_REQUEST_CLAIM_MISSING)),
            Some(Value::Null) => return Err(invalid(BACKCHANNEL_REQUEST_CLAIM_NULL)),
            Some(_) => {}
        }
    }
    check_audience(service, &verified.claims, &BACKCHANNEL_OBJECT.plain)
        .map_err(as_invalid_request)?;
    let mut inside = Parameters::default();
    verified.set(&mut inside);
    Ok((inside, Some(verified.object)))
}
