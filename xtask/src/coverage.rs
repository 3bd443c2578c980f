//! Compares the description with the facts: missing parts, differences, and endpoints that the facts lack.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use authlete_codegen::Description;
use authlete_codegen::document::{
    TEXT, collect_references, content, object, operations, reference, sole_reference, success,
};
use authlete_codegen::operations::{ApiRoot, Operation, Route, read};
use authlete_codegen::prepare::query_parameters;
use serde_json::{Value, json};

use crate::facts::{EndpointFact, Facts, MemberFact, names_in};

/// The type of a free-form object in the facts.
const FREE_FORM: &str = "free-form JSON object";

pub fn run(description: &Description, directory: &Path, go: bool) -> Result<ExitCode> {
    let facts = Facts::load(directory)?;
    let document = description.flat();
    let mut coverage = Coverage {
        document: &document,
        operations: read(&document),
        facts: &facts,
        gaps: Vec::new(),
        unknown: Vec::new(),
        unnamed: BTreeSet::new(),
    };
    let wanted: Vec<&EndpointFact> = facts
        .endpoints
        .iter()
        .filter(|endpoint| !go || endpoint.go.is_some())
        .collect();
    coverage.endpoints(&wanted);
    let (objects, members, enums) = coverage.types(&wanted);
    for gap in &coverage.gaps {
        println!("{gap}");
    }
    for id in &coverage.unknown {
        println!("endpoint {id}: not in the facts");
    }
    println!(
        "{} endpoints, {objects} objects, {members} members, {enums} enums; {}",
        wanted.len(),
        match coverage.gaps.len() {
            0 => "complete".to_owned(),
            gaps => format!("{gaps} differences"),
        }
    );
    Ok(if coverage.gaps.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

struct Coverage<'a> {
    document: &'a Value,
    operations: BTreeMap<String, Operation>,
    facts: &'a Facts,
    gaps: Vec<String>,
    /// The endpoints that only the description has. They are reported but not counted as differences, because the sources of
    /// the facts may lack new endpoints.
    unknown: Vec<String>,
    /// The schemas of objects that have no name in the facts.
    unnamed: BTreeSet<&'a str>,
}

impl<'a> Coverage<'a> {
    fn endpoints(&mut self, wanted: &[&EndpointFact]) {
        for endpoint in wanted {
            self.endpoint(endpoint);
        }
        let known: BTreeSet<&str> = self
            .facts
            .endpoints
            .iter()
            .map(|endpoint| endpoint.id.as_str())
            .collect();
        let ids = self.operations.keys();
        let unknown = ids.filter(|id| !known.contains(id.as_str()));
        self.unknown = unknown.cloned().collect();
    }

    fn endpoint(&mut self, endpoint: &EndpointFact) {
        let id = &endpoint.id;
        let document = self.document;
        let found = operations(document)
            .find(|entry| entry.id() == id)
            .map(|entry| entry.value);
        let (Some(value), Some(operation)) = (found, self.operations.get(id)) else {
            self.gaps.push(format!("endpoint {id}: missing"));
            return;
        };
        let v2_method = endpoint.v2_method.as_ref().unwrap_or(&endpoint.method);
        let expected_v2 = endpoint
            .v2_path
            .as_ref()
            .map(|path| format!("{v2_method} {path}"));
        let expected_v3 = endpoint
            .v3_path
            .as_ref()
            .map(|path| format!("{} {path}", endpoint.method));
        let query: Vec<String> = query_parameters(value).map(query_fact).collect();
        let checks = [
            (
                "2.x",
                expected_v2,
                operation
                    .v2()
                    .map(|route| route_fact(route).replace("{serviceId}", "{apiKey}")),
            ),
            (
                "3.0",
                expected_v3,
                operation
                    .v3()
                    .map(|route| route_fact(route).replacen("/{serviceId}", "", 1)),
            ),
            (
                "scope",
                Some(endpoint.scope.clone()),
                Some(scope_fact(operation)),
            ),
            ("query", Some(sorted(&endpoint.query)), Some(sorted(&query))),
            ("request", endpoint.request.clone(), request_fact(value)),
            ("response", endpoint.response.clone(), response_fact(value)),
            (
                "success",
                Some(endpoint.success.clone()),
                Some(success_fact(value)),
            ),
        ];
        for (what, expected, actual) in checks {
            if expected != actual {
                self.gaps.push(format!(
                    "endpoint {id}: {what} is {actual:?}, expected {expected:?}"
                ));
            }
        }
    }

    /// Compares the types that the wanted endpoints reach. Returns the numbers of objects, members and enums.
    fn types(&mut self, wanted: &[&EndpointFact]) -> (usize, usize, usize) {
        let (objects, enums) = self.reached(wanted);
        let schemas = object(&self.document["components"]["schemas"]);
        let mut members = 0;
        for name in &objects {
            members += self.facts.objects[*name].fields.len();
            match schemas.get(*name) {
                None => self.gaps.push(format!("object {name}: missing")),
                Some(schema) => self.members(name, schema, &self.facts.objects[*name].fields),
            }
        }
        for name in &enums {
            let expected: BTreeSet<&str> =
                self.facts.enums[*name].iter().map(String::as_str).collect();
            let words = schemas
                .get(*name)
                .map(|schema| &schema["enum"])
                .and_then(Value::as_array);
            let actual: BTreeSet<&str> = words
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            for word in expected.difference(&actual) {
                self.gaps.push(format!("enum {name}: {word} is missing"));
            }
            for word in actual.difference(&expected) {
                self.gaps
                    .push(format!("enum {name}: {word} is not in the facts"));
            }
        }
        let of_unknown = self.schemas_of_unknown();
        for name in schemas.keys() {
            let is_known = self.facts.objects.contains_key(name)
                || self.facts.enums.contains_key(name)
                || self.unnamed.contains(name.as_str());
            if !is_known && !of_unknown.contains(name) {
                self.gaps
                    .push(format!("schema {name}: is not in the facts"));
            }
        }
        (objects.len(), members, enums.len())
    }

    /// The schemas of endpoints that the facts do not have.
    fn schemas_of_unknown(&self) -> BTreeSet<String> {
        let unknown = operations(self.document)
            .filter(|entry| self.unknown.iter().any(|id| id == entry.id()))
            .map(|entry| entry.value);
        let mut names = BTreeSet::new();
        unknown.for_each(|operation| collect_references(operation, &mut names));
        let mut todo: Vec<String> = names.iter().cloned().collect();
        while let Some(name) = todo.pop() {
            let mut further = BTreeSet::new();
            collect_references(&self.document["components"]["schemas"][&name], &mut further);
            todo.extend(
                further
                    .into_iter()
                    .filter(|name| names.insert(name.clone())),
            );
        }
        names
    }

    fn members(&mut self, name: &str, schema: &'a Value, expected: &BTreeMap<String, MemberFact>) {
        let actual = object(&schema["properties"]);
        for (member, fact) in expected {
            let Some(schema) = actual.get(member) else {
                self.gaps
                    .push(format!("object {name}: {member} is missing"));
                continue;
            };
            if let (Some(expected), Some(name)) = (fact.unnamed(), sole_reference(schema)) {
                self.unnamed.insert(name);
                let schema = &self.document["components"]["schemas"][name];
                self.members(name, schema, &expected);
                continue;
            }
            let ty = self.type_fact(schema);
            if !same_type(&fact.ty, &ty) {
                self.gaps.push(format!(
                    "object {name}: {member} is {ty}, expected {}",
                    fact.ty
                ));
            }
        }
        for member in actual
            .keys()
            .filter(|member| !expected.contains_key(*member))
        {
            self.gaps
                .push(format!("object {name}: {member} is not in the facts"));
        }
    }

    /// The objects and enums in the facts that endpoints reach, and the objects that nothing refers to.
    fn reached(&self, wanted: &[&EndpointFact]) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
        let facts = self.facts;
        let bodies = wanted
            .iter()
            .flat_map(|endpoint| [endpoint.request.as_deref(), endpoint.response.as_deref()]);
        let query_types = wanted
            .iter()
            .flat_map(|endpoint| &endpoint.query)
            .filter_map(|query| query.split(':').nth(1));
        let mut todo: Vec<&str> = bodies
            .flatten()
            .map(|name| name.trim_end_matches("[]"))
            .chain(query_types)
            .chain(facts.roots())
            .collect();
        let (mut objects, mut enums) = (BTreeSet::new(), BTreeSet::new());
        while let Some(name) = todo.pop() {
            if let Some((name, _)) = facts.enums.get_key_value(name) {
                enums.insert(name.as_str());
            } else if let Some((name, object)) = facts.objects.get_key_value(name)
                && objects.insert(name.as_str())
            {
                todo.extend(
                    object
                        .fields
                        .values()
                        .flat_map(|member| names_in(&member.ty)),
                );
            }
        }
        (objects, enums)
    }

    /// A schema in the notation of the facts.
    fn type_fact(&self, schema: &Value) -> Value {
        if let Some(name) = sole_reference(schema) {
            let is_enum = self.document["components"]["schemas"][name]
                .get("enum")
                .is_some();
            return format!("{} {name}", if is_enum { "enum" } else { "ref" }).into();
        }
        match schema["type"].as_str().unwrap_or_default() {
            "array" => json!({ "array": self.type_fact(&schema["items"]) }),
            "object" if schema["additionalProperties"] == true => FREE_FORM.into(),
            "object" => json!({ "map": self.type_fact(&schema["additionalProperties"]) }),
            ty => schema["format"]
                .as_str()
                .map_or_else(|| ty.to_owned(), |format| format!("{ty}({format})"))
                .into(),
        }
    }
}

