//! What is wrong with a value that cannot be read.

use std::fmt;

/// A value that is not of its type. The value itself is not told: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The way to the value: the member of the request first.
    pub place: Vec<String>,
    pub kind: Kind,
}

/// What a value is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text at all.
    Utf8,
    /// JSON at all.
    Json,
    String,
    Integer,
    Boolean,
    List,
    Object,
    /// A value: `null` is no item of a list.
    Item,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The only one: the request has it again.
    Single,
    /// A form: it is JSON, which some clients send as a form unless they are told the media type.
    Form,
}

impl Fault {
    /// The same for a value that is a member, or an item, of another.
    #[must_use]
    pub fn within(mut self, name: &str) -> Self {
        self.place.insert(0, name.to_owned());
        self
    }

    /// The member of the request.
    pub fn member(&self) -> &str {
        self.place.first().map_or("", String::as_str)
    }
}

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self {
            place: Vec::new(),
            kind,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.place {
            write!(formatter, "{name}: ")?;
        }
        let what = match self.kind {
            Kind::Utf8 => "not UTF-8",
            Kind::Json => "not JSON",
            Kind::String => "not a string",
            Kind::Integer => "not an integer",
            Kind::Boolean => "not a boolean",
            Kind::List => "not a list",
            Kind::Object => "not an object",
            Kind::Word(words) => return write!(formatter, "not one of {}", words.join(", ")),
            Kind::Item => "null is no item of a list",
            Kind::Single => "given more than once",
            Kind::Form => "this is JSON, so its media type is application/json",
        };
        formatter.write_str(what)
    }
}
