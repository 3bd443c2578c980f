//! Normalizes schemas: inline or referenced, in one part or composed.

use std::collections::{BTreeMap, BTreeSet};

use authlete_codegen::document::object;
use serde_json::Value;

use super::document::{Dangling, Document};

/// The maximum depth of a type summary. Only a recursive type is deeper.
const DEEPEST_TYPE: usize = 5;

pub struct Shape<'a> {
    /// The name of the component; `None` for an inline schema.
    pub name: Option<&'a str>,
    /// The schema after resolving references.
    pub origin: &'a Value,
    pub kind: Kind<'a>,
    pub is_deprecated: bool,
    pub is_read_only: bool,
    pub is_write_only: bool,
}

pub enum Kind<'a> {
    Any,
    Scalar {
        ty: &'a str,
        format: Option<&'a str>,
    },
    Enum(BTreeSet<String>),
    Array(&'a Value),
    Map(&'a Value),
    Object(Members<'a>),
    Alternatives {
        types: BTreeSet<&'a str>,
        schemas: Vec<&'a Value>,
    },
    Dangling(Dangling),
}

pub type Members<'a> = BTreeMap<&'a str, Member<'a>>;

pub struct Member<'a> {
    pub schema: &'a Value,
    pub is_required: bool,
}

impl Document {
    pub fn shape<'a>(&'a self, schema: &'a Value) -> Shape<'a> {
        let parts = match self.parts(schema) {
            Ok(parts) => parts,
            Err(dangling) => {
                return Shape {
                    name: None,
                    origin: schema,
                    kind: Kind::Dangling(dangling),
                    is_deprecated: false,
                    is_read_only: false,
                    is_write_only: false,
                };
            }
        };
        let is = |key: &str| parts.iter().any(|part| part[key] == true);
        let (name, origin) = self.origin(schema);
        Shape {
            name,
            origin,
            is_deprecated: is("deprecated"),
            is_read_only: is("readOnly"),
            is_write_only: is("writeOnly"),
            kind: self.kind(&parts),
        }
    }

    /// The type of a schema as readable text.
    pub fn summary(&self, schema: &Value) -> String {
        self.summary_to_depth(schema, DEEPEST_TYPE)
    }

    fn summary_to_depth(&self, schema: &Value, depth: usize) -> String {
        let Some(depth) = depth.checked_sub(1) else {
            return "…".to_owned();
        };
        let shape = self.shape(schema);
        match (shape.kind, shape.name) {
            (Kind::Object(_) | Kind::Enum(_), Some(name)) => name.to_owned(),
            (Kind::Object(_), None) => "object".to_owned(),
            (Kind::Enum(values), None) => format!("enum of {}", joined(&values, ", ")),
            (Kind::Array(items), _) => format!("array of {}", self.summary_to_depth(items, depth)),
            (Kind::Map(values), _) => format!("map of {}", self.summary_to_depth(values, depth)),
            (Kind::Scalar { ty, format }, _) => match format {
                Some(format) if is_number(ty) => format!("{ty} ({format})"),
                _ => ty.to_owned(),
            },
            (Kind::Alternatives { types, schemas }, _) => {
                let schemas = schemas
                    .into_iter()
                    .map(|schema| self.summary_to_depth(schema, depth));
                let types = types.into_iter().map(str::to_owned);
                joined(&types.chain(schemas).collect(), " or ")
            }
            (Kind::Any, _) => "any value".to_owned(),
            (Kind::Dangling(Dangling(reference)), _) => reference,
        }
    }

    /// The schema and all parts that its references and compositions add. An alternative between null and one schema is that
    /// schema.
    fn parts<'a>(&'a self, schema: &'a Value) -> Result<Vec<&'a Value>, Dangling> {
        let mut parts: Vec<&Value> = Vec::new();
        let mut todo = vec![schema];
        while let Some(part) = todo.pop() {
            if parts.iter().any(|known| std::ptr::eq(*known, part)) {
                continue;
            }
            parts.push(part);
            if let Some(reference) = part["$ref"].as_str() {
                let target = self.target(reference);
                todo.push(target.ok_or_else(|| Dangling(reference.to_owned()))?);
            }
            todo.extend(part["allOf"].as_array().into_iter().flatten().rev());
            todo.extend(sole_alternative(part));
        }
        Ok(parts)
    }

    /// The schema that remains after resolving references, with the name of its component.
    fn origin<'a>(&'a self, mut schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        let mut references = Vec::new();
        loop {
            if let Some(reference) = schema["$ref"].as_str()
                && !references.contains(&reference)
                && let Some(target) = self.target(reference)
            {
                references.push(reference);
                schema = target;
            } else if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice)
                && schema.get("properties").is_none()
            {
                schema = only;
            } else if let Some(only) = sole_alternative(schema) {
                schema = only;
            } else {
                break;
            }
        }
        let mut references = references.iter().rev();
        let name = references.find_map(|reference| self.component(reference));
        (name, schema)
    }

    fn kind<'a>(&'a self, parts: &[&'a Value]) -> Kind<'a> {
        let first = |key: &str| parts.iter().find_map(|part| part.get(key));
        if let Some(values) = parts.iter().find_map(|part| enum_values(part)) {
            return Kind::Enum(values);
        }
        let many = parts.iter().filter(|part| sole_alternative(part).is_none());
        let schemas: Vec<&Value> = many.flat_map(|part| alternatives(part)).collect();
        let types = parts.iter().find_map(|part| types(part));
        let types = types.unwrap_or_default();
        if !schemas.is_empty() || types.len() > 1 {
            let values: Option<Vec<_>> = schemas.iter().map(|schema| enum_values(schema)).collect();
            return match values {
                Some(values) if types.len() < 2 => {
                    Kind::Enum(values.into_iter().flatten().collect())
                }
                _ => Kind::Alternatives { types, schemas },
            };
        }
        let members = members(parts);
        if !members.is_empty() {
            return Kind::Object(members);
        }
        let or_any = |key: &str| first(key).unwrap_or(&Value::Null);
        match types.first().copied() {
            Some("array") => Kind::Array(or_any("items")),
            Some("object") => Kind::Map(or_any("additionalProperties")),
            None if first("items").is_some() => Kind::Array(or_any("items")),
            None if first("additionalProperties").is_some() => {
                Kind::Map(or_any("additionalProperties"))
            }
            None => Kind::Any,
            Some(ty) => Kind::Scalar {
                ty,
                format: first("format").and_then(Value::as_str),
            },
        }
    }
}

