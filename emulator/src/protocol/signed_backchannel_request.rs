//! Backchannel authentication requests in signed form (OpenID Connect CIBA Core 1.0 §7.1.1).

use authlete::types::JwsAlg;
use serde_json::Value;

use super::oauth_error::OAuthError;
use super::request_object::{Opened, Security, check_audience};
use crate::call::Call;
use crate::jose::is_symmetric;
use crate::model::Parameters;
use crate::result_code::{
    BACKCHANNEL_OBJECT, BACKCHANNEL_OBJECT_ISSUER_MISSING, BACKCHANNEL_OBJECT_NOT_REGISTERED,
    BACKCHANNEL_OBJECT_SYMMETRIC, BACKCHANNEL_PARAMETER_OUTSIDE, BACKCHANNEL_REQUEST_CLAIM_MISSING,
    BACKCHANNEL_REQUEST_CLAIM_NULL, BACKCHANNEL_REQUEST_UNSIGNED,
};
use crate::store::{Client, Service};

const CLAIMS: [&str; 5] = ["aud", "exp", "iat", "nbf", "jti"];

/// What may be beside a signed request: that, and what authenticates the client.
const OUTSIDE: [&str; 5] = [
    "request",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// The parameters that count: those of the signed request, if there is one. A client that has registered an algorithm
/// signs its requests always.
pub fn resolve(
    call: &Call,
    service: &Service,
    client: &Client,
    parameters: Parameters,
) -> Result<Parameters, OAuthError> {
    let invalid = OAuthError::invalid_request;
    let alg = client.settings.bc_request_sign_alg().map(JwsAlg::from);
    let Some(text) = parameters.get("request") else {
        return match alg {
            Some(_) => Err(invalid(BACKCHANNEL_REQUEST_UNSIGNED)),
            None => Ok(parameters),
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
    let security = Security {
        alg: client.settings.bc_request_sign_alg(),
        unsigned: false,
        encrypted: false,
        codes: &BACKCHANNEL_OBJECT,
    };
    // CIBA Core 1.0 §13 has one error for all that can be wrong here.
    let as_one = |error| OAuthError {
        error: "invalid_request",
        ..error
    };
    let opened = Opened::open(call, service, client, text, security).map_err(as_one)?;
    if !opened.claims.contains_key("iss") {
        return Err(invalid(BACKCHANNEL_OBJECT_ISSUER_MISSING));
    }
    for name in CLAIMS {
        match opened.claims.get(name) {
            None => return Err(invalid(BACKCHANNEL_REQUEST_CLAIM_MISSING)),
            Some(Value::Null) => return Err(invalid(BACKCHANNEL_REQUEST_CLAIM_NULL)),
            Some(_) => {}
        }
    }
    check_audience(service, &opened.claims, &BACKCHANNEL_OBJECT.plain).map_err(as_one)?;
    let mut inside = Parameters::default();
    opened.set(&mut inside);
    Ok(inside)
}
