//! Key proofs: a wallet proves possession of the keys to which credentials are bound (OID4VCI §8.2, §F).

use serde_json::Value;

use super::access_token::IssuanceToken;
use super::binding_key;
use super::refusal::CredentialRefusal;
use crate::call::Call;
use crate::clock::{Millis, after};
use crate::jose::{Jwk, Jws};
use crate::json::{Object, ObjectExt};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{credential_issuer, credential_nonce, dpop, jwt_audience, jwt_times};
use crate::result_code::{
    CREDENTIAL_ISSUER_MISSING, CREDENTIAL_PROOF_ALGORITHM, CREDENTIAL_PROOF_ATTESTATION,
    CREDENTIAL_PROOF_AUDIENCE, CREDENTIAL_PROOF_ISSUER, CREDENTIAL_PROOF_KEY,
    CREDENTIAL_PROOF_KEY_REPEATED, CREDENTIAL_PROOF_MALFORMED, CREDENTIAL_PROOF_MISSING,
    CREDENTIAL_PROOF_NONCE_MISSING, CREDENTIAL_PROOF_SIGNATURE, CREDENTIAL_PROOF_TIME,
    CREDENTIAL_PROOF_TYPE, CREDENTIAL_PROOFS_MALFORMED, CREDENTIAL_PROOFS_TOO_MANY, ResultCode,
    credential_proof_nonce,
};
use crate::settings::CredentialIssuerMetadata;
use crate::store::Service;

/// The maximum distance of `iat` from the current time in either direction, without clock skew, in seconds.
const WINDOW: i64 = 300;

/// The public keys of the proofs in a request, as JWKs.
pub fn keys(
    call: &Call,
    service: &Service,
    token: &IssuanceToken,
    configuration: &Object,
    request: &Object,
) -> Result<Vec<Object>, CredentialRefusal> {
    let types = configuration.object("proof_types_supported");
    let proofs = match listed(request)? {
        Some(proofs) => proofs,
        None if types.is_some() => return Err(invalid(CREDENTIAL_PROOF_MISSING).into()),
        None => return Ok(Vec::new()),
    };
    let metadata = service.settings.credential_issuer_metadata();
    let batch_size = metadata.map_or(0, CredentialIssuerMetadata::batch_size);
    let batch_size = usize::try_from(batch_size).unwrap_or_default();
    if proofs.len() > batch_size.max(1) {
        return Err(invalid(CREDENTIAL_PROOFS_TOO_MANY).into());
    }
    let mut keys: Vec<Jwk> = Vec::new();
    for proof in proofs {
        let key = check(call, service, token, types, proof)?;
        if keys
            .iter()
            .any(|other| other.thumbprint() == key.thumbprint())
        {
            return Err(invalid(CREDENTIAL_PROOF_KEY_REPEATED).into());
        }
        keys.push(key);
    }
    Ok(keys.iter().map(|key| key.json().clone()).collect())
}

/// The proof JWTs of a request: a list in `proofs`, or a single one in `proof` as in drafts.
fn listed(request: &Object) -> Result<Option<Vec<&str>>, OAuthError> {
    let malformed = || invalid(CREDENTIAL_PROOFS_MALFORMED);
    let (kind, proofs) = match (request.get("proof"), request.get("proofs")) {
        (None, None) => return Ok(None),
        (Some(Value::Object(proof)), None) => {
            let kind = proof.text("proof_type").ok_or_else(malformed)?;
            (kind, proof.get(kind).map(std::slice::from_ref))
        }
        (None, Some(Value::Object(proofs))) if proofs.len() == 1 => {
            let (kind, list) = proofs.iter().next().ok_or_else(malformed)?;
            (kind.as_str(), list.as_array().map(Vec::as_slice))
        }
        _ => return Err(malformed()),
    };
    if kind != "jwt" {
        return Err(invalid(CREDENTIAL_PROOF_TYPE));
    }
    let proofs: Option<Vec<_>> = proofs
        .unwrap_or_default()
        .iter()
        .map(Value::as_str)
        .collect();
    let proofs = proofs.filter(|proofs| !proofs.is_empty());
    proofs.map(Some).ok_or_else(malformed)
}

