//! Properties of tokens, which the server sets and clients may see.

use serde_json::Value;

use crate::json::{Object, ObjectExt};

/// Names that RFC 6749 and OpenID Connect reserve, so that properties cannot use them.
const RESERVED: [&str; 9] = [
    "access_token",
    "token_type",
    "expires_in",
    "refresh_token",
    "scope",
    "error",
    "error_description",
    "error_uri",
    "id_token",
];

pub fn is_reserved(key: &str) -> bool {
    RESERVED.contains(&key)
}

/// Properties as members of a response, with or without hidden ones, which only the server may see.
pub fn properties(properties: Option<&Value>, with_hidden: bool) -> Object {
    let properties = properties
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object);
    let visible = properties.filter(|property| with_hidden || !property.flag("hidden"));
    visible
        .filter_map(|property| {
            let key = property.text("key")?;
            let value = property.get("value")?.clone();
            (!is_reserved(key)).then(|| (key.to_owned(), value))
        })
        .collect()
}
