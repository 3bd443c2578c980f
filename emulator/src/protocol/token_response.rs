//! Token responses (RFC 6749 §5.1).

use serde_json::Value;

use super::authorization_details;
use super::issuance::Issued;
use super::properties::properties;
use crate::clock::Millis;
use crate::json::{Object, present};
use crate::store::{Service, TokenRecord};

/// The members of a token response.
pub fn members(service: &Service, record: &TokenRecord, issued: &Issued, now: Millis) -> Object {
    let grant = &record.grant;
    let mut content = properties(grant.properties.as_deref(), false);
    let details = record.authorization_details();
    let nonce = record.credential_nonce.as_deref();
    let members = [
        ("access_token", Some(Value::from(issued.presented()))),
        ("token_type", Some(token_type(service, record).into())),
        (
            "expires_in",
            Some(seconds_left(record.access_token_expires_at, now).into()),
        ),
        (
            "refresh_token",
            issued.refresh_token.as_deref().map(Value::from),
        ),
        (
            "scope",
            (!grant.scopes.is_empty()).then(|| grant.scopes.join(" ").into()),
        ),
        (
            "c_nonce",
            nonce.map(|nonce| Value::from(nonce.value.as_str())),
        ),
        (
            "c_nonce_expires_in",
            nonce.map(|nonce| seconds_left(nonce.expires_at, now).into()),
        ),
        ("id_token", issued.id_token.as_deref().map(Value::from)),
        (
            "authorization_details",
            details.map(authorization_details::to_array),
        ),
        // Grant Management for OAuth 2.0 §5.4.
        ("grant_id", grant.id.as_deref().map(Value::from)),
    ];
    content.extend(present(members));
    content
}

/// The `token_type`: how the access token is presented (RFC 6749 §7.1, RFC 9449 §5).
pub fn token_type<'a>(service: &'a Service, record: &TokenRecord) -> &'a str {
    match record.binding().dpop_key {
        Some(_) => "DPoP",
        None => service.settings.access_token_type().unwrap_or("Bearer"),
    }
}

pub fn seconds_left(end: Millis, now: Millis) -> i64 {
    end.saturating_sub(now) / 1000
}
