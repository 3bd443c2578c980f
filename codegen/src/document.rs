//! Reads an OpenAPI document: its operations, bodies and references.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The HTTP methods that paths may have.
pub const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The success statuses that an operation may have, those with a body first.
pub const SUCCESSES: [&str; 3] = ["200", "201", "204"];

/// The media type of requests and of most answers.
pub const JSON: &str = "application/json";

/// The media type of forms, for operations that accept them in addition to JSON.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The media type of plain text responses.
pub const TEXT: &str = "text/plain";

/// One operation of the document.
#[derive(Debug, Clone, Copy)]
pub struct OperationEntry<'a> {
    /// The path below the API root, as in the document.
    pub path: &'a str,
    /// The HTTP method in lower case.
    pub method: &'a str,
    /// The OpenAPI operation object.
    pub value: &'a Value,
}

impl<'a> OperationEntry<'a> {
    /// The operation ID, or an empty string if it is missing.
    pub fn id(&self) -> &'a str {
        self.value["operationId"].as_str().unwrap_or_default()
    }

    /// A list of the operation or, if it has none, of the document: `servers`, `security`.
    pub fn inherited(&self, document: &'a Value, key: &str) -> &'a [Value] {
        let list = self.value.get(key).unwrap_or(&document[key]).as_array();
        list.map_or(&[], Vec::as_slice)
    }
}

/// All operations of a merged document.
pub fn operations(document: &Value) -> impl Iterator<Item = OperationEntry<'_>> {
    let items = object(&document["paths"]).iter();
    items.flat_map(|(path, item)| of_path(path, item))
}

/// The operations of one path, in the order of [`METHODS`].
pub(crate) fn of_path<'a>(
    path: &'a str,
    item: &'a Value,
) -> impl Iterator<Item = OperationEntry<'a>> {
    METHODS.iter().filter_map(move |method| {
        item.get(method).map(|value| OperationEntry {
            path,
            method,
            value,
        })
    })
}

/// The members of a JSON object; empty for other values.
pub fn object(value: &Value) -> &Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&EMPTY)
}

/// Whether an object must have a member.
pub(crate) fn is_required(schema: &Value, member: &str) -> bool {
    let required = schema["required"].as_array();
    required.is_some_and(|required| required.iter().any(|name| name == member))
}

/// The name of the component that `{"$ref": "#/components/<kind>/<name>"}` points to.
pub fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

/// The component that a member's schema refers to: directly, or in an `allOf` with one item, which OpenAPI 3.0 requires
/// for a reference with a description.
pub fn sole_reference(schema: &Value) -> Option<&str> {
    reference(schema).or_else(|| match schema.get("allOf")?.as_array()?.as_slice() {
        [only] if schema.get("properties").is_none() => reference(only),
        _ => None,
    })
}

/// The media type and the schema of the body of a request or response.
pub fn content(part: &Value) -> Option<(&str, &Value)> {
    let (media_type, media) = object(&part["content"]).iter().next()?;
    Some((media_type, &media["schema"]))
}

/// The successful response of an operation, the one with a body if there is one.
pub fn success(operation: &Value) -> Option<(&str, &Value)> {
    SUCCESSES
        .into_iter()
        .find_map(|status| Some((status, operation["responses"].get(status)?)))
}

/// Collects the names of all components that a value refers to.
pub fn collect_references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            into.extend(reference(value).map(str::to_owned));
            members
                .values()
                .for_each(|member| collect_references(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
        _ => {}
    }
}
