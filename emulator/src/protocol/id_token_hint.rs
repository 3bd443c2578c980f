//! ID tokens as hints about the user (OpenID Connect Core 1.0 §3.1.2.1).

use serde_json::Value;

use super::{client_signature, jwt_audience, keys, logout_token};
use crate::jose::{self, Jwe, Jws};
use crate::json::{Object, ObjectExt};
use crate::result_code::CLIENT_ASSERTION_SIGNATURE;
use crate::store::{Client, Service};

/// Why a hint is invalid.
#[derive(Debug)]
pub enum IdTokenHintError {
    Malformed,
    Encrypted,
    Unsigned,
    Payload,
    IssuerMissing,
    Issuer,
    AudienceMissing,
    /// The client is not the one that `aud` names.
    Audience,
    /// The client is not among those that `aud` names.
    Audiences,
    SubjectMissing,
    /// The signature or the type of the JWT is wrong.
    Other,
}

/// The user of an ID token that the service issued to the client. It may have expired, but must not be encrypted.
pub fn subject(hint: &str, service: &Service, client: &Client) -> Result<String, IdTokenHintError> {
    let claims = claims(hint, service, client).ok_or_else(|| error(hint, service, client))?;
    claims
        .text("sub")
        .map(str::to_owned)
        .ok_or(IdTokenHintError::SubjectMissing)
}

/// The first error of an invalid hint.
fn error(hint: &str, service: &Service, client: &Client) -> IdTokenHintError {
    let Ok(jws) = Jws::parse(hint) else {
        return match Jwe::parse(hint) {
            Ok(_) => IdTokenHintError::Encrypted,
            Err(_) => IdTokenHintError::Malformed,
        };
    };
    if jws.alg() == "none" {
        return IdTokenHintError::Unsigned;
    }
    let Some(claims) = jws.claims() else {
        return IdTokenHintError::Payload;
    };
    match claims.text("iss") {
        None => return IdTokenHintError::IssuerMissing,
        Some(issuer) if Some(issuer) != service.issuer() => return IdTokenHintError::Issuer,
        Some(_) => {}
    }
    match claims.get("aud") {
        None | Some(Value::Null) => IdTokenHintError::AudienceMissing,
        Some(_) if is_for(&claims, service, client) => IdTokenHintError::Other,
        Some(Value::Array(_)) => IdTokenHintError::Audiences,
        Some(_) => IdTokenHintError::Audience,
    }
}

/// The claims of an ID token that the service issued to any of its clients.
pub fn claims_for_any(id_token: &str, service: &Service) -> Option<Object> {
    let unverified = Jws::parse(id_token).ok()?.claims()?;
    let audience = match unverified.get("aud")? {
        Value::Array(audiences) => audiences.first()?,
        audience => audience,
    };
    let (client, _) = service.client(audience.as_str()?)?;
    claims(id_token, service, client)
}

/// The claims of an ID token that the service issued to the client.
fn claims(id_token: &str, service: &Service, client: &Client) -> Option<Object> {
    let jws = Jws::parse(id_token).ok()?;
    let is_own = if jose::is_symmetric(jws.alg()) {
        client_signature::verify(&jws, client, &CLIENT_ASSERTION_SIGNATURE).is_ok()
    } else {
        keys::of_service(service).verify(&jws)
    };
    let claims = jws.claims().filter(|_| is_own)?;
    // The same keys sign other JWTs. Only ID tokens and logout tokens have the client as their audience.
    let is_id_token = claims.text("iss") == service.issuer()
        && is_for(&claims, service, client)
        && jws.header.text("typ") != Some(logout_token::TYPE);
    is_id_token.then_some(claims)
}

fn is_for(claims: &Object, service: &Service, client: &Client) -> bool {
    jwt_audience::has(claims, |audience| {
        let named = service.client(audience);
        named.is_some_and(|(named, _)| named.id() == client.id())
    })
}
