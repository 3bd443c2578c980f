//! The JSON Schemas of the feature `schemars`.

use authlete::types::{Client, GrantType, TokenResponse};
use schemars::schema_for;
use serde_json::Value;

#[test]
fn types_have_schemas_under_their_json_names() {
    let schema = Value::from(schema_for!(TokenResponse));
    let properties = &schema["properties"];
    assert_eq!(properties["accessTokenDuration"]["format"], "int64");
    assert!(
        properties["accessTokenDuration"]["description"]
            .as_str()
            .unwrap()
            .contains("seconds")
    );
    // Secrets and enums are strings, as on the wire; no member is required.
    assert_eq!(
        properties["accessToken"]["anyOf"][0]["$ref"],
        "#/$defs/Secret"
    );
    assert_eq!(schema["$defs"]["Secret"]["type"], "string");
    assert_eq!(schema["$defs"]["GrantType"]["type"], "string");
    assert!(
        schema["required"].as_array().is_none_or(Vec::is_empty),
        "{}",
        schema["required"]
    );
    assert!(Value::from(schema_for!(Client))["properties"]["clientIdAlias"].is_object());
}

#[test]
fn enums_are_open_in_their_schema_too() {
    let schema = Value::from(schema_for!(GrantType));
    assert_eq!(schema["type"], "string");
    assert!(schema["enum"].is_null());
    assert!(
        schema["examples"]
            .as_array()
            .unwrap()
            .contains(&"AUTHORIZATION_CODE".into())
    );
}
