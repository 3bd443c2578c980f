//! The types of request bodies and queries for the emulator: `emulator/src/request/types.json`.
//!
//! A type is `string`, `integer`, `boolean`, `any`, the name of an object, `[…]` for a list or `{…}` for a map.

use std::collections::{BTreeMap, BTreeSet};

use authlete_codegen::Description;
use authlete_codegen::description::{TAKES_FORM, TEXT_MEMBER};
use authlete_codegen::document::{content, object, sole_reference};
use authlete_codegen::prepare::{is_free_query, query_parameters};
use serde_json::{Map, Value, json};

/// The types of all requests, as pretty-printed JSON.
pub fn of(description: &Description) -> String {
    let document = description.flat();
    let types = Types {
        schemas: object(&document["components"]["schemas"]),
    };
    let mut operations = BTreeMap::new();
    let mut names = BTreeSet::new();
    for entry in authlete_codegen::document::operations(&document) {
        let mut operation = Map::new();
        if let Some((_, schema)) = content(&entry.value["requestBody"]) {
            operation.insert("body".to_owned(), types.of(schema, &mut names).into());
        }
        if entry.value[TAKES_FORM] == true {
            operation.insert("form".to_owned(), true.into());
        }
        let query: Map<String, Value> = query_parameters(entry.value)
            .filter(|_| !is_free_query(entry.value))
            .filter_map(|parameter| {
                let name = parameter["name"].as_str()?.to_owned();
                Some((name, types.of(&parameter["schema"], &mut names).into()))
            })
            .collect();
        if !query.is_empty() {
            operation.insert("query".to_owned(), query.into());
        }
        operations.insert(entry.id(), operation);
    }
    let mut objects = BTreeMap::new();
    while let Some(name) = names.pop_first() {
        if objects.contains_key(&name) {
            continue;
        }
        let schema = &types.schemas[&name];
        let members: BTreeMap<&String, String> = object(&schema["properties"])
            .iter()
            .map(|(member, schema)| (member, types.of(schema, &mut names)))
            .collect();
        let mut object = json!({ "members": members });
        if let Some(text) = schema.get(TEXT_MEMBER) {
            object["text"] = text.clone();
        }
        objects.insert(name, object);
    }
    let all = json!({ "operations": operations, "objects": objects });
    format!("{all:#}\n")
}

struct Types<'a> {
    schemas: &'a Map<String, Value>,
}

impl Types<'_> {
    /// The type of a value. Adds the objects in it to `names`.
    fn of(&self, schema: &Value, names: &mut BTreeSet<String>) -> String {
        if let Some(name) = sole_reference(schema) {
            let target = &self.schemas[name];
            if object(&target["properties"]).is_empty() {
                return self.of(target, names);
            }
            names.insert(name.to_owned());
            return name.to_owned();
        }
        match schema["type"].as_str() {
            Some("array") => format!("[{}]", self.of(&schema["items"], names)),
            Some("object") => match &schema["additionalProperties"] {
                values @ Value::Object(_) => format!("{{{}}}", self.of(values, names)),
                _ => "any".to_owned(),
            },
            Some(scalar) => scalar.to_owned(),
            None => "any".to_owned(),
        }
    }
}
