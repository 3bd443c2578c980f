//! `/jose/verify`: verification of JOSE objects.

use super::response_members::list;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::jose::{self, JoseError, Jwe, Jwk, Jws, SignatureAlgorithm};
use crate::json::{Object, ObjectExt};
use crate::protocol::client_signature;
use crate::protocol::jwt_times;
use crate::protocol::keys;
use crate::result_code::{
    JOSE_ALG_MISSING, JOSE_ALGORITHM, JOSE_CLAIM_MISSING, JOSE_CLIENT_MISSING, JOSE_CLIENT_UNKNOWN,
    JOSE_CONTENT_UNSIGNED, JOSE_EARLY, JOSE_EXPIRED, JOSE_HEADER, JOSE_ISSUED_LATER,
    JOSE_KEY_UNKNOWN, JOSE_MALFORMED, JOSE_MISSING, JOSE_PAYLOAD, JOSE_PAYLOAD_MALFORMED,
    JOSE_SERVICE_KEYS_MISSING, JOSE_SIGNATURE, JOSE_SIGNATURE_WRONG, JOSE_TIME_NO_NUMBER,
    JOSE_UNDECIPHERABLE, JOSE_VALID, ResultCode,
};
use crate::store::{Client, Service};

/// The results of a verification.
#[derive(Default)]
struct Findings {
    signature_valid: bool,
    missing_claims: Vec<String>,
    invalid_claims: Vec<&'static str>,
    /// Result codes and messages.
    errors: Vec<Problem>,
}

type Problem = (ResultCode, String);

/// A problem with the message of its result code.
fn plain(code: ResultCode) -> Problem {
    (code, code.reason.to_owned())
}

pub fn verify(call: &Call, service: &Service) -> Outcome {
    let object = call.body.text("jose");
    let object = object.ok_or_else(|| ApiResponse::error(400, call.path, JOSE_MISSING))?;
    let mut findings = Findings::default();
    if let Err(error) = findings.examine(call, service, object) {
        findings.errors.push(error);
    }
    let is_valid = findings.errors.is_empty();
    // The result code is that of the first problem.
    let code = findings
        .errors
        .first()
        .map_or(JOSE_VALID, |(code, _)| *code);
    let errors: Vec<_> = findings
        .errors
        .into_iter()
        .map(|(_, message)| message)
        .collect();
    let invalid_claims = findings.invalid_claims.iter();
    let invalid_claims: Vec<_> = invalid_claims.map(|name| (*name).to_owned()).collect();
    let response = ApiResponse::result(call.path, code)
        .with("valid", is_valid)
        .with("signatureValid", findings.signature_valid)
        .with_optional("missingClaims", list(&findings.missing_claims))
        .with_optional("invalidClaims", list(&invalid_claims))
        .with_optional("errorDescriptions", list(&errors));
    Ok(response.build())
}

impl Findings {
    /// Decrypts the object if it is encrypted, and checks its content. An error means that no further check is possible.
    fn examine(&mut self, call: &Call, service: &Service, object: &str) -> Result<(), Problem> {
        let named = call.body.text("clientIdentifier");
        let named = match named.map(|name| service.client(name)) {
            Some(None) => return Err(plain(JOSE_CLIENT_UNKNOWN)),
            Some(Some((client, _))) => Some(client.as_ref()),
            None => None,
        };
        if object.split('.').count() == 3 {
            let jws = Jws::parse(object).map_err(malformed)?;
            return self.examine_signed(call, service, named, &jws);
        }
        // The client of an encrypted object cannot be read from its claims.
        if named.is_none() && call.body.flag("signedByClient") {
            return Err(plain(JOSE_CLIENT_MISSING));
        }
        let plaintext = decrypt(service, named, object)?;
        let nested = std::str::from_utf8(&plaintext).ok();
        match nested.and_then(|text| Jws::parse(text).ok()) {
            Some(jws) => self.examine_signed(call, service, named, &jws),
            None if call.body.flag("signedByClient") => Err(plain(JOSE_CONTENT_UNSIGNED)),
            None => {
                self.examine_claims(call, serde_json::from_slice(&plaintext).ok().as_ref());
                Ok(())
            }
        }
    }