/// The only alternative of an `anyOf` or `oneOf` other than null.
fn sole_alternative(schema: &Value) -> Option<&Value> {
    let mut alternatives = alternatives(schema);
    let only = alternatives.next()?;
    alternatives.next().is_none().then_some(only)
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf"]
        .into_iter()
        .flat_map(|key| schema[key].as_array().into_iter().flatten())
        .filter(|alternative| alternative["type"] != "null")
}

/// The values of an enum. A constant is an enum with one value. Null is not a value, but means absence.
fn enum_values(part: &Value) -> Option<BTreeSet<String>> {
    let constant = part.get("const").map(std::slice::from_ref);
    let values = part["enum"].as_array().map(Vec::as_slice).or(constant)?;
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    Some(
        values
            .iter()
            .filter(|value| !value.is_null())
            .map(text)
            .collect(),
    )
}

/// The types of a schema: one in OpenAPI 3.0, a list in 3.1.
fn types(part: &Value) -> Option<BTreeSet<&str>> {
    let types = part.get("type")?;
    let list = types
        .as_array()
        .map_or(std::slice::from_ref(types), Vec::as_slice);
    let types = list.iter().filter_map(Value::as_str);
    Some(types.filter(|ty| *ty != "null").collect())
}

fn members<'a>(parts: &[&'a Value]) -> Members<'a> {
    let required: BTreeSet<&str> = parts
        .iter()
        .flat_map(|part| part["required"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    // Outer parts come first and take precedence.
    let all = parts
        .iter()
        .rev()
        .flat_map(|part| object(&part["properties"]));
    all.map(|(name, schema)| {
        let is_required = required.contains(name.as_str());
        (
            name.as_str(),
            Member {
                schema,
                is_required,
            },
        )
    })
    .collect()
}

/// Whether the format of a type is compared: it is the range of a number, but only the use of a string.
pub fn is_number(ty: &str) -> bool {
    matches!(ty, "integer" | "number")
}

fn joined(words: &BTreeSet<String>, separator: &str) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.join(separator)
}
