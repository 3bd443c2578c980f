//! Identifiers of clients.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

use crate::deserialize::Unset;

/// The identifier of a client: its ID, which is a number, or a string, such as its alias.
///
/// Methods that identify a client take any type that converts into this one, such as numbers and strings:
///
/// ```
/// use authlete::ClientIdentifier;
/// use authlete::types::TokenRevokeRequest;
///
/// let by_id = TokenRevokeRequest::new().client_identifier(26478243745571);
/// let by_alias = TokenRevokeRequest::new().client_identifier("my-client");
///
/// // The text that a client sends and the number that Authlete returns identify the same client.
/// assert_eq!(ClientIdentifier::from("26478243745571"), ClientIdentifier::Id(26478243745571));
/// ```
///
/// It is sent to Authlete as a string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientIdentifier {
    /// The client ID that Authlete assigned to the client.
    Id(i64),
    /// The client ID alias; aliases must be enabled for the service and the client. If an operation supports it, also
    /// the client's entity ID or the URL of its metadata document.
    Alias(String),
}

impl Unset for ClientIdentifier {
    fn unset() -> Self {
        Self::Alias(String::new())
    }
}

impl fmt::Display for ClientIdentifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Alias(alias) => alias.fmt(formatter),
        }
    }
}

impl From<i64> for ClientIdentifier {
    fn from(id: i64) -> Self {
        Self::Id(id)
    }
}

/// Text in the format of a client ID becomes an ID, other text an alias.
impl From<String> for ClientIdentifier {
    fn from(text: String) -> Self {
        match text.parse::<i64>() {
            // Only text that `Display` reproduces exactly.
            Ok(id) if id > 0 && !text.starts_with(['+', '0']) => Self::Id(id),
            _ => Self::Alias(text),
        }
    }
}

impl From<&str> for ClientIdentifier {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<&String> for ClientIdentifier {
    fn from(text: &String) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<&ClientIdentifier> for ClientIdentifier {
    fn from(identifier: &ClientIdentifier) -> Self {
        identifier.clone()
    }
}

impl Serialize for ClientIdentifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Deserializes a string or an integer.
impl<'de> Deserialize<'de> for ClientIdentifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Identifier;

        impl Visitor<'_> for Identifier {
            type Value = ClientIdentifier;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a client ID or its alias")
            }

            fn visit_i64<E: Error>(self, id: i64) -> Result<ClientIdentifier, E> {
                Ok(id.into())
            }

            fn visit_u64<E: Error>(self, id: u64) -> Result<ClientIdentifier, E> {
                Ok(id.to_string().into())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ClientIdentifier, E> {
                Ok(text.into())
            }

            fn visit_string<E: Error>(self, text: String) -> Result<ClientIdentifier, E> {
                Ok(text.into())
            }
        }
        deserializer.deserialize_any(Identifier)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ClientIdentifier {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClientIdentifier".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_text_is_an_id_and_any_text_is_displayed_unchanged() {
        for (text, expected) in [
            ("26478243745571", ClientIdentifier::Id(26_478_243_745_571)),
            ("9223372036854775807", ClientIdentifier::Id(i64::MAX)),
            (
                "9223372036854775808",
                ClientIdentifier::Alias("9223372036854775808".into()),
            ),
            ("007", ClientIdentifier::Alias("007".into())),
            ("+7", ClientIdentifier::Alias("+7".into())),
            ("-7", ClientIdentifier::Alias("-7".into())),
            ("", ClientIdentifier::Alias(String::new())),
            ("my-client", ClientIdentifier::Alias("my-client".into())),
        ] {
            let identifier = ClientIdentifier::from(text);
            assert_eq!(identifier, expected);
            assert_eq!(identifier.to_string(), text);
        }
    }

    #[test]
    fn client_identifier_serializes_as_a_string_and_deserializes_from_strings_and_integers() {
        let id = ClientIdentifier::Id(7);
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"7\"");
        for text in ["7", "\"7\""] {
            assert_eq!(serde_json::from_str::<ClientIdentifier>(text).unwrap(), id);
        }
        assert!(serde_json::from_str::<ClientIdentifier>("true").is_err());
    }
}