/// Formats that only the description has: they are accepted for any string in the facts.
const OUR_FORMATS: [&str; 2] = ["password", "client-identifier"];

fn same_type(fact: &Value, actual: &Value) -> bool {
    let is_ours = OUR_FORMATS
        .iter()
        .any(|format| *actual == format!("string({format})"));
    fact == actual || (is_ours && fact.as_str().is_some_and(|fact| fact.starts_with("string")))
}

fn route_fact(route: &Route) -> String {
    format!("{} {}", route.method(), route.path())
}

fn scope_fact(operation: &Operation) -> String {
    let Some(route) = operation.v3().or_else(|| operation.v2()) else {
        return String::new();
    };
    match route.root() {
        _ if route.credentials().is_empty() => "open",
        ApiRoot::Service => "service",
        ApiRoot::Api => "owner",
        ApiRoot::Organization => "organization",
    }
    .to_owned()
}

fn query_fact(parameter: &Value) -> String {
    let schema = &parameter["schema"];
    let ty = reference(schema)
        .or(schema["format"]
            .as_str()
            .filter(|format| !OUR_FORMATS.contains(format)))
        .or(schema["type"].as_str())
        .unwrap_or_default();
    match ty {
        // A free-form query.
        "object" => "*:string".to_owned(),
        ty => format!("{}:{ty}", parameter["name"].as_str().unwrap_or_default()),
    }
}

