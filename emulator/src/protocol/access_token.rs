//! JWT access tokens (RFC 9068).

use serde_json::Value;

use super::keys::Signature;
use super::oauth_error::OAuthError;
use super::properties::properties;
use super::{authorization_details, grant_management};
use crate::clock::Millis;
use crate::digest::Digest;
use crate::json::Object;
use crate::result_code::OTHER_JWT;
use crate::store::{Client, Service, TokenRecord};

/// Signs the access token of a record as a JWT, if the service issues JWT access tokens. The record can then be found by
/// the JWT, too.
pub fn sign(
    service: &Service,
    client: &Client,
    record: &mut TokenRecord,
    access_token: &str,
    now: Millis,
) -> Result<Option<String>, OAuthError> {
    record.jwt = None;
    let Some(alg) = service.settings.access_token_sign_alg() else {
        return Ok(None);
    };
    let signature = Signature {
        alg,
        key_id: service.settings.access_token_signature_key_id(),
        codes: &OTHER_JWT,
    };
    let header = Object::from_iter([("typ".to_owned(), Value::from("at+jwt"))]);
    let claims = claims(service, record, access_token, now);
    let jwt = signature.sign(service, client, header, claims)?;
    record.jwt = Some(Box::new(Digest::of(&jwt)));
    Ok(Some(jwt))
}

/// The claims of the JWT. Properties and additional claims cannot override the standard claims.
fn claims(service: &Service, record: &TokenRecord, access_token: &str, now: Millis) -> Object {
    let grant = &record.grant;
    let mut claims = properties(grant.properties.as_deref(), false);
    if let Some(further) = &grant.access_token_claims {
        claims.extend(further.as_ref().clone());
    }
    let text = |text: &str| Value::from(text);
    let details = record.authorization_details();
    let members = [
        ("iss", service.issuer().map(text)),
        ("sub", grant.subject.as_deref().map(text)),
        (
            "aud",
            (!record.resources().is_empty()).then(|| record.resources().into()),
        ),
        ("exp", Some((record.access_token_expires_at / 1000).into())),
        ("iat", Some((now / 1000).into())),
        ("jti", Some(access_token.into())),
        (
            "client_id",
            (grant.client_id > 0).then(|| grant.client_id.to_string().into()),
        ),
        (
            "scope",
            (!grant.scopes.is_empty()).then(|| grant.scopes.join(" ").into()),
        ),
        ("cnf", confirmation(record)),
        ("acr", grant.acr.as_deref().map(text)),
        (
            "auth_time",
            (grant.auth_time > 0).then(|| grant.auth_time.into()),
        ),
        (
            "authorization_details",
            details.map(authorization_details::to_array),
        ),
        ("grant_type", grant.grant_type.protocol_value().map(text)),
        ("grant_id", grant.id.as_deref().map(text)),
        (
            "grant",
            record.inherited.as_deref().map(grant_management::to_json),
        ),
    ];
    for (name, value) in members {
        match value {
            Some(value) => claims.insert(name.to_owned(), value),
            None => claims.remove(name),
        };
    }
    claims
}

/// The claim `cnf`: the keys that the token is bound to (RFC 8705 §3.1 and §3.2, RFC 9449 §6.1 and §6.2).
pub fn confirmation(record: &TokenRecord) -> Option<Value> {
    let members = [
        ("x5t#S256", &record.binding().certificate),
        ("jkt", &record.binding().dpop_key),
    ];
    let members: Object = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.as_deref()?.into())))
        .collect();
    (!members.is_empty()).then_some(Value::Object(members))
}
