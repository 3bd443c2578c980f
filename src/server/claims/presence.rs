//! Checks of claim values.

use serde_json::{Map, Value};

/// The value without `null` and empty values, at any depth: a claim without a value is omitted
/// (OpenID Connect Core 1.0 §5.3.2).
pub fn present(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then_some(Value::String(text)),
        Value::Array(items) => {
            let items: Vec<_> = items.into_iter().filter_map(present).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(members) => {
            let members: Map<_, _> = members
                .into_iter()
                .filter_map(|(name, value)| Some((name, present(value)?)))
                .collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Bool(_) | Value::Number(_) => Some(value),
    }
}

/// Whether a value equals `value`, or one of `values`, in the request for it (OpenID Connect Core 1.0 §5.5.1). `essential`
/// is not checked: a missing claim is not an error.
pub fn fulfils(value: &Value, request: Option<&Value>) -> bool {
    let Some(Value::Object(request)) = request else {
        return true;
    };
    let named = |name| request.get(name).filter(|named| !named.is_null());
    let is_value = named("value").is_none_or(|named| named == value);
    let is_of_values = named("values").is_none_or(|named| {
        let values = named.as_array();
        values.is_some_and(|values| values.contains(value))
    });
    is_value && is_of_values
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_and_empty_values_are_removed_at_any_depth() {
        let value = json!({ "a": "", "b": [null, [], {}], "c": { "d": null, "e": 0 }, "f": false });
        assert_eq!(present(value), Some(json!({ "c": { "e": 0 }, "f": false })));
        for empty in [
            json!(null),
            json!(""),
            json!([]),
            json!({}),
            json!([{ "a": "" }]),
        ] {
            assert_eq!(present(empty), None);
        }
    }

    #[test]
    fn value_must_equal_the_requested_value_or_one_of_the_requested_values() {
        let fulfils = |request: Value| fulfils(&json!("a"), Some(&request));
        for request in [
            json!(null),
            json!({ "essential": true }),
            json!({ "value": "a" }),
            json!({ "values": ["b", "a"] }),
            json!({ "value": null }),
        ] {
            assert!(fulfils(request.clone()), "{request}");
        }
        for request in [
            json!({ "value": "b" }),
            json!({ "value": "a", "values": ["b"] }),
            json!({ "values": [] }),
            json!({ "values": "a" }),
            json!({ "value": ["a"] }),
        ] {
            assert!(!fulfils(request.clone()), "{request}");
        }
    }
}
