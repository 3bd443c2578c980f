//! JWT client assertions (RFC 7521 §4.2, RFC 7523 §2.2 and §3, OpenID Connect Core 1.0 §9).

use authlete::types::{ClientAuthMethod, JwsAlg};
use serde_json::Value;

use super::client_signature;
use super::endpoint::endpoint;
use super::jwt_audience;
use super::jwt_times;
use super::oauth_error::OAuthError;
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::jose::{self, Jwk, Jws};
use crate::json::{Object, ObjectExt};
use crate::model::Parameters;
use crate::result_code::{
    CLIENT_ASSERTION_ALGORITHM, CLIENT_ASSERTION_AUDIENCE, CLIENT_ASSERTION_AUDIENCE_NOT_ISSUER,
    CLIENT_ASSERTION_EARLY, CLIENT_ASSERTION_EXPIRED, CLIENT_ASSERTION_ISSUED_LATER,
    CLIENT_ASSERTION_ISSUER, CLIENT_ASSERTION_PAYLOAD, CLIENT_ASSERTION_REPLAYED,
    CLIENT_ASSERTION_SIGNATURE, CLIENT_ASSERTION_SUBJECT, CLIENT_ASSERTION_TYPE,
    CLIENT_ASSERTION_TYPE_EMPTY, CLIENT_ASSERTION_TYPE_MISSING, CLIENT_ASSERTION_WITHOUT_END,
    client_assertion_issuer_missing, client_assertion_malformed,
};
use crate::store::{Client, Service};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client assertion, parsed but not yet verified.
#[derive(Debug)]
pub struct ClientAssertion<'a> {
    text: &'a str,
    jws: Jws,
    claims: Object,
}

impl<'a> ClientAssertion<'a> {
    /// The assertion of a request, if it has one.
    pub fn presented(call: &Call, parameters: &'a Parameters) -> Result<Option<Self>, OAuthError> {
        let Some(text) = parameters.get("client_assertion") else {
            return Ok(None);
        };
        let refuse = OAuthError::invalid_client;
        let kind = parameters
            .required(
                "client_assertion_type",
                CLIENT_ASSERTION_TYPE_MISSING,
                CLIENT_ASSERTION_TYPE_EMPTY,
            )
            .map_err(refuse)?;
        if kind != JWT_BEARER {
            return Err(refuse(CLIENT_ASSERTION_TYPE));
        }
        let malformed = client_assertion_malformed(call.operation);
        let jws = Jws::parse(text).map_err(|_| refuse(malformed))?;
        let claims = jws.claims().ok_or(refuse(CLIENT_ASSERTION_PAYLOAD))?;
        Ok(Some(Self { text, jws, claims }))
    }

    /// The client that the assertion identifies.
    pub fn subject(&self) -> Option<&str> {
        self.claims.text("sub")
    }

    pub fn algorithm(&self) -> &str {
        self.jws.alg()
    }

    /// The size of the shortest RSA key of the client that the assertion could be signed with, in bits.
    pub fn rsa_bits(&self, client: &Client) -> Option<usize> {
        let keys = client.settings.jwks()?;
        let candidates = keys.candidates(self.jws.alg(), self.jws.kid());
        candidates.filter_map(Jwk::rsa_bits).min()
    }

    pub fn method(&self) -> ClientAuthMethod {
        match jose::is_symmetric(self.jws.alg()) {
            true => ClientAuthMethod::ClientSecretJwt,
            false => ClientAuthMethod::PrivateKeyJwt,
        }
    }

    /// Verifies that the assertion is signed by the client in its subject, meant for this service, valid now and not used
    /// before.
    pub fn verify(
        &self,
        call: &Call,
        service: &mut Service,
        client: &Client,
    ) -> Result<(), OAuthError> {
        let refuse = OAuthError::invalid_client;
        let registered = client.settings.token_auth_sign_alg().map(JwsAlg::from);
        if registered.is_some_and(|alg| alg.protocol_value() != Some(self.jws.alg())) {
            return Err(refuse(CLIENT_ASSERTION_ALGORITHM));
        }
        client_signature::verify(&self.jws, client, &CLIENT_ASSERTION_SIGNATURE).map_err(refuse)?;
        let issuer = self.claims.text("iss");
        let issuer = issuer.ok_or(refuse(client_assertion_issuer_missing(call.operation)))?;
        let subject = self.subject().ok_or(refuse(CLIENT_ASSERTION_SUBJECT))?;
        if issuer != subject {
            return Err(refuse(CLIENT_ASSERTION_ISSUER));
        }
        let restricted = is_audience_restricted(service);
        if !is_for(service, call.operation, &self.claims) {
            return Err(refuse(match restricted {
                true => CLIENT_ASSERTION_AUDIENCE_NOT_ISSUER,
                false => CLIENT_ASSERTION_AUDIENCE,
            }));
        }
        if !self.claims.contains_key("exp") {
            return Err(refuse(CLIENT_ASSERTION_WITHOUT_END));
        }
        let skew = service.clock_skew();
        if let Some(name) = jwt_times::invalid(&self.claims, call.now, skew).first() {
            return Err(refuse(match *name {
                "exp" => CLIENT_ASSERTION_EXPIRED,
                "nbf" => CLIENT_ASSERTION_EARLY,
                _ => CLIENT_ASSERTION_ISSUED_LATER,
            }));
        }
        let end = jwt_times::time(&self.claims, "exp").ok_or(refuse(CLIENT_ASSERTION_EXPIRED))?;
        // RFC 7523 §3: `jti` is optional. Without it, the whole assertion is the identifier.
        let own = self.claims.text("jti").unwrap_or(self.text);
        let id = Digest::of(&format!("client_assertion {} {own}", client.id()));
        match service.use_jwt_once(id, after(end, skew), call.now) {
            true => Ok(()),
            false => Err(refuse(CLIENT_ASSERTION_REPLAYED)),
        }
    }
}

fn is_audience_restricted(service: &Service) -> bool {
    let settings = &service.settings;
    settings.client_assertion_aud_restricted_to_issuer()
}

/// Whether the audience is the service: its issuer, its token endpoint or the called endpoint (RFC 7523 §3, RFC 9126 §2,
/// OpenID Connect CIBA Core 1.0 §7.1). A service can restrict it to the issuer.
fn is_for(service: &Service, operation: &str, claims: &Object) -> bool {
    let issuer = service.issuer();
    if is_audience_restricted(service) {
        return issuer.is_some() && claims.get("aud").and_then(Value::as_str) == issuer;
    }
    let settings = &service.settings;
    let called = endpoint(operation).and_then(|endpoint| (endpoint.url)(settings));
    let names = [issuer, settings.token_endpoint(), called];
    jwt_audience::has(claims, |audience| names.contains(&Some(audience)))
}
