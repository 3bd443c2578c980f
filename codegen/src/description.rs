//! Reads the files of the description and merges them into one OpenAPI document.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::composition::flatten_compositions;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{FORM, JSON, METHODS, OperationEntry, object, of_path, operations};
use crate::order;

/// The file with the parts that all categories share: info, servers, credentials.
const ROOT_FILE: &str = "openapi.yaml";

/// Marks an operation that also accepts a form.
pub const TAKES_FORM: &str = "x-form";

/// Lists the categories in the order in which readers see them. It is in the root file.
pub const CATEGORIES: &str = "x-categories";

/// The heading of a category.
pub const DISPLAY_NAME: &str = "x-displayName";

/// The text in parentheses in the heading of a category, such as its specification.
pub const NOTE: &str = "x-note";

/// Marks an object that may be replaced by a plain string. It names the member that the string is.
pub const TEXT_MEMBER: &str = "x-text";

/// The heading of an operation in lists, in place of that of its category.
pub const GROUP: &str = "x-group";

/// The merged description, and the file of each of its parts.
#[derive(Debug, Clone)]
pub struct Description {
    /// The OpenAPI 3.0 document.
    pub document: Value,
    origins: BTreeMap<String, PathBuf>,
    /// The paths in the order in which they are written.
    paths: Vec<String>,
    files: Vec<PathBuf>,
}

impl Description {
    /// Reads all `*.yaml` files of `directory` and merges them.
    ///
    /// # Errors
    /// Every error that prevents merging: unreadable or malformed YAML, a part that is not allowed in a category file,
    /// a path, schema or tag that two files define.
    pub fn load(directory: &Path) -> Result<Self, Diagnostics> {
        let mut files = yaml_files(directory)?;
        // The root first: the others are merged into it.
        files.sort_by_key(|file| (!file.ends_with(ROOT_FILE), file.clone()));
        let mut merge = Merge::default();
        for file in &files {
            match read_yaml(file) {
                Ok((text, content)) => {
                    merge.paths.extend(order::paths(&text));
                    merge.add(file, content);
                }
                Err(diagnostic) => merge.diagnostics.push(diagnostic),
            }
        }
        merge.finish(files)
    }

    /// The document with every composition flattened: each object has all of its members.
    pub fn flat(&self) -> Value {
        let mut document = self.document.clone();
        flatten_compositions(&mut document);
        document
    }

    /// The files that the description was read from.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The file that defines a path (`/auth/token`), a schema (`TokenRequest`) or a tag ([`tag_origin`]).
    pub fn origin(&self, name: &str) -> PathBuf {
        self.origins
            .get(name)
            .cloned()
            .unwrap_or_else(|| PathBuf::from(ROOT_FILE))
    }

    /// All operations, sorted by path.
    pub fn operations(&self) -> impl Iterator<Item = OperationEntry<'_>> {
        operations(&self.document)
    }

    /// All operations, in the order in which they are written.
    pub fn operations_as_written(&self) -> impl Iterator<Item = OperationEntry<'_>> {
        let items = &self.document["paths"];
        let paths = self.paths.iter();
        paths.flat_map(move |path| of_path(path, &items[path.as_str()]))
    }

    /// All schemas by name.
    pub fn schemas(&self) -> &Map<String, Value> {
        object(&self.document["components"]["schemas"])
    }
}

/// The key of a tag for [`Description::origin`], which differs from that of a schema with the same name.
pub fn tag_origin(name: &str) -> String {
    format!("tag {name}")
}

fn yaml_files(directory: &Path) -> Result<Vec<PathBuf>, Diagnostics> {
    let unreadable =
        |error: std::io::Error| Diagnostics::one(directory, "the directory", error.to_string());
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(path);
        }
    }
    if files.iter().any(|file| file.ends_with(ROOT_FILE)) {
        Ok(files)
    } else {
        Err(Diagnostics::one(
            directory,
            "the directory",
            format!("has no {ROOT_FILE}"),
        ))
    }
}

/// The text of a file, and its top-level members.
fn read_yaml(file: &Path) -> Result<(String, Map<String, Value>), Diagnostic> {
    let wrong = |message: String| Diagnostic::new(file, "the file", message);
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let parts = serde_saphyr::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Ok((text, parts))
}

/// The document during the merge.
#[derive(Default)]
struct Merge {
    document: Map<String, Value>,
    origins: BTreeMap<String, PathBuf>,
    paths: Vec<String>,
    diagnostics: Diagnostics,
}

