//! Builds call arguments for any operation from the API description.

use std::collections::BTreeSet;

use authlete_codegen::document::{content, object, operations, reference};
use serde_json::{Map, Value, json};

use crate::description::{FLAT, member_value, schemas};

/// The names of the arguments for path parameters of type string.
pub fn path_arguments() -> BTreeSet<String> {
    let parameters = operations(&FLAT).flat_map(|operation| {
        operation.value["parameters"]
            .as_array()
            .into_iter()
            .flatten()
    });
    let texts = parameters
        .filter(|parameter| parameter["in"] == "path" && parameter["schema"]["type"] == "string");
    let names = texts.filter_map(|parameter| parameter["name"].as_str());
    names.map(snake_case).collect()
}

fn snake_case(name: &str) -> String {
    name.chars().fold(String::new(), |mut snake, character| {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
        snake
    })
}

/// Only the body members that an operation requires, and no query.
pub fn required(id: &str) -> Value {
    let operation = operations(&FLAT)
        .find(|operation| operation.id() == id)
        .unwrap_or_else(|| panic!("no operation {id}"));
    let body = content(&operation.value["requestBody"]);
    let body = body.map(|(_, schema)| reference(schema).map_or_else(|| json!([]), members));
    let mut arguments = json!({ "body": body, "query": {}, "service_id": 1 });
    for name in path_arguments() {
        arguments[name] = "1".into();
    }
    arguments
}

/// An object with the members that a schema requires.
fn members(name: &str) -> Value {
    let schema = &schemas()[name];
    let required = schema["required"].as_array().into_iter().flatten();
    let members = required.filter_map(|member| {
        let member = member.as_str()?;
        let schema = object(&schema["properties"]).get(member)?;
        Some((member.to_owned(), member_value(member, schema)))
    });
    members.collect::<Map<_, _>>().into()
}
