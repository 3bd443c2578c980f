//! Backchannel authentication requests in signed form (OpenID Connect CIBA Core 1.0 §7.1.1).

use authlete::types::JwsAlg;

use super::oauth_error::OAuthError;
use super::parameters::Parameters;
use super::request_object::{Opened, Security, is_for};
use crate::call::Call;
use crate::jose::is_symmetric;
use crate::json::Members;
use crate::result_code::{
    BACKCHANNEL_PARAMETER_OUTSIDE, BACKCHANNEL_REQUEST_ALGORITHM, BACKCHANNEL_REQUEST_AUDIENCE,
    BACKCHANNEL_REQUEST_CLAIMS, BACKCHANNEL_REQUEST_UNSIGNED,
};
use crate::store::{Client, Service};

const ALGORITHM: &str = "bcRequestSignAlg";

const CLAIMS: [&str; 6] = ["iss", "aud", "exp", "iat", "nbf", "jti"];

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
    let alg = client.settings.text(ALGORITHM).map(JwsAlg::from);
    let Some(text) = parameters.get("request") else {
        return match alg {
            Some(_) => Err(invalid(BACKCHANNEL_REQUEST_UNSIGNED)),
            None => Ok(parameters),
        };
    };
    let alg = alg.as_ref().and_then(JwsAlg::protocol_value);
    if alg.is_none_or(is_symmetric) {
        return Err(invalid(BACKCHANNEL_REQUEST_ALGORITHM));
    }
    if parameters.names().any(|name| !OUTSIDE.contains(&name)) {
        return Err(invalid(BACKCHANNEL_PARAMETER_OUTSIDE));
    }
    let security = Security {
        alg_setting: ALGORITHM,
        unsigned: false,
        encrypted: false,
    };
    // CIBA Core 1.0 §13 has one error for all that can be wrong here.
    let opened =
        Opened::open(call, service, client, text, security).map_err(|error| OAuthError {
            error: "invalid_request",
            ..error
        })?;
    if CLAIMS.iter().any(|name| !opened.claims.contains_key(*name)) {
        return Err(invalid(BACKCHANNEL_REQUEST_CLAIMS));
    }
    if !is_for(service, &opened.claims) {
        return Err(invalid(BACKCHANNEL_REQUEST_AUDIENCE));
    }
    let mut inside = Parameters::default();
    opened.set(&mut inside);
    Ok(inside)
}
