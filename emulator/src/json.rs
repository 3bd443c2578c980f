//! Reading the members of JSON objects. A member of another type than expected counts as absent.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A JSON object, such as a service, a client or a request. Kept as received, so that unknown members are not lost.
pub type Object = Map<String, Value>;

/// The members that have a value.
pub fn present<'a, V>(
    members: impl IntoIterator<Item = (&'a str, Option<V>)>,
) -> impl Iterator<Item = (String, V)> {
    let members = members.into_iter();
    members.filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

/// Typed access to the members of an object.
pub trait ObjectExt {
    /// A non-empty string.
    fn text(&self, name: &str) -> Option<&str>;

    /// An integer, or a string that holds one, as in a query.
    fn integer(&self, name: &str) -> Option<i64>;

    /// Whether the member is `true`.
    fn flag(&self, name: &str) -> bool;

    fn array(&self, name: &str) -> Option<&[Value]>;

    fn object(&self, name: &str) -> Option<&Object>;

    /// A member that deserializes as an SDK type, without its `null`s.
    fn shaped<T: DeserializeOwned + Serialize>(&self, name: &str) -> Option<Value>;

    /// The strings in an array.
    fn texts(&self, name: &str) -> Option<Vec<&str>> {
        let values = self.array(name)?;
        Some(values.iter().filter_map(Value::as_str).collect())
    }
}

impl ObjectExt for Object {
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

    fn shaped<T: DeserializeOwned + Serialize>(&self, name: &str) -> Option<Value> {
        let shaped = T::deserialize(self.get(name)?).ok()?;
        serde_json::to_value(shaped).ok()
    }
}

#[cfg(test)]
mod tests {
    use authlete::types::Property;
    use serde_json::json;

    use super::*;

    fn shaped(properties: Value) -> Option<Value> {
        let request = Object::from_iter([("properties".to_owned(), properties)]);
        request.shaped::<Vec<Property>>("properties")
    }

    #[test]
    fn member_of_the_expected_type_is_returned_without_nulls() {
        let given = json!([{ "key": "k", "value": null, "hidden": true, "later": 1 }]);
        let expected = json!([{ "key": "k", "hidden": true, "later": 1 }]);
        assert_eq!(shaped(given), Some(expected));
    }

    #[test]
    fn member_of_another_type_counts_as_absent() {
        for given in [
            json!({}),
            json!([{ "key": 1 }]),
            json!(["key"]),
            json!(null),
        ] {
            assert_eq!(shaped(given), None);
        }
    }
}