/// Checks a proof and returns its key (OID4VCI §F.4).
fn check(
    call: &Call,
    service: &Service,
    token: &IssuanceToken,
    types: Option<&Object>,
    proof: &str,
) -> Result<Jwk, CredentialRefusal> {
    let jws = Jws::parse(proof).map_err(|_| invalid(CREDENTIAL_PROOF_MALFORMED))?;
    if jws.header.text("typ") != Some("openid4vci-proof+jwt") {
        return Err(invalid(CREDENTIAL_PROOF_MALFORMED).into());
    }
    let claims = jws.claims().ok_or(invalid(CREDENTIAL_PROOF_MALFORMED))?;
    check_algorithm(jws.alg(), types)?;
    let key = binding_key::of_header(&jws.header).ok_or(invalid(CREDENTIAL_PROOF_KEY))?;
    if !jws.verify(&key) {
        return Err(invalid(CREDENTIAL_PROOF_SIGNATURE).into());
    }
    let issuer = credential_issuer::identifier(&service.settings);
    let issuer = issuer.ok_or(CredentialRefusal::Settings(CREDENTIAL_ISSUER_MISSING))?;
    if !jwt_audience::has(&claims, |audience| audience == issuer) {
        return Err(invalid(CREDENTIAL_PROOF_AUDIENCE).into());
    }
    let by_client = |issuer| token.is_of(service, issuer);
    if claims.contains_key("iss") && !claims.text("iss").is_some_and(by_client) {
        return Err(invalid(CREDENTIAL_PROOF_ISSUER).into());
    }
    if !is_timely(&claims, call.now, service.clock_skew()) {
        return Err(invalid(CREDENTIAL_PROOF_TIME).into());
    }
    // In the final version, wallets get nonces only from the nonce endpoint.
    let is_final = credential_issuer::is_final(&service.settings);
    let needs_nonce = !is_final
        || service
            .settings
            .credential_issuer_metadata()
            .and_then(CredentialIssuerMetadata::nonce_endpoint)
            .is_some();
    match claims.text("nonce") {
        None if needs_nonce => return Err(invalid(CREDENTIAL_PROOF_NONCE_MISSING).into()),
        Some(nonce) if !credential_nonce::accept(service, &token.record, nonce, call.now) => {
            let error = match is_final {
                true => "invalid_nonce",
                false => "invalid_proof",
            };
            let code = credential_proof_nonce(call.operation);
            return Err(OAuthError::new(error, code).into());
        }
        _ => {}
    }
    Ok(key)
}

/// Checks that the configuration accepts proofs of the type `jwt` with this algorithm, without key attestations.
fn check_algorithm(alg: &str, types: Option<&Object>) -> Result<(), OAuthError> {
    let of_type = match types {
        Some(types) => Some(types.object("jwt").ok_or(invalid(CREDENTIAL_PROOF_TYPE))?),
        None => None,
    };
    let listed = of_type.and_then(|jwt| jwt.texts("proof_signing_alg_values_supported"));
    let is_known = dpop::algorithms().any(|known| known == alg);
    if !is_known || listed.is_some_and(|algs| !algs.contains(&alg)) {
        return Err(invalid(CREDENTIAL_PROOF_ALGORITHM));
    }
    if of_type.is_some_and(|jwt| jwt.contains_key("key_attestations_required")) {
        return Err(invalid(CREDENTIAL_PROOF_ATTESTATION));
    }
    Ok(())
}

fn is_timely(claims: &Object, now: Millis, skew: i64) -> bool {
    let window = WINDOW.saturating_add(skew);
    let is_near = |time| after(now, -window) <= time && time <= after(now, window);
    let wrong = jwt_times::invalid(claims, now, skew);
    jwt_times::time(claims, "iat").is_some_and(is_near) && wrong.iter().all(|name| *name == "iat")
}

fn invalid(code: ResultCode) -> OAuthError {
    OAuthError::new("invalid_proof", code)
}
