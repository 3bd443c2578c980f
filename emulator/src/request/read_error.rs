//! Why a value cannot be read.

use std::fmt;

/// A value of the wrong type. Error messages do not contain the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The path to the value, starting with the member of the request.
    pub path: Vec<String>,
    pub kind: ReadErrorKind,
}

/// The kind of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadErrorKind {
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

impl ReadError {
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

impl From<ReadErrorKind> for ReadError {
    fn from(kind: ReadErrorKind) -> Self {
        Self {
            path: Vec::new(),
            kind,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.path {
            write!(formatter, "{name}: ")?;
        }
        let message = match self.kind {
            ReadErrorKind::Utf8 => "not UTF-8",
            ReadErrorKind::Json => "not JSON",
            ReadErrorKind::String => "not a string",
            ReadErrorKind::Integer => "not an integer",
            ReadErrorKind::Boolean => "not a boolean",
            ReadErrorKind::List => "not a list",
            ReadErrorKind::Object => "not an object",
            ReadErrorKind::OneOf(values) => {
                return write!(formatter, "not one of {}", values.join(", "));
            }
            ReadErrorKind::Item => "list items must not be null",
            ReadErrorKind::Single => "given more than once",
            ReadErrorKind::Form => "this is JSON, so its media type is application/json",
        };
        formatter.write_str(message)
    }
}
