//! Requests as JWTs (RFC 9101, OpenID Connect Core 1.0 §6).

use authlete::types::{JweAlg, JweEnc, JwsAlg};
use serde_json::Value;

use super::oauth_error::OAuthError;
use super::parameters::Parameters;
use super::{client_signature, jwt_audience, jwt_times, keys, response_type};
use crate::call::Call;
use crate::jose::{Jwe, Jwk, Jws};
use crate::json::{Members, Object};
use crate::result_code::{
    REQUEST_OBJECT_ALGORITHM, REQUEST_OBJECT_AUDIENCE, REQUEST_OBJECT_CLIENT,
    REQUEST_OBJECT_ENCRYPTION, REQUEST_OBJECT_ISSUER, REQUEST_OBJECT_MALFORMED,
    REQUEST_OBJECT_NESTED, REQUEST_OBJECT_NOT_ENCRYPTED, REQUEST_OBJECT_RESPONSE_TYPE,
    REQUEST_OBJECT_TIME, REQUEST_OBJECT_TYPE, REQUEST_OBJECT_UNDECIPHERABLE,
    REQUEST_OBJECT_UNSIGNED, ResultCode,
};
use crate::store::{Client, RequestObject, Service};

/// Claims that are about the JWT and not of the request.
const ABOUT: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/// The types that a request object may say it is of: any other JWT of the client must not pass for one (RFC 9101 §10.8).
const TYPES: [&str; 2] = ["jwt", "oauth-authz-req+jwt"];

/// A request object of a client whose signature is good.
#[derive(Debug)]
pub struct Opened {
    pub claims: Object,
    pub object: RequestObject,
}

/// How request objects are to be secured.
#[derive(Debug, Clone, Copy)]
pub struct Security<'a> {
    /// The setting of the client that names the signature algorithm.
    pub alg_setting: &'a str,
    /// Whether one without a signature is good enough when the client has registered no algorithm.
    pub unsigned: bool,
    /// Whether it has to be encrypted.
    pub encrypted: bool,
}

impl Opened {
    /// Decrypts a request object, verifies its signature and checks the claims that are about it.
    pub fn open(
        call: &Call,
        service: &Service,
        client: &Client,
        text: &str,
        security: Security<'_>,
    ) -> Result<Self, OAuthError> {
        let decrypted;
        let signed = if text.matches('.').count() == 4 {
            decrypted = decrypt(service, client, text)?;
            decrypted.as_str()
        } else if security.encrypted {
            return Err(invalid(REQUEST_OBJECT_NOT_ENCRYPTED));
        } else {
            text
        };
        let jws = Jws::parse(signed).map_err(|_| invalid(REQUEST_OBJECT_MALFORMED))?;
        verify(&jws, client, security)?;
        let is_known = |kind: &str| {
            let kind = kind.to_ascii_lowercase();
            TYPES.contains(&kind.strip_prefix("application/").unwrap_or(&kind))
        };
        if !jws.header.text("typ").is_none_or(is_known) {
            return Err(invalid(REQUEST_OBJECT_TYPE));
        }
        let claims = jws.claims().ok_or(invalid(REQUEST_OBJECT_MALFORMED))?;
        check_claims(call, service, client, &claims)?;
        Ok(Self {
            object: RequestObject {
                payload: Value::Object(claims.clone()).to_string(),
                signed: jws.alg() != "none",
            },
            claims,
        })
    }

    /// The parameters that count: by RFC 9101 §6.3 those inside, by OpenID Connect Core 1.0 §6.1 those outside, too, as
    /// far as the object does not have them.
    pub fn parameters(
        &self,
        service: &Service,
        client: &Client,
        outside: &Parameters,
    ) -> Result<Parameters, OAuthError> {
        let traditional = is_traditional(service);
        let client_id = self.claims.text("client_id");
        if !client_id.map_or(traditional, |id| is_of(service, client, id)) {
            return Err(invalid(REQUEST_OBJECT_CLIENT));
        }
        let mut parameters = Parameters::default();
        if traditional {
            let inside = self.claims.text("response_type").map(response_type::read);
            let outside_type = outside.get("response_type").map(response_type::read);
            if inside.is_some() && outside_type.is_some() && inside != outside_type {
                return Err(invalid(REQUEST_OBJECT_RESPONSE_TYPE));
            }
            parameters = outside.clone();
            parameters.remove("request");
        }
        self.set(&mut parameters);
        Ok(parameters)
    }

