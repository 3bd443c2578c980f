//! Authentication of client instances by an attester (OAuth 2.0 Attestation-Based Client Authentication).

use serde_json::Value;

use super::jwt_audience;
use super::jwt_times;
use super::oauth_error::OAuthError;
use super::x5c;
use crate::api_response::Outcome;
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::jose::{Jwk, Jws};
use crate::json::{Object, ObjectExt};
use crate::result_code::{
    ATTESTATION_AUDIENCE, ATTESTATION_CHALLENGE, ATTESTATION_CLIENT, ATTESTATION_EXPIRED,
    ATTESTATION_INCOMPLETE, ATTESTATION_KEY, ATTESTATION_MALFORMED, ATTESTATION_POP_ID_MISSING,
    ATTESTATION_POP_MALFORMED, ATTESTATION_POP_REPLAYED, ATTESTATION_POP_SIGNATURE,
    ATTESTATION_POP_TIME, ATTESTATION_SIGNATURE, ATTESTATION_TIME, ATTESTER_UNTRUSTED,
};
use crate::store::{Client, Service};

const ATTESTATION: &str = "oauthClientAttestation";
const ATTESTATION_TYPE: &str = "oauth-client-attestation+jwt";
const POP_TYPE: &str = "oauth-client-attestation-pop+jwt";

/// The maximum age of a proof, and how far ahead it may be, in seconds, besides the clock skew.
const WINDOW: i64 = 300;

/// The attestation of a client instance, and the instance's proof of possession, parsed but not yet verified.
#[derive(Debug)]
pub struct ClientAttestation {
    attestation: Jwt,
    pop: Jwt,
}

#[derive(Debug)]
struct Jwt {
    jws: Jws,
    claims: Object,
}

impl Jwt {
    fn read(text: &str, typ: &str) -> Option<Self> {
        let jws = Jws::parse(text).ok()?;
        let claims = jws.claims()?;
        (jws.header.text("typ") == Some(typ)).then_some(Self { jws, claims })
    }
}

impl ClientAttestation {
    /// The attestation of a request, if it has one.
    pub fn presented(request: &Object) -> Result<Option<Self>, OAuthError> {
        let texts = (
            request.text(ATTESTATION),
            request.text("oauthClientAttestationPop"),
        );
        let (attestation, pop) = match texts {
            (None, None) => return Ok(None),
            (Some(attestation), Some(pop)) => (attestation, pop),
            _ => return Err(OAuthError::invalid_client(ATTESTATION_INCOMPLETE)),
        };
        let read = |text, typ, malformed| {
            Jwt::read(text, typ).ok_or(OAuthError::invalid_client(malformed))
        };
        Ok(Some(Self {
            attestation: read(attestation, ATTESTATION_TYPE, ATTESTATION_MALFORMED)?,
            pop: read(pop, POP_TYPE, ATTESTATION_POP_MALFORMED)?,
        }))
    }

    /// The client that the attestation identifies.
    pub fn subject(&self) -> Option<&str> {
        self.attestation.claims.text("sub")
    }

    /// Verifies that a trusted attester issued the attestation for the client in its subject, and that the proof of
    /// possession is signed by the instance, valid now and not used before. Returns the thumbprint of the instance key.
    pub fn verify(
        &self,
        call: &Call,
        service: &mut Service,
        client: &Client,
    ) -> Result<String, OAuthError> {
        let key = self.instance_key(call, service)?;
        self.check_pop(call, service, client, &key)?;
        Ok(key.thumbprint())
    }

