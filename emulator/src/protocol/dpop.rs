//! Proofs that a client has the private part of a key (RFC 9449).

use authlete::types::JwsAlg;
use url::Url;

use super::jwt_times;
use super::oauth_error::OAuthError;
use crate::call::Call;
use crate::clock::{Millis, after};
use crate::digest::Digest;
use crate::jose::{self, JoseError, Jwk, Jws, SignatureAlgorithm};
use crate::json::{Members, Object};
use crate::reply::Outcome;
use crate::result_code::{DPOP_NONCE, DpopCodes, ResultCode, dpop_codes};
use crate::store::Service;

/// How many seconds old a proof may be, or how far ahead (RFC 9449 §11.1), beside what clocks may be wrong.
const WINDOW: i64 = 300;
/// Seconds, for a service that says nothing.
const NONCE_LIFETIME: i64 = 300;

/// The thumbprint of the key of the proof that the call has, if it has one. A proof for a protected resource has to be
/// for the access token, too.
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
    let (claims, thumbprint) = read(proof, &codes).map_err(invalid)?;
    is_of_request(call, &service.settings, &claims).map_err(because)?;
    let window = WINDOW.saturating_add(service.clock_skew());
    let made_at = jwt_times::time(&claims, "iat");
    let made_at = made_at.filter(|made_at| is_near(*made_at, call.now, window));
    let made_at = made_at.ok_or(because(
        "iat of the DPoP proof is missing, too long ago or too far ahead",
    ))?;
    if let Some(token) = access_token
        && claims.text("ath") != Some(&Digest::of(token).to_string())
    {
        return Err(because(
            "ath of the DPoP proof is missing, or is not that of the access token",
        ));
    }
    if is_nonce_required(call, service) {
        let nonce = claims.text("nonce").unwrap_or_default();
        if !service.dpop_nonce.is(nonce, call.now) {
            return Err(OAuthError::new("use_dpop_nonce", DPOP_NONCE));
        }
    }
    // RFC 9449 §11.1: once for each URL. What the caller asks of two APIs for one request is one use of each.
    let own = claims.text("jti");
    let own = own.ok_or(because("the DPoP proof has no jti"))?;
    let url = claims.text("htu").unwrap_or_default();
    let id = Digest::of(&format!("dpop {} {url} {thumbprint} {own}", call.operation));
    let end = after(made_at, window);
    if !service.used_jwts.use_once(id, end, call.now) {
        return Err(because("the DPoP proof was used before"));
    }
    Ok(Some(thumbprint))
}

/// The algorithms for proofs: all that are asymmetric (RFC 9449 §4.2).
pub fn algorithms() -> impl Iterator<Item = &'static str> {
    let named = JwsAlg::KNOWN.iter().filter_map(JwsAlg::protocol_value);
    named.filter(|alg| {
        !matches!(
            SignatureAlgorithm::named(alg),
            None | Some(SignatureAlgorithm::Hmac(_))
        )
    })
}

/// Whether proofs have to contain the nonce of the service.
pub fn is_nonce_required(call: &Call, service: &Service) -> bool {
    let setting = "dpopNonceRequired";
    service.settings.flag(setting) || call.body.flag(setting)
}

/// The answer with the nonce for the `DPoP-Nonce` header, when proofs need one.
pub fn with_nonce(call: &Call, service: &mut Service, outcome: Outcome) -> Outcome {
    if !is_nonce_required(call, service) {
        return outcome;
    }
    let reply = outcome?;
    let lifetime = service.settings.integer("dpopNonceDuration");
    let lifetime = lifetime.filter(|lifetime| *lifetime > 0);
    let nonce = service
        .dpop_nonce
        .current(lifetime.unwrap_or(NONCE_LIFETIME), call.now)?;
    Ok(reply.with("dpopNonce", nonce))
}

fn invalid(code: ResultCode) -> OAuthError {
    OAuthError::new("invalid_dpop_proof", code)
}

/// The claims of a proof that is in order by itself, and the thumbprint of the key in it (RFC 9449 §4.2).
fn read(proof: &str, codes: &DpopCodes) -> Result<(Object, String), ResultCode> {
    let malformed = codes
        .invalid
        .because("the DPoP proof is not a JWT of the type dpop+jwt");
    let jws = Jws::parse(proof).map_err(|error| match error {
        JoseError::Malformed("'alg'") => codes.algorithm_missing,
        _ => malformed,
    })?;
    if jws.header.text("typ") != Some("dpop+jwt") {
        return Err(malformed);
    }
    if jws.alg() == "none" || jose::is_symmetric(jws.alg()) {
        return Err(codes.algorithm_symmetric);
    }
    let claims = jws.claims().ok_or(malformed)?;
    let key = jws.header.object("jwk").cloned().map(Jwk::parse);
    let key = key.and_then(Result::ok).ok_or(codes.key_missing)?;
    // A shared secret is private as a whole, so that no HMAC gets through.
    if key.is_private() {
        return Err(codes.key_missing);
    }
    match jws.verify(&key) {
        true => Ok((claims, key.thumbprint())),
        false => Err(codes
            .invalid
            .because("the DPoP proof is not signed with the key in it")),
    }
}

/// Whether the proof is for the HTTP request that the caller was sent. What the call does not say of it, the endpoint
/// does, where there is but one way.
fn is_of_request(call: &Call, service: &Object, claims: &Object) -> Result<(), &'static str> {
    let (method, endpoint) = match call.operation {
        "token" => (Some("POST"), Some("tokenEndpoint")),
        "push_authorization_request" => (Some("POST"), Some("pushedAuthReqEndpoint")),
        "userinfo" => (None, Some("userInfoEndpoint")),
        _ => (None, None),
    };
    let method = call.body.text("htm").or(method);
    if method.is_none() || claims.text("htm") != method {
        return Err(
            "htm of the DPoP proof is not the method of the request, or the call does not say which that is",
        );
    }
    let url = call.body.text("htu");
    let url = url.or_else(|| service.text(endpoint?)).and_then(normal);
    if url.is_none() || claims.text("htu").and_then(normal) != url {
        return Err(
            "htu of the DPoP proof is not the URL of the request, or neither the call nor the service says which that is",
        );
    }
    Ok(())
}

/// A URL in the normal form (RFC 9449 §4.3). The query and the fragment are compared too, as on the live service: callers
/// leave them out of `htu`.
fn normal(url: &str) -> Option<Url> {
    Url::parse(url).ok()
}

fn is_near(time: Millis, now: Millis, window: i64) -> bool {
    after(now, -window) <= time && time <= after(now, window)
}
