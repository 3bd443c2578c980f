//! Any HTTP response to a call of any operation.
//!
//! An input resembles an HTTP response: the operation and the status, headers, an empty line, and the body.
//!
//! ```text
//! introspection 200
//! content-type: application/json
//!
//! {"action":"OK"}
//! ```

mod next_step;
mod target;

use authlete::{Error, Operation, UnexpectedBodyError, operations};
use reqwest::header::{self, HeaderName, HeaderValue};
use serde_json::Value;
use target::CallTarget;

use crate::error_chain::error_chain;
use crate::nulls::without_nulls;

/// The prefix of secrets, which must not be shown.
const SECRET_PREFIX: &str = "SECRET";

/// The HTTP client accepts 100, one of which is `content-length`.
const MAX_HEADERS: usize = 99;

thread_local! {
    static TARGET: CallTarget = CallTarget::new();
}

/// Calls an operation, checks the result, and takes the next step of a server. Returns whether the input is a valid response.
pub fn run(input: &[u8]) -> bool {
    let Some(answer) = HttpAnswer::parse(input) else {
        return false;
    };
    match TARGET.with(|target| target.call(answer.operation, answer.message())) {
        Ok(returned) => {
            answer.assert_result(&returned);
            next_step::check(answer.operation.id, &returned);
        }
        Err(error) => answer.assert_error(&error),
    }
    true
}

struct HttpAnswer<'a> {
    operation: &'static Operation,
    status: u16,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
}

impl<'a> HttpAnswer<'a> {
    /// Accepts valid HTTP without headers that determine the length of the body, so that the body arrives completely.
    fn parse(input: &'a [u8]) -> Option<Self> {
        let end = input.windows(2).position(|bytes| bytes == b"\n\n")?;
        let mut lines = str::from_utf8(&input[..end]).ok()?.split('\n');
        let (id, status) = lines.next()?.split_once(' ')?;
        let headers = lines.map(header_line).collect::<Option<Vec<_>>>()?;
        if headers.len() > MAX_HEADERS {
            return None;
        }
        let status = status.parse().ok()?;
        Some(Self {
            operation: operations::ALL
                .iter()
                .find(|operation| operation.id == id)?,
            status,
            headers,
            body: match status {
                204 | 304 => b"",
                200..1000 => &input[end + 2..],
                _ => return None,
            },
        })
    }

    /// The HTTP message.
    fn message(&self) -> Vec<u8> {
        let mut message = format!("HTTP/1.1 {} \r\n", self.status);
        for (name, value) in &self.headers {
            message += &format!("{name}: {value}\r\n");
        }
        if !matches!(self.status, 204 | 304) {
            message += &format!("content-length: {}\r\n", self.body.len());
        }
        message += "\r\n";
        [message.as_bytes(), self.body].concat()
    }

    /// Asserts that encoding the decoded response loses nothing. An operation may also return text, or nothing.
    fn assert_result(&self, returned: &Value) {
        assert!((200..300).contains(&self.status));
        if let Some(text) = returned.as_str() {
            assert_eq!(text.as_bytes(), self.body);
        } else if !returned.is_null() {
            let body: Value = serde_json::from_slice(self.body).expect("what decodes is JSON");
            let (returned, body) = (kept(returned), kept(&body));
            assert!(is_same(&returned, &body), "{returned}\n{body}");
        }
    }

    /// Asserts that the error matches the response, and shows nothing that the server may have copied from the request.
    fn assert_error(&self, error: &Error) {
        let _ = (error.rate_limit(), error.retry_after());
        let shown = error_chain(error);
        assert!(!shown.contains(SECRET_PREFIX), "{shown}");
        let is_success = (200..300).contains(&self.status);
        match error {
            Error::Decode { path, .. } => {
                assert!(is_success);
                assert!(
                    path.starts_with('$') && path.chars().count() <= 257,
                    "{path}"
                );
            }
            Error::UnexpectedBody(error) => {
                assert!(is_success);
                assert_eq!(error.status, self.status);
                self.check_snippet(error.snippet.expose());
            }
            Error::Api(error) => {
                assert!(!is_success);
                assert_eq!(error.status, self.status);
                self.check_snippet(error.snippet.expose());
            }
            other => panic!("{other:?}"),
        }
    }

    /// Asserts that the snippet is short, and empty if a header says that the body is JSON.
    fn check_snippet(&self, snippet: &str) {
        assert!(snippet.chars().count() <= UnexpectedBodyError::SNIPPET_CHARS);
        let is_called_json = self.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().contains("json")
        });
        assert!(!is_called_json || snippet.is_empty(), "{snippet}");
    }
}

/// The part of a response that must be kept: `null` and an empty `action` may be dropped, and HTTP headers replace
/// `responseHeaders`.
fn kept(answer: &Value) -> Value {
    let mut kept = without_nulls(answer);
    if let Some(members) = kept.as_object_mut() {
        members.remove("responseHeaders");
        if members.get("action").is_some_and(|action| action == "") {
            members.remove("action");
        }
    }
    kept
}

/// Whether a decoded value equals the sent one. An integer may be sent in another notation, and a scope as its name.
fn is_same(returned: &Value, sent: &Value) -> bool {
    match (returned, sent) {
        (Value::Object(returned), Value::Object(sent)) => {
            let is_there = |(name, value)| sent.get(name).is_some_and(|sent| is_same(value, sent));
            returned.len() == sent.len() && returned.iter().all(is_there)
        }
        (Value::Array(returned), Value::Array(sent)) => {
            let mut pairs = returned.iter().zip(sent);
            returned.len() == sent.len() && pairs.all(|(returned, sent)| is_same(returned, sent))
        }
        (Value::Number(number), Value::String(text)) => text
            .parse()
            .is_ok_and(|sent: i64| number.as_i64() == Some(sent)),
        (Value::Number(number), Value::Number(sent)) => {
            number == sent
                || number
                    .as_i64()
                    .is_some_and(|number| sent.as_f64() == Some(number as f64))
        }
        (Value::Object(scope), Value::String(name)) => {
            scope.len() == 1 && scope.get("name").is_some_and(|known| known == name)
        }
        _ => returned == sent,
    }
}

/// The name and the value of a header, unless it determines the length of the body.
fn header_line(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(": ")?;
    HeaderValue::from_bytes(value.as_bytes()).ok()?;
    let framing = [
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ];
    let is_framing = framing.contains(&HeaderName::from_bytes(name.as_bytes()).ok()?);
    (!is_framing).then_some((name, value))
}
