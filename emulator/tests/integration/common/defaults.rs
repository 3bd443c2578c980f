//! The defaults of a service or client.

use serde_json::Value;

/// Asserts that a created object has the expected settings and, as with Authlete, every other flag and number of the API
/// description. `others` are the members that differ from object to object.
pub fn assert_defaults(created: &Value, schema: &str, expected: &Value, others: &[&str]) {
    let facts: Value =
        serde_json::from_str(include_str!("../../../../tests/facts/schemas.json")).unwrap();
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&created[name], value, "{name}");
    }
    for name in others {
        assert!(created.get(name).is_some(), "{name}");
    }
    for (name, field) in facts[schema]["fields"].as_object().unwrap() {
        if expected.get(name).is_some() || others.contains(&name.as_str()) {
            continue;
        }
        match field["type"].as_str() {
            Some("boolean") => assert_eq!(created[name], false, "{name}"),
            Some(integer) if integer.starts_with("integer") => {
                assert_eq!(created[name], 0, "{name}");
            }
            _ => assert_eq!(created.get(name), None, "{name}"),
        }
    }
}
