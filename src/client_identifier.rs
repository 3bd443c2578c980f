//! How a client is named in a path.

use std::fmt;

/// A client's ID, which is a number, or its alias, which is text that the service gave it.
///
/// Methods that name a client take anything that converts into one: `api.get_client(26478243745571)` and
/// `api.get_client("my-client")`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientIdentifier {
    /// The client ID that Authlete gave the client.
    Id(i64),
    /// The client ID alias; the service and the client must have aliases enabled.
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

impl From<&str> for ClientIdentifier {
    fn from(alias: &str) -> Self {
        Self::Alias(alias.to_owned())
    }
}

impl From<String> for ClientIdentifier {
    fn from(alias: String) -> Self {
        Self::Alias(alias)
    }
}

impl From<&ClientIdentifier> for ClientIdentifier {
    fn from(identifier: &ClientIdentifier) -> Self {
        identifier.clone()
    }
}