    /// Sets the parameters that are inside.
    pub fn set(&self, parameters: &mut Parameters) {
        for (name, value) in &self.claims {
            if !ABOUT.contains(&name.as_str()) {
                parameters.set(name, values(name, value));
            }
        }
    }
}

/// Whether the rules are those of OpenID Connect and not those of RFC 9101.
pub fn is_traditional(service: &Service) -> bool {
    service
        .settings
        .flag("traditionalRequestObjectProcessingApplied")
}

/// A request object is encrypted to a key of the service, or with the secret of the client.
fn decrypt(service: &Service, client: &Client, text: &str) -> Result<String, OAuthError> {
    let jwe = Jwe::parse(text).map_err(|_| invalid(REQUEST_OBJECT_MALFORMED))?;
    let registered = |setting: &str| client.settings.text(setting);
    let alg = registered("requestEncryptionAlg").map(JweAlg::from);
    let enc = registered("requestEncryptionEnc").map(JweEnc::from);
    let differ = |flag, used, registered: Option<&'static str>| {
        service.demands(client, flag) && registered.is_some_and(|name| name != used)
    };
    let alg = alg.as_ref().and_then(JweAlg::protocol_value);
    let enc = enc.as_ref().and_then(JweEnc::protocol_value);
    if differ("requestObjectEncryptionAlgMatchRequired", jwe.alg(), alg)
        || differ("requestObjectEncryptionEncMatchRequired", jwe.enc(), enc)
    {
        return Err(invalid(REQUEST_OBJECT_ENCRYPTION));
    }
    let keys = keys::of_service(service);
    let mut plaintext = keys
        .find_decryption(jwe.alg(), jwe.kid())
        .find_map(|key| jwe.decrypt(key).ok());
    if let (None, Some(secret)) = (&plaintext, client.settings.text("clientSecret")) {
        let key = Jwk::derived_from_secret(secret.as_bytes(), jwe.alg(), jwe.enc());
        plaintext = key.ok().and_then(|key| jwe.decrypt(&key).ok());
    }
    plaintext
        .and_then(|plaintext| String::from_utf8(plaintext).ok())
        .ok_or(invalid(REQUEST_OBJECT_UNDECIPHERABLE))
}

/// The registered algorithm is the only one: neither another nor none is a way around it.
fn verify(jws: &Jws, client: &Client, security: Security<'_>) -> Result<(), OAuthError> {
    let registered = client.settings.text(security.alg_setting);
    let registered = registered.map(JwsAlg::from);
    if registered.is_some_and(|alg| alg.protocol_value() != Some(jws.alg())) {
        return Err(invalid(REQUEST_OBJECT_ALGORITHM));
    }
    if jws.alg() == "none" {
        return match security.unsigned && jws.is_unsigned() {
            true => Ok(()),
            false => Err(invalid(REQUEST_OBJECT_UNSIGNED)),
        };
    }
    client_signature::verify(jws, client).map_err(invalid)
}

fn check_claims(
    call: &Call,
    service: &Service,
    client: &Client,
    claims: &Object,
) -> Result<(), OAuthError> {
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(invalid(REQUEST_OBJECT_NESTED));
    }
    let issuer = claims.get("iss");
    let is_client = |issuer: &Value| issuer.as_str().is_some_and(|id| is_of(service, client, id));
    if !issuer.is_none_or(is_client) {
        return Err(invalid(REQUEST_OBJECT_ISSUER));
    }
    if service.settings.flag("requestObjectAudienceChecked") && !is_for(service, claims) {
        return Err(invalid(REQUEST_OBJECT_AUDIENCE));
    }
    if !jwt_times::invalid(claims, call.now, service.clock_skew()).is_empty() {
        return Err(invalid(REQUEST_OBJECT_TIME));
    }
    Ok(())
}

/// Whether the audience has the service in it.
pub fn is_for(service: &Service, claims: &Object) -> bool {
    jwt_audience::has(claims, |audience| service.issuer() == Some(audience))
}

fn is_of(service: &Service, client: &Client, identifier: &str) -> bool {
    service
        .client(identifier)
        .is_some_and(|(named, _)| named.id() == client.id())
}

/// A claim as a parameter: text as it is, everything else as JSON, and of what can be repeated each.
fn values(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(several) if Parameters::is_repeatable(name) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        other => vec![other.to_string()],
    }
}

fn invalid(code: ResultCode) -> OAuthError {
    OAuthError::new("invalid_request_object", code)
}
