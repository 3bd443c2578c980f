//! Reads requests by the types of the API description.
//!
//! Clients in dynamic languages send `"1"` for `1` and `1` for `"1"`, and some operations take a form in place of JSON.
//! This module converts all of them to one representation for the endpoints. A value that cannot be converted is rejected
//! and never silently dropped, if the API description has it.

mod bad_request;
mod enumerated;
mod form;
mod http;
mod json;
mod read_error;
mod scalar;
mod types;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::Object;
use crate::result_code::{MALFORMED_LIST, UNSUPPORTED_MEDIA_TYPE, empty_body, malformed_body};
pub use bad_request::BadRequest;
pub use http::HttpRequest;
use read_error::{ReadError, ReadErrorKind};
use types::{OperationTypes, TYPES, Type};

/// The body of a request: an object or, for some operations, a list of objects.
#[derive(Debug, Default)]
pub struct RequestBody {
    pub object: Object,
    pub list: Vec<Object>,
}

impl RequestBody {
    /// Reads a body by its media type, which defaults to JSON.
    pub fn read(
        operation: &str,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Self, BadRequest> {
        let types = TYPES.operation(operation);
        match MediaType::of(content_type) {
            MediaType::Json if body.is_empty() => Err(BadRequest::new(400, empty_body(operation))),
            MediaType::Json => Self::read_json(operation, types, body),
            MediaType::Form if types.form => Self::read_form(operation, types, body),
            MediaType::Form | MediaType::Other => Err(BadRequest::new(415, UNSUPPORTED_MEDIA_TYPE)),
        }
    }

    /// Creates the body of a call without one from the parameters of the call.
    pub fn of_parameters(operation: &str, parameters: &Object) -> Result<Self, BadRequest> {
        let mut object = parameters.clone();
        if let Some(Type::Object(name)) = &TYPES.operation(operation).body {
            for (member, value) in &mut object {
                if let (Value::String(text), Some(ty)) = (&*value, TYPES.member(name, member)) {
                    *value = form::value(ty, text)
                        .map_err(|error| BadRequest::of_member(operation, error.within(member)))?;
                }
            }
        }
        Ok(object.into())
    }

    fn read_json(operation: &str, types: &OperationTypes, body: &[u8]) -> Result<Self, BadRequest> {
        // Parses the whole body first, to apply the nesting limit of serde_json.
        let is_json = serde_json::from_slice::<Value>(body).is_ok();
        let raw: Option<&RawValue> = is_json.then(|| serde_json::from_slice(body).ok()).flatten();
        let raw = raw.map_or("", RawValue::get);
        match &types.body {
            Some(Type::List(item)) => Self::read_list(operation, item, raw),
            ty => Self::read_object(operation, ty.as_ref().unwrap_or(&Type::Any), raw),
        }
    }

    fn read_list(operation: &str, item: &Type, raw: &str) -> Result<Self, BadRequest> {
        let refusal = || BadRequest::new(400, MALFORMED_LIST);
        let mut body = Self::default();
        for raw in json::items(raw).map_err(|_| refusal())? {
            if !raw.get().starts_with('{') {
                return Err(refusal());
            }
            match json::value(item, raw.get()) {
                Ok(Value::Object(object)) => body.list.push(object),
                Ok(_) => return Err(refusal()),
                Err(error) => return Err(BadRequest::of_member(operation, error)),
            }
        }
        Ok(body)
    }

    fn read_object(operation: &str, ty: &Type, raw: &str) -> Result<Self, BadRequest> {
        let refusal = || BadRequest::new(400, malformed_body(operation));
        if !raw.starts_with('{') {
            return Err(refusal());
        }
        match json::value(ty, raw) {
            Ok(Value::Object(object)) => {
                enumerated::check(operation, &object)?;
                Ok(object.into())
            }
            Ok(_) => Err(refusal()),
            Err(error) if error.member().is_empty() => Err(refusal()),
            Err(error) => Err(BadRequest::of_member(operation, error)),
        }
    }

    fn read_form(operation: &str, types: &OperationTypes, body: &[u8]) -> Result<Self, BadRequest> {
        let Some(Type::Object(name)) = &types.body else {
            return Err(BadRequest::new(400, malformed_body(operation)));
        };
        // Read as a form, the JSON text would be a single member name, and an update would reset all settings.
        if body.trim_ascii_start().starts_with(b"{") {
            return Err(BadRequest::of_json_in_a_form());
        }
        let object = form::object(name, body).map_err(|error| match error.path.is_empty() {
            true => BadRequest::of_body(operation, error),
            false => BadRequest::of_member(operation, error),
        })?;
        enumerated::check(operation, &object)?;
        Ok(object.into())
    }
}

impl From<Object> for RequestBody {
    fn from(object: Object) -> Self {
        Self {
            object,
            list: Vec::new(),
        }
    }
}

/// Adds the query to the path parameters. Of known parameters, only lists may be repeated.
pub fn add_query(parameters: &mut Object, operation: &str, query: &str) -> Result<(), BadRequest> {
    if !form::is_utf_8(query.as_bytes()) {
        return Err(BadRequest::of_query(ReadErrorKind::Utf8.into()));
    }
    let types = TYPES.operation(operation);
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let ty = types.query.get(name.as_ref());
        if let Some(Type::List(_)) = ty {
            let list = parameters
                .entry(name)
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = list {
                items.push(text.into());
            }
            continue;
        }
        // Numbers remain text: the endpoints have separate result codes for invalid ones.
        let value = match ty {
            Some(ty @ Type::Boolean) => {
                form::value(ty, &text).map_err(|error| BadRequest::of_query(error.within(&name)))?
            }
            _ => text.into(),
        };
        let known = parameters.get(name.as_ref());
        // The TypeScript SDK sends the subject of granted scopes in the path and in the query.
        if known.is_some_and(|known| *known != value) && types.knows(&name) {
            return Err(BadRequest::of_query(
                ReadError::from(ReadErrorKind::Single).within(&name),
            ));
        }
        parameters.entry(name).or_insert(value);
    }
    Ok(())
}

enum MediaType {
    Json,
    Form,
    Other,
}

impl MediaType {
    fn of(content_type: Option<&str>) -> Self {
        let essence = content_type.map(|text| text.split(';').next().unwrap_or_default().trim());
        match essence.map(str::to_ascii_lowercase).as_deref() {
            None | Some("") => Self::Json,
            Some("application/x-www-form-urlencoded") => Self::Form,
            Some(essence) if essence == "application/json" || essence.ends_with("+json") => {
                Self::Json
            }
            Some(_) => Self::Other,
        }
    }
}
