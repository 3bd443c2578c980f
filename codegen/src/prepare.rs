//! Turns the merged description into the document that progenitor is given.
//!
//! progenitor reads a subset of OpenAPI, and makes of some constructs types that nobody would want. Each step here
//! rewrites one of them; what a step is for stands above it.

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
        tell_absent_from_empty(schema);
        if in_responses.contains(name) {
            require_action_alone(schema);
        }
    }
    shorten_enum_names(&mut document);
    keep_single_bodies(&mut document);
    document
}

/// Gives the query parameters of each operation a schema of their own (`GetClientListQuery`).
///
/// progenitor's positional style sorts query parameters by name, so that `get_client_list(developer, end, start)`
/// compiles with start and end exchanged. One struct has no order to get wrong.
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

/// The name of the struct that carries an operation's query.
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
        "description": format!("Query of `{id}`; what is not set is not sent."),
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

/// Whether an operation takes any query parameter, whatever its name.
pub fn is_free_query(operation: &Value) -> bool {
    query_parameters(operation).any(|parameter| parameter["schema"]["type"] == "object")
}

/// `AuthorizationResponseAction` → `AuthorizationAction`: there is one action for each endpoint, so "Response" tells
/// nothing; likewise the reasons and results of requests.
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

/// What the client does to a grant is a `GMAction` already.
const KEPT: &str = "GMResponseAction";

/// The Rust name of a schema, before progenitor puts it into camel case.
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

/// Every object keeps the members that the description does not know. `{}`, not `true`: only the former makes
/// progenitor emit a flattened map beside the known members.
fn keep_unknown_members(schema: &mut Value) {
    if schema["type"] == "object" && !object(&schema["properties"]).is_empty() {
        schema["additionalProperties"] = json!({});
    }
}

/// An absent list and an empty one mean different things in an update. `nullable` makes progenitor emit
/// `Option<Vec<_>>`; without it both would be an empty `Vec`.
fn tell_absent_from_empty(schema: &mut Value) {
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

/// What the server leaves out must not keep its answer from being decoded, required or not; what a caller must
/// give, the constructor asks for.
pub fn require_action_alone(schema: &mut Value) {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|member| member == "action");
        // An empty list is no OpenAPI 3.0.
        if required.is_empty()
            && let Value::Object(members) = schema
        {
            members.remove("required");
        }
    }
}

/// Leaves each operation one response and one media type of its request: the client sends JSON everywhere.
pub fn keep_single_bodies(document: &mut Value) {
    for operation in operations_mut(document) {
        keep_one_response(operation);
        if let Some(Value::Object(types)) = operation.pointer_mut("/requestBody/content") {
            types.remove(FORM);
        }
    }
}

/// progenitor takes one type for success and one for errors. A second status of success has the same body or none,
/// and errors have one shape everywhere: the transport handles both, so one response is left.
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

/// The schemas that an answer of the server can contain.
pub fn schemas_in_responses(document: &Value) -> BTreeSet<String> {
    reachable(document, |operation| &operation["responses"])
}

/// What says of a schema that callers build it, although no operation refers to it: it goes into a request as text.
pub const STANDALONE: &str = "x-standalone";

/// The schemas that a request can contain, those that go into one as text included.
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
