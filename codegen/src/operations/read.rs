//! Reads the operations of a document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::documentation::documentation;
use super::extensions::{answers_text, hosted_replacement, is_repeatable, single_use};
use super::{ApiRoot, ORGANIZATION, Operation, ROOT, Route, SETTING, V2, V3, template_parameters};
use crate::document::{OperationEntry, content, object, operations, reference};
use crate::eviction::Eviction;
use crate::prepare::{is_free_query, query_parameters};

/// Reads all operations of a document.
pub fn read(document: &Value) -> BTreeMap<String, Operation> {
    operations(document)
        .map(|entry| (entry.id().to_owned(), operation(document, &entry)))
        .collect()
}

fn operation(document: &Value, entry: &OperationEntry<'_>) -> Operation {
    let responses = object(&entry.value["responses"]);
    let (v2, v3) = (route(document, entry, V2), route(document, entry, V3));
    let eviction = Eviction::of(document, entry.value);
    Operation {
        id: entry.id().to_owned(),
        category: category(entry.value),
        documentation: documentation(entry.value, eviction.as_ref(), v2.as_ref(), v3.as_ref()),
        v2,
        v3,
        path_parameters: template_parameters(entry.path).map(str::to_owned).collect(),
        has_query: query_parameters(entry.value).next().is_some(),
        has_free_query: is_free_query(entry.value),
        has_body: !entry.value["requestBody"].is_null(),
        from_settings: from_settings(document, entry.value),
        may_be_empty: responses.contains_key("204")
            && responses.len() > 1
            && responses.contains_key("200"),
        answers_text: answers_text(entry.value),
        repeatable: is_repeatable(entry.value),
        single_use: single_use(entry.value).map(str::to_owned),
        hosted_replacement: hosted_replacement(entry.value).map(str::to_owned),
        eviction,
    }
}

/// The tag of the operation's file, which the merge added as its only tag.
fn category(operation: &Value) -> String {
    let tag = operation["tags"][0].as_str();
    tag.unwrap_or_default().to_owned()
}

/// The members of the request that a setting fills in.
fn from_settings(document: &Value, operation: &Value) -> Vec<(String, String)> {
    let name = content(&operation["requestBody"]).and_then(|(_, schema)| reference(schema));
    let Some(name) = name else { return Vec::new() };
    object(&document["components"]["schemas"][name]["properties"])
        .iter()
        .filter_map(|(member, schema)| Some((member.clone(), schema[SETTING].as_str()?.to_owned())))
        .collect()
}

/// The route in one generation, or `None` if the operation has no server of that generation.
fn route(document: &Value, entry: &OperationEntry<'_>, version: &str) -> Option<Route> {
    let server = entry
        .inherited(document, "servers")
        .iter()
        .find(|server| server["x-api-version"] == version)?;
    let exception = if version == V2 {
        &entry.value["x-2.x"]
    } else {
        &Value::Null
    };
    let scheme_of = if version == V2 { "basic" } else { "bearer" };
    let credentials = entry
        .inherited(document, "security")
        .iter()
        .flat_map(|alternative| object(alternative).keys())
        .filter(|name| {
            document["components"]["securitySchemes"][name.as_str()]["scheme"] == scheme_of
        });
    Some(Route {
        method: exception["method"]
            .as_str()
            .unwrap_or(entry.method)
            .to_uppercase(),
        path: exception["path"].as_str().unwrap_or(entry.path).to_owned(),
        root: ApiRoot::of(server),
        credentials: credentials.cloned().collect(),
    })
}

impl ApiRoot {
    fn of(server: &Value) -> Self {
        let url = server["url"].as_str().unwrap_or_default();
        if server[ROOT] == ORGANIZATION {
            Self::Organization
        } else if url.ends_with("{serviceId}") {
            Self::Service
        } else {
            Self::Api
        }
    }
}