fn sorted(items: &[String]) -> String {
    let sorted: BTreeSet<&str> = items.iter().map(String::as_str).collect();
    sorted.into_iter().collect::<Vec<_>>().join(" ")
}

fn request_fact(operation: &Value) -> Option<String> {
    let (_, schema) = content(operation.get("requestBody")?)?;
    Some(match schema["type"].as_str() {
        Some("array") => format!("{}[]", reference(&schema["items"])?),
        _ => reference(schema)?.to_owned(),
    })
}

fn response_fact(operation: &Value) -> Option<String> {
    let responses = object(&operation["responses"]);
    let (_, response) = success(operation)?;
    let (media_type, schema) = content(response)?;
    Some(match reference(schema) {
        Some(name) => name.to_owned(),
        None if media_type == TEXT => TEXT.to_owned(),
        None if schema["additionalProperties"].is_object() => "map of strings".to_owned(),
        None if responses.contains_key("204") => "JWK Set".to_owned(),
        None if schema["type"] == "array" => {
            format!("{}[]", schema["items"]["type"].as_str().unwrap_or_default())
        }
        None => FREE_FORM.to_owned(),
    })
}

fn success_fact(operation: &Value) -> String {
    let statuses: Vec<&str> = object(&operation["responses"])
        .keys()
        .map(String::as_str)
        .filter(|status| status.starts_with('2'))
        .collect();
    statuses.join(" ")
}
