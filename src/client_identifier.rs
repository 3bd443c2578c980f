//! How a client is named.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// What names a client: its ID, which is a number, or text, such as its alias.
///
/// Whatever names a client takes anything that converts into one, numbers and text alike:
///
/// ```
/// use authlete::ClientIdentifier;
/// use authlete::types::TokenRevokeRequest;
///
/// let by_id = TokenRevokeRequest::new().client_identifier(26478243745571);
/// let by_alias = TokenRevokeRequest::new().client_identifier("my-client");
///
/// // The same client, named by the text that a client sends and by the number that Authlete answers with.
/// assert_eq!(ClientIdentifier::from("26478243745571"), ClientIdentifier::Id(26478243745571));
/// ```
///
/// It goes to Authlete as text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientIdentifier {
    /// The client ID that Authlete gave the client.
    Id(i64),
    /// The client ID alias; the service and the client must have aliases enabled. Where an operation takes them, also
    /// the client's entity ID or the URL of its metadata document.
    Alias(String),
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

/// Text that is written as a client ID is one.
impl From<String> for ClientIdentifier {
    fn from(text: String) -> Self {
        match text.parse::<i64>() {
            // Both have to show as the same text.
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

/// From text or a whole number.
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
    fn text_of_a_number_is_an_id_and_any_text_shows_as_it_came() {
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
    fn json_is_text_and_is_read_from_text_and_numbers() {
        let id = ClientIdentifier::Id(7);
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"7\"");
        for text in ["7", "\"7\""] {
            assert_eq!(serde_json::from_str::<ClientIdentifier>(text).unwrap(), id);
        }
        assert!(serde_json::from_str::<ClientIdentifier>("true").is_err());
    }
}
