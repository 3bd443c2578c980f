//! `/jose/verify`: is a JOSE object in order?

use super::shown::list;
use crate::call::Call;
use crate::jose::{self, Jwe, Jwk, Jws};
use crate::json::{Members, Object};
use crate::protocol::client_signature;
use crate::protocol::jwt_times;
use crate::protocol::keys;
use crate::reply::{Outcome, Reply};
use crate::result_code::{JOSE_INVALID, JOSE_MISSING, JOSE_VALID};
use crate::store::{Client, Service};

/// What was found out.
#[derive(Default)]
struct Findings {
    signature_valid: bool,
    missing_claims: Vec<String>,
    invalid_claims: Vec<&'static str>,
    errors: Vec<String>,
}

pub fn verify(call: &Call, service: &Service) -> Outcome {
    let object = call.body.text("jose");
    let object = object.ok_or_else(|| Reply::error(400, call.path, JOSE_MISSING))?;
    let mut findings = Findings::default();
    if let Err(error) = findings.examine(call, service, object) {
        findings.errors.push(error);
    }
    let is_valid = findings.errors.is_empty();
    let code = if is_valid { JOSE_VALID } else { JOSE_INVALID };
    let invalid_claims = findings.invalid_claims.iter();
    let invalid_claims: Vec<_> = invalid_claims.map(|name| (*name).to_owned()).collect();
    let answer = Reply::result(call.path, code)
        .with("valid", is_valid)
        .with("signatureValid", findings.signature_valid)
        .with_some("missingClaims", list(&findings.missing_claims))
        .with_some("invalidClaims", list(&invalid_claims))
        .with_some("errorDescriptions", list(&findings.errors));
    Ok(answer.reply())
}

impl Findings {
    /// Opens what is encrypted, and looks at what is inside. The error is one that makes looking further impossible.
    fn examine(&mut self, call: &Call, service: &Service, object: &str) -> Result<(), String> {
        let named = call.body.text("clientIdentifier");
        let named = match named.map(|name| service.client(name)) {
            Some(None) => return Err("the service has no such client".to_owned()),
            Some(Some((client, _))) => Some(client.as_ref()),
            None => None,
        };
        if object.split('.').count() == 3 {
            let jws = Jws::parse(object).map_err(|error| error.to_string())?;
            return self.examine_signed(call, service, named, &jws);
        }
        let plaintext = decrypt(service, named, object)?;
        let nested = std::str::from_utf8(&plaintext).ok();
        match nested.and_then(|text| Jws::parse(text).ok()) {
            Some(jws) => self.examine_signed(call, service, named, &jws),
            None if call.body.flag("signedByClient") => Err("the content is not signed".to_owned()),
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
    ) -> Result<(), String> {
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
            let signer = signer.ok_or("it is not known which client has the key")?;
            client_signature::verify(jws, signer).map_err(|code| code.reason)
        } else {
            match keys::of_service(service).verify(jws) {
                true => Ok(()),
                false => Err("the signature is not the service's"),
            }
        };
        self.signature_valid = verified.is_ok();
        Ok(verified?)
    }

    fn examine_claims(&mut self, call: &Call, claims: Option<&Object>) {
        let mandatory = call.body.texts("mandatoryClaims").unwrap_or_default();
        let Some(claims) = claims else {
            if !mandatory.is_empty() {
                self.errors.push("the payload is no JSON object".to_owned());
            }
            return;
        };
        let skew = call.body.integer("clockSkew").unwrap_or_default();
        self.invalid_claims = jwt_times::invalid(claims, call.now, skew);
        for name in mandatory {
            if !claims.contains_key(name) {
                self.errors.push(format!("the claim '{name}' is missing"));
                self.missing_claims.push(name.to_owned());
            }
        }
        for name in &self.invalid_claims {
            self.errors
                .push(format!("the claim '{name}' is not as it must be now"));
        }
    }
}

/// Decrypts with a key of the service, or with what the secret of the client gives (OpenID Connect Core 1.0 §10.2).
fn decrypt(service: &Service, client: Option<&Client>, object: &str) -> Result<Vec<u8>, String> {
    let jwe = Jwe::parse(object).map_err(|error| error.to_string())?;
    let secret = client.and_then(|client| client.settings.text("clientSecret"));
    let secret = secret
        .and_then(|secret| Jwk::derived_from_secret(secret.as_bytes(), jwe.alg(), jwe.enc()).ok());
    let keys = keys::of_service(service);
    let mut candidates = keys
        .find_decryption(jwe.alg(), jwe.kid())
        .chain(secret.as_ref());
    candidates
        .find_map(|key| jwe.decrypt(key).ok())
        .ok_or_else(|| "no key of the service or the client opens it".to_owned())
}