    /// The key of the instance in the verified attestation.
    fn instance_key(&self, call: &Call, service: &Service) -> Result<Jwk, OAuthError> {
        let refuse = OAuthError::invalid_client;
        let Jwt { jws, claims } = &self.attestation;
        let attester = x5c::trusted_key(jws, &attester_roots(service), call.now);
        let attester = attester.ok_or(refuse(ATTESTER_UNTRUSTED))?;
        if !jws.verify(&attester) {
            return Err(refuse(ATTESTATION_SIGNATURE));
        }
        if self.subject().is_none() {
            return Err(refuse(ATTESTATION_CLIENT));
        }
        match jwt_times::invalid(claims, call.now, service.clock_skew())[..] {
            _ if !claims.contains_key("exp") => return Err(refuse(ATTESTATION_TIME)),
            [] => {}
            // The instance can get a new attestation.
            ["exp"] => {
                return Err(OAuthError::new(
                    "use_fresh_attestation",
                    ATTESTATION_EXPIRED,
                ));
            }
            _ => return Err(refuse(ATTESTATION_TIME)),
        }
        let key = claims.object("cnf").and_then(|cnf| cnf.object("jwk"));
        let key = key.cloned().map(Jwk::parse).and_then(Result::ok);
        // Symmetric keys count as private.
        key.filter(|key| !key.is_private())
            .ok_or(refuse(ATTESTATION_KEY))
    }

    fn check_pop(
        &self,
        call: &Call,
        service: &mut Service,
        client: &Client,
        key: &Jwk,
    ) -> Result<(), OAuthError> {
        let refuse = OAuthError::invalid_client;
        let Jwt { jws, claims } = &self.pop;
        if !jws.verify(key) {
            return Err(refuse(ATTESTATION_POP_SIGNATURE));
        }
        // Earlier drafts had the client in `iss`, which must be right if it is present.
        if claims.contains_key("iss") && claims.text("iss") != self.subject() {
            return Err(refuse(ATTESTATION_CLIENT));
        }
        let issuer = service.issuer();
        if !jwt_audience::has(claims, |audience| Some(audience) == issuer) {
            return Err(refuse(ATTESTATION_AUDIENCE));
        }
        let window = WINDOW.saturating_add(service.clock_skew());
        let made_at = jwt_times::time(claims, "iat").ok_or(refuse(ATTESTATION_POP_TIME))?;
        let is_timely = jwt_times::invalid(claims, call.now, window).is_empty()
            && call.now < after(made_at, window);
        if !is_timely {
            return Err(refuse(ATTESTATION_POP_TIME));
        }
        let own = claims
            .text("jti")
            .ok_or(refuse(ATTESTATION_POP_ID_MISSING))?;
        if !has_challenge(claims, service, call) {
            return Err(OAuthError::new(
                "use_attestation_challenge",
                ATTESTATION_CHALLENGE,
            ));
        }
        let id = format!(
            "client_attestation {} {} {own}",
            client.id(),
            key.thumbprint()
        );
        let until = after(made_at, window);
        match service.use_jwt_once(Digest::of(&id), until, call.now) {
            true => Ok(()),
            false => Err(refuse(ATTESTATION_POP_REPLAYED)),
        }
    }
}

/// The root certificates of attesters. Only those of the service itself are used, with or without
/// `clientAttesterRootsOnly`.
pub fn attester_roots(service: &Service) -> Vec<&str> {
    let roots = match service.settings.client_attester_roots_enabled() {
        true => service.settings.client_attester_roots(),
        false => None,
    };
    roots.unwrap_or_default()
}

/// Whether a proof has a valid challenge of the service, or needs none.
fn has_challenge(pop: &Object, service: &Service, call: &Call) -> bool {
    let challenge = pop.get("challenge").and_then(Value::as_str);
    !needs_challenge(service)
        || challenge.is_some_and(|challenge| service.is_attestation_challenge(challenge, call.now))
}

/// Whether proofs need a challenge: if the service has a challenge endpoint.
fn needs_challenge(service: &Service) -> bool {
    service.settings.challenge_endpoint().is_some()
}

/// Adds the challenge for the next proof to a response, if proofs need one and the request has an attestation.
pub fn with_challenge(call: &Call, service: &mut Service, outcome: Outcome) -> Outcome {
    if call.body.text(ATTESTATION).is_none() || !needs_challenge(service) {
        return outcome;
    }
    let challenge = service.attestation_challenge(call.now)?;
    Ok(outcome?.with("attestationChallenge", challenge))
}
