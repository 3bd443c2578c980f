//! The parameters of a client's request, in `application/x-www-form-urlencoded`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::Object;
use crate::result_code::ResultCode;

/// Parameters by name. A parameter without a value counts as omitted (RFC 6749 §3.1).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Parameters {
    values: BTreeMap<String, Vec<String>>,
    /// The names of parameters without a value.
    #[serde(skip)]
    empty: BTreeSet<String>,
}

/// A repeated parameter, which RFC 6749 §3.1 and §3.2 forbid.
#[derive(Debug)]
pub struct Repeated {
    pub name: String,
}

/// Why the parameters cannot be used.
#[derive(Debug)]
pub enum ParametersError {
    /// The API call has no `parameters`.
    Missing,
    /// The client request has no parameters.
    Empty,
    Repeated(Repeated),
}

/// Parameters that may be repeated (RFC 8707 §2, RFC 8693 §2.1).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

impl Parameters {
    /// The parameters of the client request in an API call.
    pub fn of_call(call: &Object) -> Result<Self, ParametersError> {
        let parameters = Self::parse(Self::text_of(call)?).map_err(ParametersError::Repeated)?;
        match parameters.is_empty() {
            true => Err(ParametersError::Empty),
            false => Ok(parameters),
        }
    }

    /// The parameters as text, as the client sent them.
    pub fn text_of(call: &Object) -> Result<&str, ParametersError> {
        call.get("parameters")
            .and_then(Value::as_str)
            .ok_or(ParametersError::Missing)
    }

    pub fn parse(text: &str) -> Result<Self, Repeated> {
        match Self::collect(text) {
            (parameters, None) => Ok(parameters),
            (_, Some(name)) => Err(Repeated { name }),
        }
    }

    /// Takes the first value of repeated parameters, which is enough to deliver an error response.
    pub fn parse_leniently(text: &str) -> Self {
        Self::collect(text).0
    }

    /// The parameters, and the name of the first one that is repeated.
    fn collect(text: &str) -> (Self, Option<String>) {
        let mut parameters = Self::default();
        let mut repeated = None;
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if value.is_empty() {
                parameters.empty.insert(name.into_owned());
                continue;
            }
            let name = name.into_owned();
            let is_first = !parameters.has(&name);
            if is_first || Self::is_repeatable(&name) {
                let values = parameters.values.entry(name).or_default();
                values.push(value.into_owned());
            } else if repeated.is_none() {
                repeated = Some(name);
            }
        }
        (parameters, repeated)
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.empty.is_empty()
    }

    /// The value of a required parameter, or one of the codes: for a missing or for an empty parameter.
    pub fn required(
        &self,
        name: &str,
        missing: ResultCode,
        empty: ResultCode,
    ) -> Result<&str, ResultCode> {
        self.get(name).ok_or(match self.is_blank(name) {
            true => empty,
            false => missing,
        })
    }

    /// Whether a parameter is present without a value.
    pub fn is_blank(&self, name: &str) -> bool {
        self.empty.contains(name)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    /// All values of a repeatable parameter.
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Replaces a parameter of the request, as a request object does (RFC 9101 §6.3).
    pub fn set(&mut self, name: &str, mut values: Vec<String>) {
        values.retain(|value| !value.is_empty());
        if values.is_empty() {
            self.remove(name);
        } else {
            self.values.insert(name.to_owned(), values);
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.values.remove(name);
    }

    pub fn is_repeatable(name: &str) -> bool {
        REPEATABLE.contains(&name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// The values of a space-delimited list such as `scope`.
    pub fn space_delimited(&self, name: &str) -> Vec<&str> {
        self.get(name)
            .map(|text| text.split_ascii_whitespace().collect())
            .unwrap_or_default()
    }
}
