//! Request objects: authorization requests as JWTs (RFC 9101, OpenID Connect Core 1.0 §6).

use authlete::types::{JweAlg, JweEnc, JwsAlg};
use serde_json::Value;

use super::oauth_error::OAuthError;
use super::{client_signature, jwt_audience, jwt_times, keys, response_type};
use crate::call::Call;
use crate::jose::{JoseError, Jwe, Jwk, Jws};
use crate::json::{Object, ObjectExt};
use crate::model::Parameters;
use crate::result_code::{
    EncryptionCodes, OPENID_MISSING_OUTSIDE, ObjectCodes, REQUEST_OBJECT_NOT_ENCRYPTED,
    REQUEST_OBJECT_TYPE, RESPONSE_TYPE_MISSING, RequestObjectCodes, ResultCode,
    SCOPE_MISSING_OUTSIDE,
};
use crate::store::{Client, RequestObject, Service};

/// Claims of the JWT itself, which are not parameters of the request.
const JWT_CLAIMS: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/// The allowed `typ` values, so that other JWTs of the client are not accepted as request objects (RFC 9101 §10.8).
const TYPES: [&str; 2] = ["jwt", "oauth-authz-req+jwt"];

/// A decrypted and verified request object.
#[derive(Debug)]
pub struct VerifiedRequestObject {
    pub claims: Object,
    pub object: RequestObject,
    codes: &'static ObjectCodes,
}

/// The required protection of request objects.
#[derive(Debug, Clone, Copy)]
pub struct RequiredProtection<'a> {
    /// The signature algorithm that the client has registered.
    pub alg: Option<&'a str>,
    /// Whether unsigned request objects are accepted from clients without a registered algorithm.
    pub unsigned: bool,
    /// Whether encryption is required.
    pub encrypted: bool,
    pub codes: &'static RequestObjectCodes,
}

impl VerifiedRequestObject {
    /// Decrypts a request object, verifies its signature and checks its JWT claims.
    pub fn verify(
        call: &Call,
        service: &Service,
        client: &Client,
        text: &str,
        protection: RequiredProtection<'_>,
    ) -> Result<Self, OAuthError> {
        let decrypted;
        let mut encryption_alg = None;
        let (signed, codes) = if text.matches('.').count() == 4 {
            let encryption = protection.codes.encryption.as_ref();
            let encryption = encryption.map_err(|code| invalid(*code))?;
            let opened = decrypt(service, client, text, encryption)?;
            encryption_alg = Some(opened.alg);
            decrypted = opened.content;
            (decrypted.as_str(), &protection.codes.wrapped)
        } else if protection.encrypted {
            return Err(invalid(REQUEST_OBJECT_NOT_ENCRYPTED));
        } else {
            (text, &protection.codes.plain)
        };
        let jws = Jws::parse(signed).map_err(|error| {
            invalid(match error {
                JoseError::Malformed("'alg'") => codes.alg_missing,
                _ => codes.malformed,
            })
        })?;
        verify(&jws, client, protection, codes)?;
        let is_known = |kind: &str| {
            let kind = kind.to_ascii_lowercase();
            TYPES.contains(&kind.strip_prefix("application/").unwrap_or(&kind))
        };
        if !jws.header.text("typ").is_none_or(is_known) {
            return Err(invalid(REQUEST_OBJECT_TYPE));
        }
        let claims = jws.claims().ok_or(invalid(codes.payload))?;
        check_claims(call, service, client, &claims, codes)?;
        Ok(Self {
            object: RequestObject {
                payload: Value::Object(claims.clone()).to_string(),
                signed: jws.alg() != "none",
                alg: Some(jws.alg().to_owned()),
                encryption_alg,
                outside: Parameters::default(),
            },
            claims,
            codes,
        })
    }

