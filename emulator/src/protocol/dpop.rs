//! DPoP proofs of client applications, which the API caller forwards (RFC 9449).

use authlete::types::JwsAlg;

use super::dpop_proof::DpopProof;
use super::endpoint::endpoint;
use super::oauth_error::OAuthError;
use crate::api_response::Outcome;
use crate::call::Call;
use crate::jose::SignatureAlgorithm;
use crate::json::ObjectExt;
use crate::result_code::{DPOP_NONCE, ResultCode, dpop_codes};
use crate::settings::ServiceSettings;
use crate::store::Service;

/// The maximum age of a proof, and how far ahead it may be (RFC 9449 §11.1), in seconds, besides the clock skew.
pub const WINDOW: i64 = 300;
/// The default lifetime of nonces, in seconds.
const NONCE_LIFETIME: i64 = 300;

/// Verifies the DPoP proof of a call, if it has one, and returns the thumbprint of its key. A proof for a protected
/// resource must also be for the access token.
pub fn key_thumbprint(
    call: &Call,
    service: &mut Service,
    access_token: Option<&str>,
) -> Result<Option<String>, OAuthError> {
    let Some(proof) = call.body.text("dpop") else {
        return Ok(None);
    };
    let codes = dpop_codes(call.operation);
    let because = |reason| invalid(codes.invalid.because(reason));
    let proof = DpopProof::parse(proof, &codes).map_err(invalid)?;
    check_request(call, &service.settings, &proof).map_err(because)?;
    let window = WINDOW.saturating_add(service.clock_skew());
    proof.check_time(window, call.now).map_err(because)?;
    if let Some(token) = access_token {
        proof.check_token(token).map_err(because)?;
    }
    if is_nonce_required(call, service) && !service.dpop_nonce.matches(proof.nonce(), call.now) {
        return Err(OAuthError::new("use_dpop_nonce", DPOP_NONCE));
    }
    // The caller may pass the proof of one request to two operations: each counts its own use.
    let note = |id, end| service.use_jwt_once(id, end, call.now);
    proof
        .use_once(call.operation, window, call.now, note)
        .map_err(because)?;
    Ok(Some(proof.into_thumbprint()))
}

/// The algorithms for proofs: all asymmetric ones (RFC 9449 §4.2).
pub fn algorithms() -> impl Iterator<Item = &'static str> {
    let named = JwsAlg::KNOWN.iter().filter_map(JwsAlg::protocol_value);
    named.filter(|alg| {
        !matches!(
            SignatureAlgorithm::from_name(alg),
            None | Some(SignatureAlgorithm::Hmac(_))
        )
    })
}

/// Whether proofs must contain the nonce of the service.
pub fn is_nonce_required(call: &Call, service: &Service) -> bool {
    service.settings.dpop_nonce_required() || call.body.flag("dpopNonceRequired")
}

/// Adds the nonce for the `DPoP-Nonce` header to a response, if proofs need one.
pub fn with_nonce(call: &Call, service: &mut Service, outcome: Outcome) -> Outcome {
    if !is_nonce_required(call, service) {
        return outcome;
    }
    let response = outcome?;
    let lifetime = match service.settings.dpop_nonce_duration() {
        lifetime @ 1.. => lifetime,
        _ => NONCE_LIFETIME,
    };
    let nonce = service.dpop_nonce.current(lifetime, call.now)?;
    Ok(response.with("dpopNonce", nonce))
}

fn invalid(code: ResultCode) -> OAuthError {
    OAuthError::new("invalid_dpop_proof", code)
}

/// Checks that the proof is for the HTTP request that the caller received. If the call lacks the method or the URL, those
/// of the endpoint are used, if they are known.
fn check_request(
    call: &Call,
    service: &ServiceSettings,
    proof: &DpopProof,
) -> Result<(), &'static str> {
    let endpoint = endpoint(call.operation);
    let method = call.body.text("htm");
    let method = method.or(endpoint.and_then(|endpoint| endpoint.method));
    let method = method.filter(|method| proof.is_for_method(method));
    method.ok_or(
        "htm of the DPoP proof is not the method of the request, or the call does not have the method",
    )?;
    let url = call.body.text("htu");
    let url = url.or_else(|| (endpoint?.url)(service));
    let url = url.filter(|url| proof.is_for_url(url));
    url.ok_or(
        "htu of the DPoP proof is not the URL of the request, or neither the call nor the service has the URL",
    )?;
    Ok(())
}
