//! Checks a merged description for the rules that the generator and readers rely on.

mod actions;
mod bodies;
mod categories;
mod changes;
mod extensions;

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use crate::description::{Description, TEXT_MEMBER};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{
    METHODS, OperationEntry, collect_references, is_required, object, sole_reference,
};
use crate::operations::{
    HOSTED_REPLACEMENT, ORGANIZATION, ROOT, SETTING, V2, V3, template_parameters,
};
use crate::pages::{PAGES, Pages};
use crate::prepare::STANDALONE;
use crate::refine::type_name;

/// The supported formats of each type.
const FORMATS: [(&str, &[&str]); 4] = [
    (
        "string",
        &["uri", "date-time", "password", "client-identifier"],
    ),
    ("integer", &["int32", "int64"]),
    ("boolean", &[]),
    ("object", &[]),
];

/// Checks a description.
///
/// # Errors
/// All errors of the description.
pub fn check(description: &Description) -> Result<(), Diagnostics> {
    let flat = description.flat();
    let mut check = Check {
        description,
        document: &flat,
        flat: object(&flat["components"]["schemas"]),
        diagnostics: Diagnostics::default(),
    };
    check.extensions();
    check.categories();
    check.operations();
    check.schemas();
    check.references();
    check.enums_are_shared();
    check.actions();
    check.openapi();
    check.diagnostics.into_result()
}

struct Check<'a> {
    description: &'a Description,
    /// The document with compositions flattened.
    document: &'a Value,
    /// The schemas with compositions flattened: `required` may name a member of a shared group.
    flat: &'a Map<String, Value>,
    diagnostics: Diagnostics,
}

