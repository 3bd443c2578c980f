//! Authentication of a client by a JWT (RFC 7521 §4.2, RFC 7523 §2.2 and §3, OpenID Connect Core 1.0 §9).

use authlete::types::{ClientAuthMethod, JwsAlg};
use serde_json::Value;

use super::client_signature;
use super::jwt_audience;
use super::jwt_times;
use super::oauth_error::OAuthError;
use super::parameters::Parameters;
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::jose::{self, Jws};
use crate::json::{Members, Object};
use crate::result_code::{
    CLIENT_ASSERTION_ALGORITHM, CLIENT_ASSERTION_AUDIENCE, CLIENT_ASSERTION_ISSUER,
    CLIENT_ASSERTION_MALFORMED, CLIENT_ASSERTION_REPLAYED, CLIENT_ASSERTION_TIME,
    CLIENT_ASSERTION_TYPE,
};
use crate::store::{Client, Service};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client says about itself, before anybody has checked it.
#[derive(Debug)]
pub struct ClientAssertion<'a> {
    text: &'a str,
    jws: Jws,
    claims: Object,
}

impl<'a> ClientAssertion<'a> {
    /// The assertion of a request, if it has one.
    pub fn presented(parameters: &'a Parameters) -> Result<Option<Self>, OAuthError> {
        let Some(text) = parameters.get("client_assertion") else {
            return Ok(None);
        };
        if parameters.get("client_assertion_type") != Some(JWT_BEARER) {
            return Err(OAuthError::invalid_client(CLIENT_ASSERTION_TYPE));
        }
        let malformed = OAuthError::invalid_client(CLIENT_ASSERTION_MALFORMED);
        let jws = Jws::parse(text).map_err(|_| malformed.clone())?;
        let claims = jws.claims().ok_or(malformed)?;
        Ok(Some(Self { text, jws, claims }))
    }

    /// The client that it is about.
    pub fn subject(&self) -> Option<&str> {
        self.claims.text("sub")
    }

    pub fn method(&self) -> ClientAuthMethod {
        match jose::is_symmetric(self.jws.alg()) {
            true => ClientAuthMethod::ClientSecretJwt,
            false => ClientAuthMethod::PrivateKeyJwt,
        }
    }

    /// Checks that the assertion is of the client that its subject names, for this service, now and once.
    pub fn verify(
        &self,
        call: &Call,
        service: &mut Service,
        client: &Client,
    ) -> Result<(), OAuthError> {
        let refuse = OAuthError::invalid_client;
        let registered = client.settings.text("tokenAuthSignAlg").map(JwsAlg::from);
        if registered.is_some_and(|alg| alg.protocol_value() != Some(self.jws.alg())) {
            return Err(refuse(CLIENT_ASSERTION_ALGORITHM));
        }
        client_signature::verify(&self.jws, client).map_err(refuse)?;
        if self.subject().is_none() || self.claims.text("iss") != self.subject() {
            return Err(refuse(CLIENT_ASSERTION_ISSUER));
        }
        if !is_for(service, call.operation, &self.claims) {
            return Err(refuse(CLIENT_ASSERTION_AUDIENCE));
        }
        let skew = service.clock_skew();
        let end = jwt_times::time(&self.claims, "exp").ok_or(refuse(CLIENT_ASSERTION_TIME))?;
        if !jwt_times::invalid(&self.claims, call.now, skew).is_empty() {
            return Err(refuse(CLIENT_ASSERTION_TIME));
        }
        // RFC 7523 §3 leaves `jti` to the client. An assertion without one stands for itself.
        let own = self.claims.text("jti").unwrap_or(self.text);
        let id = Digest::of(&format!("client_assertion {} {own}", client.id()));
        match service.used_jwts.use_once(id, after(end, skew), call.now) {
            true => Ok(()),
            false => Err(refuse(CLIENT_ASSERTION_REPLAYED)),
        }
    }
}

/// Whether an audience names the service: by its issuer, by its token endpoint, or by the endpoint that was called
/// (RFC 7523 §3, RFC 9126 §2, OpenID Connect CIBA Core 1.0 §7.1). A service can insist on the issuer alone.
fn is_for(service: &Service, operation: &str, claims: &Object) -> bool {
    let issuer = service.issuer();
    if service
        .settings
        .flag("clientAssertionAudRestrictedToIssuer")
    {
        return issuer.is_some() && claims.get("aud").and_then(Value::as_str) == issuer;
    }
    let called = match operation {
        "push_authorization_request" => "pushedAuthReqEndpoint",
        "backchannel_authentication" => "backchannelAuthenticationEndpoint",
        "device_authorization" => "deviceAuthorizationEndpoint",
        "revocation" => "revocationEndpoint",
        _ => "tokenEndpoint",
    };
    let names = [
        issuer,
        service.settings.text("tokenEndpoint"),
        service.settings.text(called),
    ];
    jwt_audience::has(claims, |audience| names.contains(&Some(audience)))
}
