//! The facts that the description is compared with: names and types in JSON files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Facts about the API from `endpoints.json`, `schemas.json` and `enums.json`.
pub struct Facts {
    pub endpoints: Vec<EndpointFact>,
    pub objects: BTreeMap<String, ObjectFact>,
    pub enums: BTreeMap<String, Vec<String>>,
}

/// One endpoint.
#[derive(Deserialize)]
pub struct EndpointFact {
    pub id: String,
    pub method: String,
    pub v2_path: Option<String>,
    pub v2_method: Option<String>,
    pub v3_path: Option<String>,
    pub scope: String,
    pub query: Vec<String>,
    pub request: Option<String>,
    pub response: Option<String>,
    pub success: String,
    /// The method of the Go library, if known.
    pub go: Option<String>,
}

/// One object.
#[derive(Deserialize)]
pub struct ObjectFact {
    pub fields: BTreeMap<String, MemberFact>,
}

/// One member of an object. Its type is `string`, `integer(int64)`, `{"array": …}`, `{"map": …}`, `ref X`, `enum X` or,
/// for an object without a name, `{"object": {…}}`.
#[derive(Deserialize)]
pub struct MemberFact {
    #[serde(rename = "type")]
    pub ty: Value,
}

impl MemberFact {
    /// The members of an inline object.
    pub fn unnamed(&self) -> Option<BTreeMap<String, Self>> {
        let members = self.ty.get("object")?.as_object()?.iter();
        let members = members.map(|(name, ty)| (name.clone(), Self { ty: ty.clone() }));
        Some(members.collect())
    }
}

impl Facts {
    pub fn load(directory: &Path) -> Result<Self> {
        Ok(Self {
            endpoints: read(&directory.join("endpoints.json"))?,
            objects: read(&directory.join("schemas.json"))?,
            enums: read(&directory.join("enums.json"))?,
        })
    }
}

impl Facts {
    /// The objects that neither an endpoint nor another object refers to.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        let bodies = self
            .endpoints
            .iter()
            .flat_map(|endpoint| [endpoint.request.as_deref(), endpoint.response.as_deref()]);
        let members = self
            .objects
            .values()
            .flat_map(|object| object.fields.values());
        let referred: BTreeSet<&str> = bodies
            .flatten()
            .map(|name| name.trim_end_matches("[]"))
            .chain(members.flat_map(|member| names_in(&member.ty)))
            .collect();
        let names = self.objects.keys().map(String::as_str);
        names.filter(move |name| !referred.contains(name))
    }
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

/// The objects and enums in a type of the facts.
pub fn names_in(ty: &Value) -> Vec<&str> {
    match ty {
        Value::String(text) => text
            .split_once(' ')
            .map(|(_, name)| name)
            .into_iter()
            .collect(),
        Value::Object(members) => members.values().flat_map(names_in).collect(),
        _ => Vec::new(),
    }
}
