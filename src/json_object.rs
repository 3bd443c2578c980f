//! JSON objects with arbitrary members.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::{Error, Map, Value};

/// A JSON object with arbitrary members, such as a JWK Set or the metadata of an OpenID Provider.
///
/// It dereferences to the [`Map`] in it. Its `Debug` output shows the names of the members, but not their values, because a
/// value may be a private key or a token.
///
/// ```
/// use authlete::JsonObject;
///
/// let object: JsonObject = r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#.parse()?;
/// assert_eq!(object["keys"][0]["kty"], "oct");
/// assert_eq!(format!("{object:?}"), r#"{"keys": ..}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(transparent)
)]
pub struct JsonObject(pub Map<String, Value>);

impl JsonObject {
    /// The object as a [`Value`].
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

impl fmt::Debug for JsonObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_map()
            .entries(self.0.keys().map(|name| (name, format_args!(".."))))
            .finish()
    }
}

impl Deref for JsonObject {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for JsonObject {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// Parses JSON text.
///
/// # Errors
/// The text is not JSON, or not an object. The error may show values of the text.
impl FromStr for JsonObject {
    type Err = Error;

    // `Value` has its parser in serde_json. Deserializing this type here would compile another one into this crate.
    fn from_str(text: &str) -> Result<Self, Error> {
        let no_object = || Error::custom("expected a JSON object");
        // A long list is not parsed in vain.
        if !text.trim_start().starts_with('{') {
            return Err(no_object());
        }
        match text.parse()? {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(no_object()),
        }
    }
}

impl FromIterator<(String, Value)> for JsonObject {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl From<Map<String, Value>> for JsonObject {
    fn from(members: Map<String, Value>) -> Self {
        Self(members)
    }
}

impl fmt::Display for JsonObject {
    /// The object as JSON text, values included.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(&self.0).map_err(|_| fmt::Error)?;
        formatter.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_a_json_object_is_rejected() {
        for text in ["", "null", "[]", "\"a\"", "{} {}", "{\"a\":}"] {
            assert!(text.parse::<JsonObject>().is_err(), "{text}");
        }
    }

    #[test]
    fn parsed_object_equals_the_deserialized_one() {
        let text = r#" {"a":[1,2.5,{"b":null}],"a":"last","c":18446744073709551615} "#;
        let deserialized: JsonObject = serde_json::from_str(text).unwrap();
        assert_eq!(text.parse::<JsonObject>().unwrap(), deserialized);
    }
}
