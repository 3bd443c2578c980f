//! Query parameters.

use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Error, Value};

/// The query parameters for an object: one for each member with a value, and one for each item of a list.
pub(super) fn pairs(query: &impl Serialize) -> Result<Vec<(String, String)>, Error> {
    let Value::Object(members) = serde_json::to_value(query)? else {
        return Err(Error::custom("a query must be an object"));
    };
    let mut pairs = Vec::new();
    for (name, value) in members {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                for item in items {
                    pairs.push((name.clone(), text(item)?));
                }
            }
            value => pairs.push((name, text(value)?)),
        }
    }
    Ok(pairs)
}

fn text(value: Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(Error::custom(
            "a parameter must be a string, a number or a boolean",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn list_becomes_one_parameter_for_each_item() {
        let query = json!({ "limit": 7, "types": ["a b", "c"], "dryRun": true, "cursor": null, "none": [] });
        let expected = [
            ("dryRun", "true"),
            ("limit", "7"),
            ("types", "a b"),
            ("types", "c"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs(&query).unwrap(), expected);
    }

    #[test]
    fn value_without_a_text_form_is_rejected() {
        for query in [
            json!([]),
            json!({ "a": {} }),
            json!({ "a": [[]] }),
            json!({ "a": [null] }),
        ] {
            assert!(pairs(&query).is_err(), "{query}");
        }
    }
}
