//! Why a value cannot be read.

use std::fmt;

/// A value of the wrong type. Error messages do not contain the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The path to the value, starting with the member of the request.
    pub path: Vec<String>,
    pub kind: Kind,
}

/// The kind of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The text is not UTF-8.
    Utf8,
    /// The text is not JSON.
    Json,
    /// The value does not have this type.
    String,
    Integer,
    Boolean,
    List,
    Object,
    /// An item of a list is `null`.
    Item,
    /// The value is not one of these.
    OneOf(&'static [&'static str]),
    /// The request has the member more than once.
    Single,
    /// The body is JSON and not a form. Some HTTP clients send the media type of a form by default.
    Form,
}

impl Fault {
    /// Prepends the name of the member, or the index of the item, that contains the value.
    #[must_use]
    pub fn within(mut self, name: &str) -> Self {
        self.path.insert(0, name.to_owned());
        self
    }

    /// The name of the member of the request, or an empty string.
    pub fn member(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }
}

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self {
            path: Vec::new(),
            kind,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.path {
            write!(formatter, "{name}: ")?;
        }
        let message = match self.kind {
            Kind::Utf8 => "not UTF-8",
            Kind::Json => "not JSON",
            Kind::String => "not a string",
            Kind::Integer => "not an integer",
            Kind::Boolean => "not a boolean",
            Kind::List => "not a list",
            Kind::Object => "not an object",
            Kind::OneOf(values) => return write!(formatter, "not one of {}", values.join(", ")),
            Kind::Item => "list items must not be null",
            Kind::Single => "given more than once",
            Kind::Form => "this is JSON, so its media type is application/json",
        };
        formatter.write_str(message)
    }
}