    /// The effective parameters: by RFC 9101 §6.3 only those in the object; by OpenID Connect Core 1.0 §6.1 also those
    /// outside of it, unless the object has them.
    pub fn parameters(
        &self,
        service: &Service,
        client: &Client,
        outside: &Parameters,
    ) -> Result<Parameters, OAuthError> {
        let traditional = is_traditional(service);
        match self.claims.get("client_id").map(Value::as_str) {
            None if traditional => {}
            None => return Err(invalid(self.codes.client_missing)),
            Some(None) => return Err(invalid(self.codes.client_no_string)),
            Some(Some(id)) if is_of(service, client, id) => {}
            Some(Some(_)) => return Err(invalid(self.codes.client)),
        }
        let mut parameters = Parameters::default();
        if traditional {
            if !outside.has("response_type") {
                return Err(OAuthError::invalid_request(RESPONSE_TYPE_MISSING));
            }
            let inside = self.claims.text("response_type").map(response_type::read);
            let outside_type = outside.get("response_type").map(response_type::read);
            if inside.is_some() && outside_type.is_some() && inside != outside_type {
                return Err(invalid(self.codes.response_type));
            }
            self.check_openid_outside(outside)?;
            parameters = outside.clone();
            parameters.remove("request");
        }
        self.set(&mut parameters);
        Ok(parameters)
    }

    /// OpenID Connect Core 1.0 §6.1: an OpenID Connect request must have the scope `openid` outside of the object, too.
    fn check_openid_outside(&self, outside: &Parameters) -> Result<(), OAuthError> {
        let inside = self.claims.text("scope").unwrap_or_default();
        let is_openid = inside.split(' ').any(|word| word == "openid");
        let code = match outside.space_delimited("scope")[..] {
            _ if !is_openid => return Ok(()),
            [] => SCOPE_MISSING_OUTSIDE,
            ref words if words.contains(&"openid") => return Ok(()),
            _ => OPENID_MISSING_OUTSIDE,
        };
        Err(OAuthError::invalid_request(code))
    }

    /// Sets the parameters in the object.
    pub fn set(&self, parameters: &mut Parameters) {
        set(&self.claims, parameters);
    }
}

/// Sets the parameters that are claims of a request object.
pub fn set(claims: &Object, parameters: &mut Parameters) {
    for (name, value) in claims {
        if !JWT_CLAIMS.contains(&name.as_str()) {
            parameters.set(name, values(name, value));
        }
    }
}

/// Whether the rules of OpenID Connect Core apply instead of those of RFC 9101.
pub fn is_traditional(service: &Service) -> bool {
    service
        .settings
        .traditional_request_object_processing_applied()
}

/// The content of an encrypted request object.
struct Decrypted {
    content: String,
    alg: String,
}

/// Decrypts a request object with a key of the service, or with the client secret.
fn decrypt(
    service: &Service,
    client: &Client,
    text: &str,
    codes: &EncryptionCodes,
) -> Result<Decrypted, OAuthError> {
    let jwe = Jwe::parse(text).map_err(|error| {
        invalid(match error {
            JoseError::Malformed("alg") => codes.alg_missing,
            JoseError::Malformed("enc") => codes.enc_missing,
            _ => codes.malformed,
        })
    })?;
    if JweAlg::from_protocol_value(jwe.alg()).is_none() {
        return Err(invalid(codes.alg_unknown));
    }
    if JweEnc::from_protocol_value(jwe.enc()).is_none() {
        return Err(invalid(codes.enc_unknown));
    }
    let settings = (&service.settings, &client.settings);
    let alg = settings.1.request_encryption_alg().map(JweAlg::from);
    let enc = settings.1.request_encryption_enc().map(JweEnc::from);
    let differ = |used, registered: Option<&str>| registered.is_some_and(|name| name != used);
    let alg_match_required = settings.0.request_object_encryption_alg_match_required()
        || settings.1.request_object_encryption_alg_match_required();
    let enc_match_required = settings.0.request_object_encryption_enc_match_required()
        || settings.1.request_object_encryption_enc_match_required();
    let alg = alg.as_ref().and_then(JweAlg::protocol_value);
    // OpenID Connect Dynamic Client Registration 1.0 §2: the default if a key encryption algorithm is registered.
    let default = alg.map(|_| "A128CBC-HS256");
    let enc = enc.as_ref().and_then(JweEnc::protocol_value).or(default);
    if alg_match_required && differ(jwe.alg(), alg) {
        return Err(invalid(codes.alg));
    }
    if enc_match_required && differ(jwe.enc(), enc) {
        return Err(invalid(codes.enc));
    }
    let keys = keys::of_service(service);
    let mut candidates: Vec<_> = keys
        .find_decryption(jwe.alg(), jwe.kid())
        .cloned()
        .collect();
    if let Some(secret) = client.settings.client_secret() {
        let key = Jwk::derived_from_secret(secret.as_bytes(), jwe.alg(), jwe.enc());
        candidates.extend(key.ok());
    }
    if candidates.is_empty() {
        return Err(invalid(match keys.keys().is_empty() {
            true => codes.keys_missing,
            false => codes.key_missing,
        }));
    }
    candidates
        .iter()
        .find_map(|key| jwe.decrypt(key).ok())
        .and_then(|plaintext| String::from_utf8(plaintext).ok())
        .map(|content| Decrypted {
            content,
            alg: jwe.alg().to_owned(),
        })
        .ok_or(invalid(codes.undecipherable))
}

