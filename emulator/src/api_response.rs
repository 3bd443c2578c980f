//! Responses to API calls, in Authlete's JSON shapes.

use std::fmt;

use serde_json::Value;

use crate::json::Object;
use crate::random;
use crate::result_code::{INTERNAL_ERROR, ResultCode};

/// The response to an API call.
#[derive(Debug)]
pub struct ApiResponse {
    pub status: u16,
    pub body: ResponseBody,
    /// The value of `WWW-Authenticate`, when it differs from the default.
    pub challenge: Option<String>,
}

/// The body of a response.
#[derive(Debug)]
pub enum ResponseBody {
    Empty,
    Json(Value),
    /// Indented JSON.
    Indented(Value),
    /// Plain text without secrets.
    Text(String),
}

/// The outcome of an endpoint. An error is a response, too.
pub type Outcome = Result<ApiResponse, ApiResponse>;

impl ApiResponse {
    /// A service, a client, a list: an object without a result code.
    pub fn object(status: u16, object: Object) -> Self {
        Self {
            status,
            body: ResponseBody::Json(Value::Object(object)),
            challenge: None,
        }
    }

    /// A document in a shape that Authlete's API does not define.
    pub fn document(document: Value) -> Self {
        Self {
            status: 200,
            body: ResponseBody::Json(document),
            challenge: None,
        }
    }

    /// A document as indented JSON.
    pub fn indented(document: Value) -> Self {
        Self {
            status: 200,
            body: ResponseBody::Indented(document),
            challenge: None,
        }
    }

    /// Plain text.
    pub fn text(status: u16, text: String) -> Self {
        Self {
            status,
            body: ResponseBody::Text(text),
            challenge: None,
        }
    }

    /// An error outside of the API.
    pub fn message(status: u16, message: &str) -> Self {
        Self::object(
            status,
            Object::from_iter([("message".to_owned(), Value::from(message))]),
        )
    }

    /// Adds a member, if the body is an object.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let ResponseBody::Json(Value::Object(members)) = &mut self.body {
            members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds the value of `WWW-Authenticate`.
    #[must_use]
    pub fn with_challenge(self, challenge: String) -> Self {
        Self {
            challenge: Some(challenge),
            ..self
        }
    }

    pub fn no_content() -> Self {
        Self {
            status: 204,
            body: ResponseBody::Empty,
            challenge: None,
        }
    }

    /// An error of the API call itself.
    pub fn error(status: u16, path: &str, code: ResultCode) -> Self {
        Self::object(status, result(path, code))
    }

    /// An error of the API call itself, with details after the reason of its code.
    pub fn error_with_detail(
        status: u16,
        path: &str,
        code: ResultCode,
        detail: impl fmt::Display,
    ) -> Self {
        let reason = format_args!("{}: {detail}", code.reason);
        Self::object(status, members(path, code, reason))
    }

    /// A result without an action.
    pub fn result(path: &str, code: ResultCode) -> ResponseBuilder {
        ResponseBuilder {
            members: result(path, code),
        }
    }

    /// A result with an action for the caller.
    pub fn action(path: &str, code: ResultCode, action: &str) -> ResponseBuilder {
        ResponseBuilder {
            members: result(path, code),
        }
        .with("action", action)
    }

    /// A result with an action for the caller, and with details after the reason of its code.
    pub fn action_with_detail(
        path: &str,
        code: ResultCode,
        action: &str,
        detail: impl fmt::Display,
    ) -> ResponseBuilder {
        let reason = format_args!("{}: {detail}", code.reason);
        ResponseBuilder {
            members: members(path, code, reason),
        }
        .with("action", action)
    }
}

/// The only internal error: a failure of the system's random number generator.
impl From<random::Error> for ApiResponse {
    fn from(_: random::Error) -> Self {
        Self::error(500, "/", INTERNAL_ERROR)
    }
}

/// A builder of 200 responses.
#[derive(Debug)]
pub struct ResponseBuilder {
    members: Object,
}

impl ResponseBuilder {
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a member if it has a value. Authlete omits members without a value.
    #[must_use]
    pub fn with_optional(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub fn build(self) -> ApiResponse {
        ApiResponse::object(200, self.members)
    }
}

fn result(path: &str, code: ResultCode) -> Object {
    members(path, code, code.reason)
}

fn members(path: &str, code: ResultCode, reason: impl fmt::Display) -> Object {
    let message = match code.names_path {
        true => format!("[{}] {path}, {reason}.", code.code),
        false => format!("[{}] {reason}.", code.code),
    };
    Object::from_iter([
        ("resultCode".to_owned(), Value::from(code.code)),
        ("resultMessage".to_owned(), Value::from(message)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_of_the_random_number_generator_is_an_internal_error() {
        let response = ApiResponse::from(random::Error);
        assert_eq!(response.status, 500);
        assert!(
            matches!(&response.body, ResponseBody::Json(body) if body["resultCode"] == "A001101"),
            "{response:?}"
        );
    }
}
