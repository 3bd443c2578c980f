//! Token responses (RFC 6749 §5.1).

use serde_json::Value;

use super::issuance::Issued;
use crate::clock::Millis;
use crate::json::{Members, Object};
use crate::store::TokenRecord;

/// The members of a token response.
pub fn members(record: &TokenRecord, issued: &Issued, now: Millis) -> Object {
    let mut content = visible_properties(record.grant.properties.as_deref());
    let scopes = &record.grant.scopes;
    let token_type = match record.binding.dpop_key {
        Some(_) => "DPoP",
        None => "Bearer",
    };
    let members = [
        (
            "access_token",
            Some(Value::from(issued.access_token.as_str())),
        ),
        ("token_type", Some(token_type.into())),
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

/// The properties that the client may see, as members of the token response.
fn visible_properties(properties: Option<&Value>) -> Object {
    let properties = properties
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object);
    let visible = properties.filter(|property| !property.flag("hidden"));
    visible
        .filter_map(|property| {
            Some((
                property.text("key")?.to_owned(),
                property.get("value")?.clone(),
            ))
        })
        .collect()
}