    fn examine_signed(
        &mut self,
        call: &Call,
        service: &Service,
        named: Option<&Client>,
        jws: &Jws,
    ) -> Result<(), Problem> {
        let claims = jws.claims();
        self.examine_claims(call, claims.as_ref());
        let by_client = call.body.flag("signedByClient");
        let issuer = || claims.as_ref()?.text("iss");
        let issuer = || service.client(issuer()?).map(|(client, _)| client.as_ref());
        let signer = match named {
            None if by_client => issuer(),
            named => named,
        };
        let verified = if by_client || jose::is_symmetric(jws.alg()) {
            let signer = signer.ok_or(plain(JOSE_CLIENT_MISSING))?;
            client_signature::verify(jws, signer, &JOSE_SIGNATURE)
        } else {
            verify_by_service(service, jws)
        };
        self.signature_valid = verified.is_ok();
        verified.map_err(plain)
    }

    fn examine_claims(&mut self, call: &Call, claims: Option<&Object>) {
        let mandatory = call.body.texts("mandatoryClaims").unwrap_or_default();
        let Some(claims) = claims else {
            if !mandatory.is_empty() {
                self.errors.push(plain(JOSE_PAYLOAD));
            }
            return;
        };
        let skew = call.body.integer("clockSkew").unwrap_or_default();
        self.invalid_claims = jwt_times::invalid(claims, call.now, skew);
        for name in mandatory {
            if !claims.contains_key(name) {
                let message = format!("the claim '{name}' is missing");
                self.errors.push((JOSE_CLAIM_MISSING, message));
                self.missing_claims.push(name.to_owned());
            }
        }
        for name in &self.invalid_claims {
            let code = match (*name, jwt_times::time(claims, name)) {
                (_, None) => JOSE_TIME_NO_NUMBER,
                ("exp", _) => JOSE_EXPIRED,
                ("nbf", _) => JOSE_EARLY,
                _ => JOSE_ISSUED_LATER,
            };
            let message = format!("the claim '{name}' is not valid at this time");
            self.errors.push((code, message));
        }
    }
}

fn malformed(error: JoseError) -> Problem {
    let code = match error {
        JoseError::Malformed("'alg'") => JOSE_ALG_MISSING,
        JoseError::Malformed("the header") => JOSE_HEADER,
        JoseError::Malformed("the payload") => JOSE_PAYLOAD_MALFORMED,
        _ => JOSE_MALFORMED,
    };
    (code, error.to_string())
}

/// Verifies a signature with the keys of the service.
fn verify_by_service(service: &Service, jws: &Jws) -> Result<(), ResultCode> {
    let keys = keys::of_service(service);
    if keys.verify(jws) {
        return Ok(());
    }
    if SignatureAlgorithm::from_name(jws.alg()).is_none() {
        return Err(JOSE_ALGORITHM);
    }
    Err(match keys.candidates(jws.alg(), jws.kid()).next() {
        Some(_) => JOSE_SIGNATURE_WRONG,
        None if keys.keys().is_empty() => JOSE_SERVICE_KEYS_MISSING,
        None => JOSE_KEY_UNKNOWN,
    })
}

/// Decrypts with a key of the service, or with a key derived from the client secret (OpenID Connect Core 1.0 §10.2).
fn decrypt(service: &Service, client: Option<&Client>, object: &str) -> Result<Vec<u8>, Problem> {
    let jwe = Jwe::parse(object).map_err(|error| (JOSE_MALFORMED, error.to_string()))?;
    let secret = client.and_then(|client| client.settings.client_secret());
    let secret = secret
        .and_then(|secret| Jwk::derived_from_secret(secret.as_bytes(), jwe.alg(), jwe.enc()).ok());
    let keys = keys::of_service(service);
    let mut candidates = keys
        .find_decryption(jwe.alg(), jwe.kid())
        .chain(secret.as_ref());
    candidates
        .find_map(|key| jwe.decrypt(key).ok())
        .ok_or_else(|| plain(JOSE_UNDECIPHERABLE))
}