impl Check<'_> {
    fn report(&mut self, origin: &str, place: &str, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(
            &self.description.origin(origin),
            place,
            message.into(),
        ));
    }

    fn operations(&mut self) {
        let mut ids = BTreeMap::new();
        let description = self.description;
        for (path, item) in object(&description.document["paths"]) {
            for key in object(item)
                .keys()
                .filter(|key| !METHODS.contains(&key.as_str()))
            {
                self.report(
                    path,
                    path,
                    format!("{key} is not an HTTP method that the generator supports"),
                );
            }
        }
        for entry in description.operations() {
            let place = format!("{} {}", entry.method.to_uppercase(), entry.path);
            if entry.id().is_empty() || entry.id() != entry.id().to_snake_case() {
                self.report(entry.path, &place, "needs an operationId in snake_case");
            }
            if let Some(first) = ids.insert(entry.id(), place.clone()) {
                self.report(
                    entry.path,
                    &place,
                    format!("has the operationId of {first}: {}", entry.id()),
                );
            }
            for text in ["summary", "description"] {
                self.check_text(entry.path, &place, text, entry.value);
            }
            self.changes(&entry, &place);
            self.pages(&entry, &place);
            self.hosted_replacement(&entry, &place);
            self.parameters(&entry, &place);
            self.route(&entry, &place);
            self.bodies(&entry, &place);
        }
    }

    fn pages(&mut self, entry: &OperationEntry<'_>, place: &str) {
        let Some(member) = entry.value.get(PAGES) else {
            return;
        };
        // The flat document has the members of shared groups.
        let flat = self.document;
        if Pages::of(flat, entry).is_none() {
            self.report(
                entry.path,
                place,
                format!(
                    "{PAGES} must name the list of objects in a response with totalCount to a request with start and end: {member}"
                ),
            );
        }
    }

    fn hosted_replacement(&mut self, entry: &OperationEntry<'_>, place: &str) {
        let Some(replacement) = entry.value.get(HOSTED_REPLACEMENT) else {
            return;
        };
        if !self
            .description
            .operations()
            .any(|other| *replacement == other.id())
        {
            self.report(
                entry.path,
                place,
                format!(
                    "{HOSTED_REPLACEMENT} is not the operationId of an operation: {replacement}"
                ),
            );
        }
    }

    fn parameters(&mut self, entry: &OperationEntry<'_>, place: &str) {
        let mut declared = BTreeSet::new();
        for parameter in entry.value["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            let place = format!("{place}: parameter {name}");
            self.check_text(entry.path, &place, "description", parameter);
            match parameter["in"].as_str() {
                Some("path") => {
                    declared.insert(name);
                    if parameter["required"] != true {
                        self.report(
                            entry.path,
                            &place,
                            "is in the path and must have `required: true`",
                        );
                    }
                }
                Some("query") => {}
                _ => self.report(
                    entry.path,
                    &place,
                    "is neither in the path nor in the query",
                ),
            }
            self.member_type(entry.path, &place, &parameter["schema"]);
        }
        let exception = entry.value["x-2.x"]["path"].as_str();
        for path in std::iter::once(entry.path).chain(exception) {
            if template_parameters(path).collect::<BTreeSet<_>>() != declared {
                self.report(
                    entry.path,
                    place,
                    format!("the parameters of {path} differ from the declared ones"),
                );
            }
        }
    }

    fn route(&mut self, entry: &OperationEntry<'_>, place: &str) {
        let document = &self.description.document;
        let versions: Vec<&str> = entry
            .inherited(document, "servers")
            .iter()
            .filter_map(|server| server["x-api-version"].as_str())
            .collect();
        if versions.is_empty() || versions.iter().any(|version| ![V2, V3].contains(version)) {
            self.report(
                entry.path,
                place,
                "has no server whose x-api-version is 2.x or 3.0",
            );
        }
        for root in entry
            .inherited(document, "servers")
            .iter()
            .filter_map(|server| server.get(ROOT))
            .filter(|root| *root != ORGANIZATION)
        {
            self.report(
                entry.path,
                place,
                format!("has a server whose {ROOT} is not {ORGANIZATION}: {root}"),
            );
        }
        let schemes = &document["components"]["securitySchemes"];
        let alternatives = entry.inherited(document, "security").iter();
        for name in alternatives.flat_map(|alternative| object(alternative).keys()) {
            if schemes.get(name).is_none() {
                self.report(
                    entry.path,
                    place,
                    format!("security refers to an unknown scheme: {name}"),
                );
            }
        }
    }

    fn schemas(&mut self) {
        let mut rust_names: BTreeMap<String, &str> = BTreeMap::new();
        let description = self.description;
        for (name, schema) in description.schemas() {
            self.check_text(name, name, "description", schema);
            if let Some(first) = rust_names.insert(type_name(name), name) {
                self.report(
                    name,
                    name,
                    format!("has the Rust name of {first}: {}", type_name(name)),
                );
            }
            match schema["type"].as_str() {
                Some("object") => self.object_schema(name, schema),
                Some("string") if schema.get("x-values").is_some() => {
                    self.enum_schema(name, schema)
                }
                _ => self.report(name, name, "is neither an object nor an enum with x-values"),
            }
        }
    }

    fn object_schema(&mut self, name: &str, schema: &Value) {
        for (member, value) in object(&schema["properties"]) {
            let place = format!("{name}.{member}");
            self.check_text(name, &place, "description", value);
            self.member_type(name, &place, value);
            if value.get(SETTING).is_some()
                && (value["type"] != "integer" || is_required(schema, member))
            {
                self.report(
                    name,
                    &place,
                    format!("has {SETTING} but is not an optional integer"),
                );
            }
        }
        let members = object(
            self.flat
                .get(name)
                .map_or(&Value::Null, |flat| &flat["properties"]),
        );
        if let Some(text) = schema.get(TEXT_MEMBER) {
            let member = text.as_str().and_then(|text| members.get(text));
            if member
                .is_none_or(|member| member["type"] != "string" || member.get("format").is_some())
            {
                self.report(
                    name,
                    name,
                    "x-text must name a member of type string without a format",
                );
            }
        }
        for required in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !members.contains_key(required) {
                self.report(
                    name,
                    name,
                    format!("requires {required}, which it does not have"),
                );
            }
        }
    }

    fn enum_schema(&mut self, name: &str, schema: &Value) {
        let mut seen = BTreeSet::new();
        for value in schema["x-values"].as_array().into_iter().flatten() {
            let word = value["value"].as_str().unwrap_or_default();
            let place = format!("{name}.{word}");
            if word.is_empty() || !seen.insert(word) {
                self.report(name, &place, "is empty, duplicate or not a string");
            }
            self.check_text(name, &place, "description", value);
        }
        if seen.is_empty() {
            self.report(name, name, "has no values");
        }
    }

    fn member_type(&mut self, origin: &str, place: &str, schema: &Value) {
        if sole_reference(schema).is_some() {
            return;
        }
        if schema.get("enum").is_some() {
            self.report(
                origin,
                place,
                "has an inline enum: define it as a schema, so that it can be shared",
            );
        }
        let format = schema["format"].as_str();
        match schema["type"].as_str() {
            Some("array") => self.member_type(origin, place, &schema["items"]),
            Some("object") => match schema.get("additionalProperties") {
                Some(value) if value.is_object() => self.member_type(origin, place, value),
                Some(_) => {}
                None => self.report(origin, place, "is an inline object: define it as a schema"),
            },
            Some(ty) => match FORMATS.iter().find(|(known, _)| *known == ty) {
                None => self.report(
                    origin,
                    place,
                    format!("has the type {ty}, which the API does not use"),
                ),
                Some((_, formats)) if format.is_some_and(|format| !formats.contains(&format)) => {
                    self.report(
                        origin,
                        place,
                        format!("has an unknown format: {}", format.unwrap_or_default()),
                    );
                }
                Some(_) if ty == "integer" && format.is_none() => {
                    self.report(origin, place, "is an integer without int32 or int64");
                }
                Some(_) => {}
            },
            None => self.report(origin, place, "has neither a type nor a reference"),
        }
    }

    /// Checks that a text exists and that rustdoc renders it as intended.
    fn check_text(&mut self, origin: &str, place: &str, key: &str, value: &Value) {
        let text = value[key].as_str().unwrap_or_default();
        if text.trim().is_empty() {
            return self.report(origin, place, format!("has no {key}"));
        }
        if key == "description" && !text.ends_with(['.', ')', '`']) {
            self.report(origin, place, "the description does not end in a full stop");
        }
        let outside_code: String = text.split('`').step_by(2).collect();
        if outside_code.contains(['<', '[']) {
            self.report(
                origin,
                place,
                format!("the {key} has < or [ outside of backticks"),
            );
        }
    }

    fn references(&mut self) {
        let description = self.description;
        let mut used = BTreeSet::new();
        for (origin, value) in object(&description.document["paths"])
            .iter()
            .chain(description.schemas())
        {
            let mut names = BTreeSet::new();
            collect_references(value, &mut names);
            for name in &names {
                if !self.known(name) {
                    self.report(
                        origin,
                        origin,
                        format!("refers to {name}, which does not exist"),
                    );
                }
            }
            // A reference from a schema to itself does not count as a use.
            names.remove(origin);
            used.extend(names);
        }
        collect_references(&description.document["components"]["responses"], &mut used);
        for (name, schema) in description.schemas() {
            match (used.contains(name), schema[STANDALONE] == true) {
                (false, false) => self.report(name, name, "is not used: nothing refers to it"),
                (true, true) => {
                    self.report(name, name, format!("has {STANDALONE} but is referred to"))
                }
                _ => {}
            }
        }
    }

    fn known(&self, name: &str) -> bool {
        self.description.schemas().contains_key(name)
            || self.description.document["components"]["responses"]
                .get(name)
                .is_some()
    }

    /// Enums with the same values must be one schema, unless each belongs to one endpoint.
    fn enums_are_shared(&mut self) {
        let mut by_values: BTreeMap<Vec<&str>, &str> = BTreeMap::new();
        let description = self.description;
        for (name, schema) in description.schemas() {
            let belongs_to_endpoint = ["Action", "Reason", "Result"]
                .iter()
                .any(|suffix| name.ends_with(suffix));
            let values: Vec<&str> = schema["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            if values.is_empty() || belongs_to_endpoint {
                continue;
            }
            if let Some(first) = by_values.insert(values, name) {
                self.report(
                    name,
                    name,
                    format!("has the values of {first}: share one enum"),
                );
            }
        }
    }

    fn openapi(&mut self) {
        if let Err(error) =
            serde_json::from_value::<openapiv3::OpenAPI>(self.description.document.clone())
        {
            self.report(
                "",
                "the merged document",
                format!("is not an OpenAPI 3.0 document: {error}"),
            );
        }
    }
}
