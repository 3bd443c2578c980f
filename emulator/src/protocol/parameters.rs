//! The parameters of a client's request, in `application/x-www-form-urlencoded`.

use std::collections::BTreeMap;

/// Parameters by name. Those without a value count as left out (RFC 6749 §3.1).
#[derive(Debug, Default)]
pub struct Parameters {
    values: BTreeMap<String, String>,
}

/// A parameter is there more than once, which RFC 6749 §3.1 and §3.2 forbid.
#[derive(Debug)]
pub struct Repeated;

/// RFC 8707 §2 and RFC 8693 §2.1 let these be there more than once; the first is kept.
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
        let mut values = BTreeMap::new();
        let mut repeated = false;
        let given = form_urlencoded::parse(text.as_bytes()).filter(|(_, value)| !value.is_empty());
        for (name, value) in given {
            if !values.contains_key(name.as_ref()) {
                values.insert(name.into_owned(), value.into_owned());
            } else if !REPEATABLE.contains(&name.as_ref()) {
                repeated = true;
            }
        }
        (Self { values }, repeated)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The words of a list such as `scope`.
    pub fn words(&self, name: &str) -> Vec<&str> {
        self.get(name)
            .map(|text| text.split_ascii_whitespace().collect())
            .unwrap_or_default()
    }
}
