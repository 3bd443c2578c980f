//! Turns the merged description into the input document for progenitor.
//!
//! progenitor supports a subset of OpenAPI, and generates unsuitable types for some constructs. Each step here rewrites one
//! of them.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use crate::document::{FORM, METHODS, collect_references, object, operations, reference, success};

/// The document for progenitor, from one whose compositions are flat.
pub fn prepare(flat: &Value) -> Value {
    let mut document = flat.clone();
    let in_responses = schemas_in_responses(&document);
    name_queries(&mut document);
    for (name, schema) in schemas_mut(&mut document) {
        keep_unknown_members(schema);
        distinguish_absent_from_empty(schema);
        if in_responses.contains(name) {
            require_action_alone(schema);
        }
    }
    shorten_enum_names(&mut document);
    keep_single_bodies(&mut document);
    document
}

/// Combines the query parameters of each operation into a schema (`GetClientListQuery`).
///
/// progenitor's positional style sorts query parameters by name, so `get_client_list(developer, end, start)` compiles with
/// start and end swapped. A struct avoids this mistake.
fn name_queries(document: &mut Value) {
    let queries: Vec<(String, Value)> = operations(document)
        .filter_map(|entry| {
            Some((
                query_name(entry.id()),
                query_schema(entry.id(), entry.value)?,
            ))
        })
        .collect();
    schemas_mut(document).extend(queries);
}

/// The name of the struct for an operation's query.
pub fn query_name(operation_id: &str) -> String {
    format!("{}Query", operation_id.to_upper_camel_case())
}

fn query_schema(id: &str, operation: &Value) -> Option<Value> {
    let parameters: Vec<&Value> = query_parameters(operation).collect();
    if parameters.is_empty() || is_free_query(operation) {
        return None;
    }
    let members: Map<String, Value> = parameters
        .iter()
        .map(|parameter| {
            let mut schema = parameter["schema"].clone();
            if let Some(name) = reference(&schema) {
                schema = json!({ "allOf": [{ "$ref": format!("#/components/schemas/{name}") }] });
            }
            schema["description"] = parameter["description"].clone();
            (
                parameter["name"].as_str().unwrap_or_default().to_owned(),
                schema,
            )
        })
        .collect();
    Some(json!({
        "type": "object",
        "description": format!("The query parameters of `{id}`. Unset parameters are not sent."),
        "properties": members,
    }))
}

/// The query parameters of an operation.
pub fn query_parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "query")
}

/// Whether an operation takes query parameters with arbitrary names.
pub fn is_free_query(operation: &Value) -> bool {
    query_parameters(operation).any(|parameter| parameter["schema"]["type"] == "object")
}

/// `AuthorizationResponseAction` → `AuthorizationAction`: there is one action for each endpoint, so "Response" is redundant,
/// as is "Request" in reasons and results.
fn shorten_enum_names(document: &mut Value) {
    let short: BTreeMap<String, String> = object(&document["components"]["schemas"])
        .keys()
        .map(|name| (name.clone(), short_enum_name(name)))
        .collect();
    rename_references(document, &short);
    let schemas = schemas_mut(document);
    *schemas = std::mem::take(schemas)
        .into_iter()
        .map(|(name, schema)| (short.get(&name).cloned().unwrap_or(name), schema))
        .collect();
}

/// Not shortened, because `GMAction` is the action of the request.
const KEPT: &str = "GMResponseAction";

/// The Rust name of a schema, before progenitor converts it to camel case.
pub fn short_enum_name(name: &str) -> String {
    if name == KEPT {
        return name.to_owned();
    }
    [
        ("ResponseAction", "Action"),
        ("RequestReason", "Reason"),
        ("RequestResult", "Result"),
    ]
    .iter()
    .find_map(|(long, short)| Some(format!("{}{short}", name.strip_suffix(long)?)))
    .unwrap_or_else(|| name.to_owned())
}

fn rename_references(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = members
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|path| path.rsplit('/').next())
                && let Some(renamed) = names.get(name)
            {
                members.insert(
                    "$ref".to_owned(),
                    format!("#/components/schemas/{renamed}").into(),
                );
            }
            members
                .values_mut()
                .for_each(|member| rename_references(member, names));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| rename_references(item, names)),
        _ => {}
    }
}

/// Every object keeps unknown members. Only `{}`, not `true`, makes progenitor emit a flattened map in addition to the known
/// members.
fn keep_unknown_members(schema: &mut Value) {
    if schema["type"] == "object" && !object(&schema["properties"]).is_empty() {
        schema["additionalProperties"] = json!({});
    }
}

/// Absent and empty lists have different meanings in an update. `nullable` makes progenitor emit
/// `Option<Vec<_>>`; without it both would be an empty `Vec`.
fn distinguish_absent_from_empty(schema: &mut Value) {
    let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, member) in members {
        let is_collection =
            member["type"] == "array" || member.get("additionalProperties").is_some();
        if is_collection && !required.contains(&Value::String(name.clone())) {
            member["nullable"] = true.into();
        }
    }
}

/// A response must decode even if the server omits required members. For requests, the constructor takes them.
pub fn require_action_alone(schema: &mut Value) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|member| member == "action");
        // OpenAPI 3.0 does not allow an empty list.
        if required.is_empty()
            && let Value::Object(members) = schema
        {
            members.remove("required");
        }
    }
}

/// Keeps one response and one media type of the request for each operation, because the client always sends JSON.
pub fn keep_single_bodies(document: &mut Value) {
    for operation in operations_mut(document) {
        keep_one_response(operation);
        if let Some(Value::Object(types)) = operation.pointer_mut("/requestBody/content") {
            types.remove(FORM);
        }
    }
}

/// progenitor supports one type for success and one for errors. A second success status has the same body or none, and all
/// errors have the same schema. The transport handles both, so only one response is kept.
fn keep_one_response(operation: &mut Value) {
    let kept = success(operation).map(|(status, _)| status.to_owned());
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        responses.retain(|status, _| Some(status) == kept.as_ref());
    }
}

fn schemas_mut(document: &mut Value) -> &mut Map<String, Value> {
    match document.pointer_mut("/components/schemas") {
        Some(Value::Object(schemas)) => schemas,
        _ => unreachable!("flattening left the schemas as an object"),
    }
}

fn operations_mut(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten());
    operations
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .map(|(_, operation)| operation)
}

/// The schemas that responses can contain.
pub fn schemas_in_responses(document: &Value) -> BTreeSet<String> {
    reachable(document, |operation| &operation["responses"])
}

/// The extension of a schema that no operation refers to, but that callers build and send as a string in a request.
pub const STANDALONE: &str = "x-standalone";

/// The schemas that requests can contain, including those sent as strings.
pub fn schemas_in_requests(document: &Value) -> BTreeSet<String> {
    let mut names = reachable(document, |operation| &operation["requestBody"]);
    let schemas = object(&document["components"]["schemas"]).iter();
    let standalone = schemas.filter(|(_, schema)| schema[STANDALONE] == true);
    names.extend(standalone.map(|(name, _)| name.clone()));
    names.extend(operations(document).map(|entry| query_name(entry.id())));
    names
}

fn reachable(document: &Value, part: impl Fn(&Value) -> &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    operations(document).for_each(|entry| collect_references(part(entry.value), &mut names));
    let mut todo: Vec<String> = names.iter().cloned().collect();
    while let Some(name) = todo.pop() {
        let mut found = BTreeSet::new();
        collect_references(&document["components"]["schemas"][&name], &mut found);
        todo.extend(found.difference(&names).cloned());
        names.extend(found);
    }
    names
}