/// Verifies the signature. A registered algorithm is the only one allowed, which also excludes unsigned objects.
fn verify(
    jws: &Jws,
    client: &Client,
    protection: RequiredProtection<'_>,
    codes: &ObjectCodes,
) -> Result<(), OAuthError> {
    let registered = protection.alg.map(JwsAlg::from);
    if registered.is_some_and(|alg| alg.protocol_value() != Some(jws.alg())) {
        return Err(invalid(match jws.alg() {
            "none" => codes.not_signed,
            _ => codes.algorithm,
        }));
    }
    if jws.alg() == "none" {
        return match protection.unsigned && jws.is_unsigned() {
            true => Ok(()),
            false => Err(invalid(codes.unsigned)),
        };
    }
    client_signature::verify(jws, client, &codes.signature).map_err(invalid)
}

fn check_claims(
    call: &Call,
    service: &Service,
    client: &Client,
    claims: &Object,
    codes: &ObjectCodes,
) -> Result<(), OAuthError> {
    if claims.contains_key("request") {
        return Err(invalid(codes.has_request));
    }
    if claims.contains_key("request_uri") {
        return Err(invalid(codes.has_request_uri));
    }
    match claims.get("iss").map(Value::as_str) {
        None => {}
        Some(Some(id)) if is_of(service, client, id) => {}
        Some(Some(id)) if service.client(id).is_some() => return Err(invalid(codes.issuer)),
        Some(_) => return Err(invalid(codes.issuer_unknown)),
    }
    if service.settings.request_object_audience_checked() {
        check_audience(service, claims, codes)?;
    }
    let wrong = jwt_times::invalid(claims, call.now, service.clock_skew());
    match wrong.first() {
        None => Ok(()),
        Some(name) => {
            if let (Some(code), Some(Value::Null)) = (codes.time_null, claims.get(*name)) {
                return Err(invalid(code));
            }
            let is_number = jwt_times::time(claims, name).is_some();
            Err(invalid(match (*name, is_number) {
                ("exp", false) => codes.end_no_number,
                ("exp", true) => codes.expired,
                ("nbf", false) => codes.beginning_no_number,
                ("nbf", true) => codes.early,
                (_, false) => codes.issued_no_number,
                (_, true) => codes.issued_later,
            }))
        }
    }
}

/// Checks that the audience includes the service.
pub fn check_audience(
    service: &Service,
    claims: &Object,
    codes: &ObjectCodes,
) -> Result<(), OAuthError> {
    let is_for = jwt_audience::has(claims, |audience| service.issuer() == Some(audience));
    match claims.get("aud") {
        _ if is_for => Ok(()),
        None => Err(invalid(codes.audience_missing)),
        Some(Value::String(_)) => Err(invalid(codes.audience)),
        Some(Value::Array(_)) => Err(invalid(codes.audiences)),
        Some(_) => Err(invalid(codes.audience_malformed)),
    }
}

fn is_of(service: &Service, client: &Client, identifier: &str) -> bool {
    service
        .client(identifier)
        .is_some_and(|(named, _)| named.id() == client.id())
}

/// A claim as parameter values: strings unchanged, other types as JSON, and one value for each item if the parameter is
/// repeatable.
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
