//! The parameters of a client's request, in `application/x-www-form-urlencoded`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Parameters by name. Those without a value count as left out (RFC 6749 §3.1).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Parameters {
    values: BTreeMap<String, Vec<String>>,
}

/// A parameter is there more than once, which RFC 6749 §3.1 and §3.2 forbid.
#[derive(Debug)]
pub struct Repeated;

/// RFC 8707 §2 and RFC 8693 §2.1 let these be there more than once.
const REPEATABLE: [&str; 2] = ["resource", "audience"];

impl Parameters {
    pub fn parse(text: &str) -> Result<Self, Repeated> {
        let (values, repeated) = Self::collect(text);
        if repeated { Err(Repeated) } else { Ok(values) }
    }

    /// Takes the first of each parameter: enough to say where an error goes.
    pub fn parse_leniently(text: &str) -> Self {
        Self::collect(text).0
    }

    fn collect(text: &str) -> (Self, bool) {
        let mut values = BTreeMap::<String, Vec<String>>::new();
        let mut repeated = false;
        let given = form_urlencoded::parse(text.as_bytes()).filter(|(_, value)| !value.is_empty());
        for (name, value) in given {
            let repeatable = Self::is_repeatable(&name);
            let values = values.entry(name.into_owned()).or_default();
            if values.is_empty() || repeatable {
                values.push(value.into_owned());
            } else {
                repeated = true;
            }
        }
        (Self { values }, repeated)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    /// The values of a parameter that can be there more than once.
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Replaces what the request said, as a request object does (RFC 9101 §6.3).
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

    /// The words of a list such as `scope`.
    pub fn words(&self, name: &str) -> Vec<&str> {
        self.get(name)
            .map(|text| text.split_ascii_whitespace().collect())
            .unwrap_or_default()
    }
}
