//! Token responses (RFC 6749 §5.1).

use serde_json::Value;

use super::issuance::Issued;
use crate::clock::Millis;
use crate::json::{Members, Object};
use crate::store::TokenRecord;

/// The members of a token response.
pub fn members(record: &TokenRecord, issued: &Issued, now: Millis) -> Object {
    let mut content = properties(record.grant.properties.as_deref(), false);
    let scopes = &record.grant.scopes;
    let members = [
        (
            "access_token",
            Some(Value::from(issued.access_token.as_str())),
        ),
        ("token_type", Some(token_type(record).into())),
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
            (!scopes.is_empty()).then(|| scopes.join(" ").into()),
        ),
    ];
    let members = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    content.extend(members);
    content
}

pub fn seconds_left(end: Millis, now: Millis) -> i64 {
    end.saturating_sub(now) / 1000
}

/// The word for how the access token is used (RFC 6750 §4, RFC 9449 §5).
pub fn token_type(record: &TokenRecord) -> &'static str {
    match record.binding.dpop_key {
        Some(_) => "DPoP",
        None => "Bearer",
    }
}

/// Properties as members of a response: those that others than the server may see, or all.
pub fn properties(properties: Option<&Value>, with_hidden: bool) -> Object {
    let properties = properties
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object);
    let visible = properties.filter(|property| with_hidden || !property.flag("hidden"));
    visible
        .filter_map(|property| {
            Some((
                property.text("key")?.to_owned(),
                property.get("value")?.clone(),
            ))
        })
        .collect()
}
