//! The endpoints of a document, by method and path below `/api`.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use authlete_codegen::document::object;
use authlete_codegen::operations::template_parameters;
use serde_json::Value;

use super::document::{Dangling, Document};

/// The members of a path item that are not operations.
const NO_OPERATIONS: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];

/// A path without parameter names, and a method.
pub type Key = (String, String);

pub struct Endpoint<'a> {
    method: String,
    /// The full path: that of the server and that in the document.
    path: String,
    /// The servers of the operation or of its path item, if any.
    servers: Vec<&'a str>,
    operation: &'a Value,
    parameters: Vec<&'a Value>,
}

/// The schemas of a body, by media type.
pub type Content<'a> = BTreeMap<&'a str, &'a Value>;

pub struct RequestBody<'a> {
    pub content: Content<'a>,
    pub is_required: bool,
}

/// All endpoints, and the reasons why others are not compared.
pub fn endpoints(document: &Document) -> (BTreeMap<Key, Endpoint<'_>>, Vec<String>) {
    let (mut found, mut findings) = (BTreeMap::<Key, Endpoint<'_>>::new(), Vec::new());
    for (path, item) in object(&document.root()["paths"]) {
        let item = match document.follow(item) {
            Ok(item) => item,
            Err(dangling) => {
                findings.push(dangling.at(path));
                continue;
            }
        };
        let is_operation = |key: &str| !NO_OPERATIONS.contains(&key) && !key.starts_with("x-");
        let operations = object(item).iter().filter(|(key, _)| is_operation(key));
        for (method, operation) in operations {
            let endpoint = Endpoint::of(document, path, item, method, operation, &mut findings);
            match found.entry(endpoint.key()) {
                Entry::Vacant(entry) => {
                    entry.insert(endpoint);
                }
                Entry::Occupied(first) => {
                    let (again, first) = (endpoint.route(), first.get().route());
                    findings.push(format!("`{again}` is the same endpoint as `{first}`"));
                }
            }
        }
    }
    (found, findings)
}

fn servers(part: &Value) -> Vec<&str> {
    let servers = part["servers"].as_array().into_iter().flatten();
    servers
        .filter_map(|server| server["url"].as_str())
        .collect()
}

/// Scheme, host and port of a server. A relative URL has none, because it uses those of the document.
fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + "://".len();
    let end = url[host..].find('/').map_or(url.len(), |end| host + end);
    Some(&url[..end])
}

/// The path of a server URL, which is the prefix of each path below it.
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
        findings: &mut Vec<String>,
    ) -> Self {
        let mut own = [operation, item].map(servers).into_iter();
        let own = own.find(|servers| !servers.is_empty()).unwrap_or_default();
        let root = own.first().copied();
        let root = root.or_else(|| servers(document.root()).first().copied());
        let mut endpoint = Self {
            method: method.to_uppercase(),
            path: path_of(root.unwrap_or_default()).to_owned() + path,
            servers: own,
            operation,
            parameters: Vec::new(),
        };
        // Parameters of the operation come last, and override those of the path item.
        let lists = [item, operation].map(|part| part["parameters"].as_array());
        for parameter in lists.into_iter().flatten().flatten() {
            match document.follow(parameter) {
                Ok(parameter) => endpoint.parameters.push(parameter),
                Err(dangling) => findings.push(dangling.at(&endpoint.route())),
            }
        }
        endpoint
    }

    fn key(&self) -> Key {
        (normal(&self.path), self.method.clone())
    }

    /// The operation ID or, without one, the route.
    pub fn id(&self) -> String {
        let id = self.operation["operationId"].as_str();
        id.map_or_else(|| self.route(), str::to_owned)
    }

    /// `POST /api/{serviceId}/auth/token`
    pub fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The servers on hosts that the document's default servers lack; `None` if the document has no server.
    pub fn other_servers(&self, document: &Document) -> Option<BTreeSet<&'a str>> {
        let usual = servers(document.root());
        if usual.is_empty() && self.servers.is_empty() {
            return None;
        }
        let usual: BTreeSet<&str> = usual.into_iter().filter_map(origin).collect();
        let own = self.servers.iter().copied();
        let is_other = |url: &&str| origin(url).is_some_and(|origin| !usual.contains(origin));
        Some(own.filter(is_other).collect())
    }

    pub fn is_deprecated(&self) -> bool {
        self.operation["deprecated"] == true
    }

    /// The path parameters in the order of the path; `None` for an undeclared one.
    pub fn path_parameters(&self) -> Vec<Option<Parameter<'a>>> {
        let in_path = |name: &str| {
            let mut parameters = self.parameters.iter().rev();
            parameters
                .find(|parameter| parameter["in"] == "path" && parameter["name"] == name)
                .map(|parameter| Parameter::of(parameter))
        };
        template_parameters(&self.path).map(in_path).collect()
    }

    /// The other parameters, by a label such as ``query parameter `start` ``.
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

    pub fn request(&self, document: &'a Document) -> Result<Option<RequestBody<'a>>, Dangling> {
        let body = document.follow(&self.operation["requestBody"])?;
        let content = content(body);
        Ok((!content.is_empty()).then(|| RequestBody {
            content,
            is_required: body["required"] == true,
        }))
    }

    /// The bodies of success responses, by status.
    pub fn successes(
        &self,
        document: &'a Document,
    ) -> Result<BTreeMap<&'a str, Content<'a>>, Dangling> {
        let responses = object(&self.operation["responses"]).iter();
        responses
            .filter(|(status, _)| status.starts_with('2'))
            .map(|(status, response)| Ok((status.as_str(), content(document.follow(response)?))))
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
        // A parameter has a schema, or a media type with one.
        let medium = || Some(preferred(&content(parameter))?.1);
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

fn content(part: &Value) -> Content<'_> {
    let content = object(&part["content"]).iter();
    content
        .map(|(media_type, content)| {
            let media_type = media_type.split(';').next().unwrap_or_default().trim();
            (media_type, &content["schema"])
        })
        .collect()
}

/// The media type and schema of a body, preferably JSON.
pub fn preferred<'a>(content: &Content<'a>) -> Option<(&'a str, &'a Value)> {
    let content = content
        .iter()
        .map(|(media_type, schema)| (*media_type, *schema));
    content.min_by_key(|(media_type, _)| !media_type.contains("json"))
}
