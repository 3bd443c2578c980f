//! Checks of claim values.

use serde_json::Value;

/// The value without `null` and empty values, at any depth: a claim without a value is omitted
/// (OpenID Connect Core 1.0 §5.3.2).
pub fn present(mut value: Value) -> Option<Value> {
    prune(&mut value).then_some(value)
}

/// Removes `null` and empty values; returns whether anything is left.
fn prune(value: &mut Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => {
            items.retain_mut(prune);
            !items.is_empty()
        }
        Value::Object(members) => {
            members.retain(|_, value| prune(value));
            !members.is_empty()
        }
        Value::Bool(_) | Value::Number(_) => true,
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
