//! The description for one generation of the API.

use authlete_codegen::document::{OperationEntry, object, operations};
use authlete_codegen::operations::{Route, V2, V3, read};
use authlete_codegen::prepare::{require_action_alone, schemas_in_responses};
use clap::ValueEnum;
use serde_json::{Map, Value};

/// A generation of the API on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Generation {
    #[value(name = "2.x")]
    V2,
    #[value(name = "3.0")]
    V3,
}

impl Generation {
    /// The value of `x-api-version` of its servers.
    fn name(self) -> &'static str {
        match self {
            Self::V2 => V2,
            Self::V3 => V3,
        }
    }

    /// The HTTP authentication scheme of its credentials.
    fn scheme(self) -> &'static str {
        match self {
            Self::V2 => "basic",
            Self::V3 => "bearer",
        }
    }
}

/// The document with the operations, paths, methods, servers and credentials of one generation. In responses only the action
/// is required, as the API guarantees no other member.
pub fn only(document: &Value, generation: Generation) -> Value {
    let routes = read(document);
    let mut paths = Map::new();
    for entry in operations(document) {
        let operation = routes.get(entry.id());
        let route = operation.and_then(|operation| match generation {
            Generation::V2 => operation.v2(),
            Generation::V3 => operation.v3(),
        });
        if let Some(route) = route {
            add(&mut paths, route, own(document, &entry, generation));
        }
    }
    let mut document = document.clone();
    restrict(&mut document, generation);
    document["info"]["version"] = generation.name().into();
    document["paths"] = paths.into();
    let in_responses = schemas_in_responses(&document);
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        let answers = schemas.iter_mut();
        let answers = answers.filter(|(name, _)| in_responses.contains(*name));
        answers.for_each(|(_, schema)| require_action_alone(schema));
    }
    let schemes = document.pointer_mut("/components/securitySchemes");
    if let Some(Value::Object(schemes)) = schemes {
        schemes.retain(|_, scheme| scheme["scheme"] == generation.scheme());
    }
    document
}

fn add(paths: &mut Map<String, Value>, route: &Route, operation: Value) {
    let item = paths
        .entry(route.path())
        .or_insert_with(|| Map::new().into());
    item[route.method().to_lowercase()] = operation;
}

/// An operation without the parts for the other generation. The credentials of the document are copied into it, limited to
/// those of the generation.
fn own(document: &Value, entry: &OperationEntry<'_>, generation: Generation) -> Value {
    let mut operation = entry.value.clone();
    restrict(&mut operation, generation);
    let is_own = |alternative: &&Value| {
        let mut names = object(alternative).keys();
        names.all(|name| {
            document["components"]["securitySchemes"][name]["scheme"] == generation.scheme()
        })
    };
    let security = entry.inherited(document, "security").iter();
    operation["security"] = security.filter(is_own).cloned().collect();
    if let Value::Object(members) = &mut operation {
        members.remove("x-2.x");
    }
    operation
}

/// Keeps only the servers of one generation in a document or an operation.
fn restrict(part: &mut Value, generation: Generation) {
    if let Some(Value::Array(servers)) = part.get_mut("servers") {
        servers.retain(|server| server["x-api-version"] == generation.name());
    }
}
