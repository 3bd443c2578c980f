//! An OpenAPI document, ours or another.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use authlete_codegen::document::object;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The maximum number of chained references. A longer chain is circular.
const LONGEST_CHAIN: usize = 100;

/// The JSON pointer to the named schemas.
const SCHEMAS: &str = "/components/schemas";

/// A document whose references are resolved on access.
pub struct Document {
    root: Value,
}

impl Document {
    pub fn new(root: Value) -> Self {
        Self { root }
    }

    /// Reads OpenAPI 3 from JSON or YAML.
    pub fn read(file: &Path) -> Result<Self> {
        let name = || file.display().to_string();
        let text = fs::read_to_string(file).with_context(name)?;
        let root = parse(&text).with_context(name)?;
        ensure!(root.is_object(), "{}: is not an OpenAPI document", name());
        match (root["openapi"].as_str(), &root["swagger"]) {
            (Some(version), _) if version.starts_with("3.") => {}
            (Some(version), _) => bail!("{}: is OpenAPI {version}, not 3.x", name()),
            (None, Value::String(version)) => {
                bail!("{}: is Swagger {version}, not OpenAPI 3.x", name())
            }
            (None, _) => bail!(
                "{}: is not an OpenAPI document: `openapi` is missing",
                name()
            ),
        }
        ensure!(root["paths"].is_object(), "{}: has no `paths`", name());
        Ok(Self { root })
    }

    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The title and the version of the document.
    pub fn title(&self) -> String {
        let text = |key: &str| self.root["info"][key].as_str().unwrap_or("?");
        format!("{} {}", text("title"), text("version"))
    }

    /// The target of a reference, whose fragment is a percent-encoded JSON pointer (RFC 6901 §6).
    pub fn target(&self, reference: &str) -> Option<&Value> {
        self.root.pointer(&pointer(reference)?)
    }

    /// The name of the component schema that a reference points to, if any.
    pub fn component(&self, reference: &str) -> Option<&str> {
        let pointer = pointer(reference)?;
        let name = pointer.strip_prefix(SCHEMAS)?.strip_prefix('/')?;
        if name.contains('/') {
            return None; // A part of a component.
        }
        let name = name.replace("~1", "/").replace("~0", "~");
        let schemas = object(self.root.pointer(SCHEMAS)?);
        schemas.get_key_value(&name).map(|(name, _)| name.as_str())
    }

    /// Resolves a part that may be a reference: a response, a parameter, a request body, a path.
    pub fn follow<'a>(&'a self, mut part: &'a Value) -> Result<&'a Value, Dangling> {
        let mut chain = 0;
        while let Some(reference) = part["$ref"].as_str() {
            chain += 1;
            part = self
                .target(reference)
                .filter(|_| chain < LONGEST_CHAIN)
                .ok_or_else(|| Dangling(reference.to_owned()))?;
        }
        Ok(part)
    }
}

/// A reference that does not resolve in its document, or is circular.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling(pub String);

impl Dangling {
    /// The reason why a place is not compared.
    pub fn at(&self, place: &str) -> String {
        let Self(reference) = self;
        format!("`{place}` refers to `{reference}`, which cannot be resolved")
    }
}

/// The JSON pointer in a reference to a place in the same document.
fn pointer(reference: &str) -> Option<Cow<'_, str>> {
    let fragment = reference.strip_prefix('#')?;
    percent_decode_str(fragment).decode_utf8().ok()
}

fn parse(text: &str) -> Result<Value> {
    if text.trim_start().starts_with('{') {
        // YAML includes JSON, but the JSON parser reports errors more precisely.
        return serde_json::from_str(text).context("is not JSON");
    }
    serde_saphyr::from_str(text).map_err(|error| anyhow::anyhow!("is not YAML: {error}"))
}
