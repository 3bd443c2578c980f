//! The operations in the API description, and the check of responses against it.

use std::path::Path;
use std::sync::LazyLock;

use authlete::{ApiRoot, ApiVersion, Operation, operations};
use authlete_codegen::Description;
use authlete_codegen::document::{
    FORM, JSON, TEXT, content, object, operations as described, reference, sole_reference,
};
use serde_json::{Map, Value};

use crate::result_codes;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    Description::load(&directory)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
        .flat()
});

/// Every operation.
pub static OPERATIONS: LazyLock<Vec<Described>> = LazyLock::new(|| {
    let find = |operation: &&'static Operation| {
        described(&DOCUMENT)
            .find(|entry| entry.id() == operation.id)
            .unwrap_or_else(|| panic!("{} is described", operation.id))
            .value
    };
    let all = operations::ALL.iter();
    all.map(|operation| Described {
        operation,
        value: find(operation),
    })
    .collect()
});

/// An operation with its part of the description.
#[derive(Debug, Clone, Copy)]
pub struct Described {
    pub operation: &'static Operation,
    value: &'static Value,
}

impl Described {
    pub fn of(id: &str) -> Self {
        let operation = OPERATIONS.iter().find(|found| found.operation.id == id);
        *operation.unwrap_or_else(|| panic!("{id} is an operation"))
    }

    /// The wanted API version, or the other one if only that has the operation.
    pub fn version(&self, wanted: ApiVersion) -> ApiVersion {
        match (wanted, self.operation.route(wanted)) {
            (_, Some(_)) => wanted,
            (ApiVersion::V2, None) => ApiVersion::V3,
            (ApiVersion::V3, None) => ApiVersion::V2,
        }
    }

    /// The schema of the body, when the operation has one.
    pub fn request(&self) -> Option<&'static Value> {
        let (_, schema) = content(self.value.get("requestBody")?)?;
        Some(resolved(schema))
    }

    /// Whether the body may be a form.
    pub fn takes_form(&self) -> bool {
        self.value["requestBody"]["content"].get(FORM).is_some()
    }

    /// The names of the parameters in the query, with their schemas.
    pub fn query(&self) -> Vec<(&'static str, &'static Value)> {
        let parameters = self.value["parameters"].as_array().into_iter().flatten();
        parameters
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| {
                let name = parameter["name"].as_str().unwrap_or_default();
                (name, resolved(&parameter["schema"]))
            })
            .collect()
    }

    /// The first deviation of a response from the description.
    pub fn fault(&self, status: u16, content_type: Option<&str>, body: &[u8]) -> Option<String> {
        let response = &self.value["responses"][status.to_string()];
        let (media_type, schema) = match status {
            400..500 => (JSON, self.error_schema()),
            _ if response.is_null() => return Some(format!("status {status}")),
            _ => match content(response) {
                Some(content) => content,
                None => return (!body.is_empty()).then(|| "an unexpected body".to_owned()),
            },
        };
        if content_type != Some(&format!("{media_type};charset=UTF-8")) {
            return Some(format!("content type {content_type:?}"));
        }
        if media_type == TEXT {
            let is_text = std::str::from_utf8(body).is_ok();
            return (!is_text).then(|| "a text that is not UTF-8".to_owned());
        }
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return Some("a body that is not JSON".to_owned());
        };
        fault(schema, &body, "the answer").or_else(|| match self.has_result_code() {
            true => fault_in_result(self.operation.id, status, &body),
            false => fault_in_error(status, &body),
        })
    }

    /// The schema of an error response.
    fn error_schema(&self) -> &'static Value {
        let name = reference(&self.value["responses"]["4XX"]).unwrap_or_default();
        let (_, schema) =
            content(&DOCUMENT["components"]["responses"][name]).expect("errors are JSON");
        resolved(schema)
    }

    /// Errors of the organization API have no result code.
    fn has_result_code(&self) -> bool {
        let route = self.operation.route(ApiVersion::V3);
        route.is_none_or(|route| route.root != ApiRoot::Organization)
    }
}

/// Checks that `resultCode` is one of the operation, and that `resultMessage` has it, too.
fn fault_in_result(operation: &str, status: u16, body: &Value) -> Option<String> {
    match body["resultCode"].as_str() {
        None if status == 200 || status == 201 => None,
        None => Some("an error without resultCode".to_owned()),
        Some(code) => {
            let message = body["resultMessage"].as_str().unwrap_or_default();
            result_codes::fault(operation, code, message)
        }
    }
}

/// Checks that `error` is not empty, and that it is one of `errors`.
fn fault_in_error(status: u16, body: &Value) -> Option<String> {
    if status < 400 {
        return None;
    }
    let error = &body["error"];
    let is_present = error.as_str().is_some_and(|error| !error.is_empty());
    let errors = body["errors"].as_array();
    let is_among = errors.is_some_and(|errors| errors.contains(error));
    (!is_present || !is_among).then(|| format!("{error} among {errors:?}"))
}

/// The first deviation of a value from its schema.
fn fault(schema: &'static Value, value: &Value, place: &str) -> Option<String> {
    let schema = resolved(schema);
    if let Some(values) = schema["enum"].as_array() {
        return (!values.contains(value)).then(|| format!("{place} is {value}"));
    }
    let is_of_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    if !is_of_type {
        return Some(format!("{place} is {value:.100}"));
    }
    let members = object(value).iter().find_map(|(name, member)| {
        let known = schema["properties"].get(name);
        let schema = known.or_else(|| schema.get("additionalProperties"))?;
        fault(schema, member, &format!("{place}.{name}"))
    });
    let mut items = value.as_array().into_iter().flatten();
    members
        .or_else(|| items.find_map(|item| fault(&schema["items"], item, &format!("{place}[]"))))
        .or_else(|| {
            // Of the required members, responses need only `action`.
            let required = schema["required"].as_array().into_iter().flatten();
            let is_missing = required
                .filter(|name| *name == "action")
                .any(|_| value.get("action").is_none());
            is_missing.then(|| format!("{place} has no action"))
        })
}

/// The schema that a reference points to.
pub fn resolved(schema: &'static Value) -> &'static Value {
    match sole_reference(schema) {
        Some(name) => &DOCUMENT["components"]["schemas"][name],
        None => schema,
    }
}

/// The members of an object, with their schemas.
pub fn members(schema: &'static Value) -> &'static Map<String, Value> {
    object(&schema["properties"])
}
