//! Reading the members of JSON objects. A member of another type than expected counts as absent.

use serde_json::{Map, Value};

/// A service, a client, a request: kept as it came, so that what the emulator does not know is not lost.
pub type Object = Map<String, Value>;

/// The members of an object by type.
pub trait Members {
    /// A text that is not empty.
    fn text(&self, name: &str) -> Option<&str>;

    /// A number, also when it is written as text, as in a query.
    fn integer(&self, name: &str) -> Option<i64>;

    /// Whether the member is `true`.
    fn flag(&self, name: &str) -> bool;

    fn array(&self, name: &str) -> Option<&[Value]>;

    fn object(&self, name: &str) -> Option<&Object>;

    /// The texts of an array.
    fn texts(&self, name: &str) -> Option<Vec<&str>> {
        let values = self.array(name)?;
        Some(values.iter().filter_map(Value::as_str).collect())
    }
}

impl Members for Object {
    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::String(text) => text.parse().ok(),
            value => value.as_i64(),
        }
    }

    fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    fn array(&self, name: &str) -> Option<&[Value]> {
        self.get(name)?.as_array().map(Vec::as_slice)
    }

    fn object(&self, name: &str) -> Option<&Object> {
        self.get(name)?.as_object()
    }
}