impl Merge {
    fn add(&mut self, file: &Path, content: Map<String, Value>) {
        if file.ends_with(ROOT_FILE) {
            self.document = content;
            return;
        }
        let tag = content
            .get("tags")
            .and_then(|tags| tags.pointer("/0/name"))
            .cloned();
        for (part, value) in content {
            match (part.as_str(), value) {
                ("tags", Value::Array(tags)) => self.tags(file, tags),
                ("paths", Value::Object(paths)) => self.paths(file, tag.as_ref(), paths),
                ("components", Value::Object(components)) => self.components(file, components),
                (other, _) => self.diagnostics.push(Diagnostic::new(
                    file,
                    other,
                    "is not allowed in a category file, which may have tags, paths and components"
                        .to_owned(),
                )),
            }
        }
    }

    fn tags(&mut self, file: &Path, tags: Vec<Value>) {
        for name in tags.iter().filter_map(|tag| tag["name"].as_str()) {
            self.origins.insert(tag_origin(name), file.to_owned());
        }
        self.array("tags").extend(tags);
    }

    fn paths(&mut self, file: &Path, tag: Option<&Value>, paths: Map<String, Value>) {
        for (path, mut item) in paths {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method) {
                    complete_operation(operation, tag);
                }
            }
            self.define(file, "paths", path, item);
        }
    }

    fn components(&mut self, file: &Path, components: Map<String, Value>) {
        for (kind, value) in components {
            let Value::Object(schemas) = value else {
                continue;
            };
            if kind != "schemas" {
                let place = format!("components.{kind}");
                self.diagnostics.push(Diagnostic::new(
                    file,
                    &place,
                    format!("belongs in {ROOT_FILE}"),
                ));
                continue;
            }
            for (name, mut schema) in schemas {
                complete_enum(&mut schema);
                self.define(file, "schemas", name, schema);
            }
        }
    }

    /// Puts a path or a schema into the document, once.
    fn define(&mut self, file: &Path, kind: &str, name: String, value: Value) {
        if let Some(first) = self.origins.insert(name.clone(), file.to_owned()) {
            let message = format!("is also defined in {}", first.display());
            self.diagnostics.push(Diagnostic::new(file, &name, message));
        }
        let parent = if kind == "schemas" {
            self.object_at("components")
        } else {
            &mut self.document
        };
        let members = parent.entry(kind).or_insert_with(|| json!({}));
        if let Value::Object(members) = members {
            members.insert(name, value);
        }
    }

    /// Puts the tags into the order of [`CATEGORIES`].
    fn sort_tags(&mut self) {
        let order = self.document.get(CATEGORIES).and_then(Value::as_array);
        let order = order.cloned().unwrap_or_default();
        self.array("tags")
            .sort_by_key(|tag| order.iter().position(|name| *name == tag["name"]));
    }

    fn object_at(&mut self, key: &str) -> &mut Map<String, Value> {
        let value = self.document.entry(key).or_insert_with(|| json!({}));
        if !value.is_object() {
            *value = json!({});
        }
        value.as_object_mut().expect("it was made an object above")
    }

    fn array(&mut self, key: &str) -> &mut Vec<Value> {
        let value = self.document.entry(key).or_insert_with(|| json!([]));
        if !value.is_array() {
            *value = json!([]);
        }
        value.as_array_mut().expect("it was made an array above")
    }

    fn finish(mut self, files: Vec<PathBuf>) -> Result<Description, Diagnostics> {
        self.sort_tags();
        self.diagnostics.into_result()?;
        Ok(Description {
            document: Value::Object(self.document),
            origins: self.origins,
            paths: self.paths,
            files,
        })
    }
}

/// Adds the tag of the file, the form body of an operation that accepts forms, and the default error responses unless the
/// operation has its own.
fn complete_operation(operation: &mut Value, tag: Option<&Value>) {
    let Value::Object(operation) = operation else {
        return;
    };
    if let Some(tag) = tag {
        operation.insert("tags".to_owned(), json!([tag]));
    }
    if operation.get(TAKES_FORM) == Some(&Value::Bool(true))
        && let Some(Value::Object(types)) = operation
            .get_mut("requestBody")
            .and_then(|body| body.get_mut("content"))
        && let Some(media) = types.get(JSON).cloned()
    {
        types.insert(FORM.to_owned(), media);
    }
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        for status in ["4XX", "5XX"] {
            responses
                .entry(status)
                .or_insert_with(|| json!({ "$ref": "#/components/responses/Error" }));
        }
    }
}

/// Derives `enum` from `x-values`.
fn complete_enum(schema: &mut Value) {
    let Value::Object(schema) = schema else {
        return;
    };
    if let Some(Value::Array(values)) = schema.get("x-values") {
        let words = values.iter().map(|value| value["value"].clone()).collect();
        schema.insert("enum".to_owned(), Value::Array(words));
    }
}
