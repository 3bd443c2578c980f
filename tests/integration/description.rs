//! The API description, and example values generated from it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use authlete_codegen::Description;
use authlete_codegen::document::{self, content, object, reference, sole_reference};
use authlete_codegen::prepare::{schemas_in_requests, schemas_in_responses};
use serde_json::{Map, Value, json};

/// The merged description with flat schemas. Cargo runs tests in the directory of the crate.
pub static FLAT: LazyLock<Value> = LazyLock::new(|| {
    Description::load(Path::new("openapi"))
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
        .flat()
});

/// All schemas by name.
pub fn schemas() -> &'static Map<String, Value> {
    object(&FLAT["components"]["schemas"])
}

/// The names of the objects that responses contain.
pub fn objects_in_responses() -> Vec<String> {
    objects(schemas_in_responses(&FLAT))
}

/// The names of the objects that requests contain, but no response.
pub fn objects_only_in_requests() -> Vec<String> {
    let in_responses = schemas_in_responses(&FLAT);
    objects(&schemas_in_requests(&FLAT) - &in_responses)
}

fn objects(mut names: BTreeSet<String>) -> Vec<String> {
    let is_object = |schema: &Value| schema["type"] == "object";
    names.retain(|name| schemas().get(name).is_some_and(is_object));
    names.into_iter().collect()
}

/// A value with every member of the schema. Strings are derived from their place in it.
pub fn instance(name: &str) -> Value {
    let schema = &schemas()[name];
    match schema["enum"].as_array() {
        Some(words) => words[words.len() / 2].clone(),
        None => Value::Object(
            object(&schema["properties"])
                .iter()
                .map(|(member, schema)| {
                    (
                        member.clone(),
                        member_value(&format!("{name}.{member}"), schema),
                    )
                })
                .collect(),
        ),
    }
}

/// A value for a member, a parameter or an item.
pub fn member_value(place: &str, schema: &Value) -> Value {
    if let Some(name) = sole_reference(schema) {
        return instance(name);
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("password")) => secret(place).into(),
        (Some("string"), _) => format!("text of {place}").into(),
        (Some("boolean"), _) => true.into(),
        (Some("integer"), Some("int32")) => i32::MAX.into(),
        (Some("integer"), _) => i64::MAX.into(),
        (Some("array"), _) => {
            let item = &schema["items"];
            json!([
                member_value(&format!("{place}.0"), item),
                member_value(&format!("{place}.1"), item)
            ])
        }
        // Header names are in lower case.
        (Some("object"), _)
            if schema
                .get("additionalProperties")
                .is_some_and(Value::is_object) =>
        {
            json!({ "name": member_value(place, &schema["additionalProperties"]) })
        }
        (Some("object"), _) => json!({ "name": ["free", { "form": 1 }] }),
        other => panic!("{place}: {other:?}"),
    }
}

/// A string that can be recognized in any output.
pub fn secret(place: &str) -> String {
    format!("SECRET-{place}-TERCES")
}

/// The success response of an operation: its status, and the media type and value of its body.
pub fn success(operation: &Value) -> (u16, Option<(&str, Value)>) {
    let (status, response) =
        document::success(operation).unwrap_or_else(|| panic!("no success in {operation}"));
    let body = content(response).map(|(media_type, schema)| {
        let value = reference(schema).map_or_else(|| member_value("body", schema), instance);
        (media_type, value)
    });
    (
        status
            .parse()
            .expect("the status of a response is a number"),
        body,
    )
}
