//! The endpoints of a document, found by what a caller sends: the method, and the path below `/api`.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use authlete_codegen::description::object;
use authlete_codegen::operations::template_parameters;
use serde_json::Value;

use super::document::{Dangling, Document};

/// The members of a path that are no operations.
const NO_OPERATIONS: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];

/// A path without the names of its parameters, and a method.
pub type Key = (String, String);

pub struct Endpoint<'a> {
    method: String,
    /// The whole path, as the server and the path of the document make it.
    path: String,
    own_server: Option<&'a str>,
    operation: &'a Value,
    parameters: Vec<&'a Value>,
}

/// What is sent as a body, in one of the ways that are offered.
pub struct Body<'a> {
    pub media_type: &'a str,
    pub schema: &'a Value,
}

/// All endpoints, and what keeps others from being compared.
pub fn endpoints(document: &Document) -> (BTreeMap<Key, Endpoint<'_>>, Vec<String>) {
    let (mut found, mut mistakes) = (BTreeMap::<Key, Endpoint<'_>>::new(), Vec::new());
    for (path, item) in object(&document.root()["paths"]) {
        let item = match document.follow(item) {
            Ok(item) => item,
            Err(dangling) => {
                mistakes.push(dangling.at(path));
                continue;
            }
        };
        let is_operation = |key: &str| !NO_OPERATIONS.contains(&key) && !key.starts_with("x-");
        let operations = object(item).iter().filter(|(key, _)| is_operation(key));
        for (method, operation) in operations {
            let endpoint = Endpoint::of(document, path, item, method, operation, &mut mistakes);
            match found.entry(endpoint.key()) {
                Entry::Vacant(entry) => {
                    entry.insert(endpoint);
                }
                Entry::Occupied(first) => {
                    let (again, first) = (endpoint.route(), first.get().route());
                    mistakes.push(format!("`{again}` is `{first}` once more"));
                }
            }
        }
    }
    (found, mistakes)
}

/// The first server of an operation, its path or the document.
fn server<'a>(parts: &[&'a Value]) -> Option<&'a str> {
    let mut parts = parts.iter();
    parts.find_map(|part| part.pointer("/servers/0/url")?.as_str())
}

/// The path of a server, which is a part of each path below it.
fn path_of(url: &str) -> &str {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |start| &rest[start..]),
        None => url,
    };
    path.trim_end_matches('/')
}

/// `/api/client/get/{clientId}` → `/client/get/{}`.
fn normal(path: &str) -> String {
    let below = path
        .strip_prefix("/api")
        .filter(|rest| rest.starts_with('/'));
    let mut normal = below.unwrap_or(path).trim_end_matches('/').to_owned();
    for name in template_parameters(path) {
        normal = normal.replace(&format!("{{{name}}}"), "{}");
    }
    normal
}

impl<'a> Endpoint<'a> {
    fn of(
        document: &'a Document,
        path: &str,
        item: &'a Value,
        method: &str,
        operation: &'a Value,
        mistakes: &mut Vec<String>,
    ) -> Self {
        let own_server = server(&[operation, item]);
        let root = own_server.or_else(|| server(&[document.root()]));
        let mut endpoint = Self {
            method: method.to_uppercase(),
            path: path_of(root.unwrap_or_default()).to_owned() + path,
            own_server,
            operation,
            parameters: Vec::new(),
        };
        // An operation's own parameters come last, and replace those of the path.
        let lists = [item, operation].map(|part| part["parameters"].as_array());
        for parameter in lists.into_iter().flatten().flatten() {
            match document.follow(parameter) {
                Ok(parameter) => endpoint.parameters.push(parameter),
                Err(dangling) => mistakes.push(dangling.at(&endpoint.route())),
            }
        }
        endpoint
    }

    fn key(&self) -> Key {
        (normal(&self.path), self.method.clone())
    }

    /// What it is called where its schemas are told of; without an operation id, how it is asked.
    pub fn id(&self) -> String {
        let id = self.operation["operationId"].as_str();
        id.map_or_else(|| self.route(), str::to_owned)
    }

