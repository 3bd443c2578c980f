//! Flattens compositions (`allOf`): the types in Rust have no groups of members.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document::{collect_references, object, reference};

/// The schemas with every composition (`allOf`) replaced by one flat object.
///
/// Groups of members that several objects share are separate schemas in the description. In Rust they are members of each
/// object. A group without other references is removed.
pub fn flatten_compositions(document: &mut Value) {
    let schemas = object(&document["components"]["schemas"]).clone();
    let groups: BTreeSet<&str> = schemas
        .values()
        .filter_map(|schema| schema["allOf"].as_array())
        .flatten()
        .filter_map(reference)
        .collect();
    let mut flat: Map<String, Value> = schemas
        .iter()
        .map(|(name, schema)| (name.clone(), flatten(schema, &schemas)))
        .collect();
    let mut used = BTreeSet::new();
    collect_references(&document["paths"], &mut used);
    collect_references(&document["components"]["responses"], &mut used);
    flat.values()
        .for_each(|schema| collect_references(schema, &mut used));
    flat.retain(|name, _| used.contains(name) || !groups.contains(name.as_str()));
    document["components"]["schemas"] = Value::Object(flat);
}

fn flatten(schema: &Value, schemas: &Map<String, Value>) -> Value {
    let Some(parts) = schema["allOf"].as_array() else {
        return schema.clone();
    };
    let mut members = BTreeMap::new();
    let mut required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    for part in parts
        .iter()
        .filter_map(reference)
        .filter_map(|name| schemas.get(name))
    {
        let part = flatten(part, schemas);
        members.extend(object(&part["properties"]).clone());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    members.extend(object(&schema["properties"]).clone());
    let mut flat = schema.clone();
    if let Value::Object(flat) = &mut flat {
        flat.remove("allOf");
        flat.insert("properties".to_owned(), members.into_iter().collect());
        if !required.is_empty() {
            flat.insert("required".to_owned(), Value::Array(required));
        }
    }
    flat
}