    /// `POST /api/{serviceId}/auth/token`
    pub fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The server, when it is not that of the whole document.
    pub fn own_server(&self) -> Option<&'a str> {
        self.own_server
    }

    pub fn is_deprecated(&self) -> bool {
        self.operation["deprecated"] == true
    }

    /// The parameters in the path, in the order of the path; none for one that is not declared.
    pub fn path_parameters(&self) -> Vec<Option<Parameter<'a>>> {
        let in_path = |name: &str| {
            let mut parameters = self.parameters.iter().rev();
            parameters
                .find(|parameter| parameter["in"] == "path" && parameter["name"] == name)
                .map(|parameter| Parameter::of(parameter))
        };
        template_parameters(&self.path).map(in_path).collect()
    }

    /// The other parameters, by what they are called: ``query parameter `start` ``.
    pub fn parameters(&self) -> BTreeMap<String, Parameter<'a>> {
        let parameters = self
            .parameters
            .iter()
            .filter(|parameter| parameter["in"] != "path");
        parameters
            .map(|parameter| {
                let place = parameter["in"].as_str().unwrap_or("?");
                let parameter = Parameter::of(parameter);
                (format!("{place} parameter `{}`", parameter.name), parameter)
            })
            .collect()
    }

    pub fn request(&self, document: &'a Document) -> Result<Option<Body<'a>>, Dangling> {
        Ok(body(document.follow(&self.operation["requestBody"])?))
    }

    /// The bodies of the answers that mean success, by status.
    pub fn successes(
        &self,
        document: &'a Document,
    ) -> Result<BTreeMap<&'a str, Option<Body<'a>>>, Dangling> {
        let responses = object(&self.operation["responses"]).iter();
        responses
            .filter(|(status, _)| status.starts_with('2'))
            .map(|(status, response)| Ok((status.as_str(), body(document.follow(response)?))))
            .collect()
    }

    /// The ways to authenticate: `bearer`, `basic or bearer`, `none`.
    pub fn credentials(&self, document: &Document) -> String {
        let root = document.root();
        let kind = |name: &String| {
            let scheme = &root["components"]["securitySchemes"][name];
            let kind = scheme["scheme"].as_str().or(scheme["type"].as_str());
            kind.unwrap_or(name).to_lowercase()
        };
        let ways = self.operation.get("security").unwrap_or(&root["security"]);
        let ways = ways.as_array().into_iter().flatten();
        let ways: BTreeSet<String> = ways
            .map(|way| object(way).keys().map(kind).collect::<Vec<_>>())
            .map(|kinds| match kinds.as_slice() {
                [] => "none".to_owned(),
                kinds => kinds.join(" and "),
            })
            .collect();
        match ways.into_iter().collect::<Vec<_>>().as_slice() {
            [] => "none".to_owned(),
            ways => ways.join(" or "),
        }
    }
}

pub struct Parameter<'a> {
    pub name: &'a str,
    pub schema: &'a Value,
    pub is_required: bool,
    pub is_deprecated: bool,
}

impl<'a> Parameter<'a> {
    fn of(parameter: &'a Value) -> Self {
        // A parameter has a schema, or a medium that has one.
        let medium = || Some(body(parameter)?.schema);
        Self {
            name: parameter["name"].as_str().unwrap_or("?"),
            schema: parameter
                .get("schema")
                .or_else(medium)
                .unwrap_or(&Value::Null),
            is_required: parameter["required"] == true,
            is_deprecated: parameter["deprecated"] == true,
        }
    }
}

/// JSON where it is offered, else what comes first.
fn body(part: &Value) -> Option<Body<'_>> {
    let bodies = object(&part["content"])
        .iter()
        .map(|(media_type, content)| {
            let media_type = media_type.split(';').next().unwrap_or_default().trim();
            Body {
                media_type,
                schema: &content["schema"],
            }
        });
    bodies.min_by_key(|body| !body.media_type.contains("json"))
}
