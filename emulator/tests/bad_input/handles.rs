//! Tickets, codes and tokens from responses, which the tests use in the right and in the wrong places.

use std::collections::BTreeMap;

use serde_json::Value;

/// A placeholder for a handle, which is replaced when the request is sent.
/// Neither placeholders nor handles have characters that a form or JSON would have to escape.
pub fn placeholder(kind: &str, index: usize) -> String {
    format!("HANDLE.{kind}.{index}.")
}

/// The kinds of handles, and the members of responses that have them.
pub const KINDS: &[(&str, &[&str])] = &[
    ("ticket", &["ticket"]),
    ("code", &["authorizationCode", "code"]),
    (
        "accessToken",
        &["accessToken", "jwtAccessToken", "access_token"],
    ),
    ("refreshToken", &["refreshToken", "refresh_token"]),
    ("idToken", &["idToken", "id_token"]),
    ("requestUri", &["requestUri", "request_uri"]),
    ("deviceCode", &["deviceCode", "device_code"]),
    ("userCode", &["userCode", "user_code"]),
    ("authReqId", &["authReqId", "auth_req_id"]),
    ("registrationToken", &["registration_access_token"]),
    ("clientId", &["clientId", "client_id"]),
    ("tokenId", &["tokenId"]),
    ("grantId", &["grantId", "grant_id"]),
    ("hardwareKey", &["handle"]),
    ("batch", &["requestId"]),
];

/// How many handles of each kind are kept. The oldest is dropped.
pub const HANDLES_PER_KIND: usize = 4;

/// The handles by kind.
#[derive(Debug, Default)]
pub struct Handles(BTreeMap<&'static str, Vec<String>>);

impl Handles {
    /// Collects the handles in a response, also those in its `responseContent`.
    pub fn collect(&mut self, answer: &Value) {
        let Value::Object(members) = answer else {
            return;
        };
        for (name, member) in members {
            let text = match member {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                member => {
                    self.collect(member);
                    continue;
                }
            };
            if name == "responseContent" {
                self.collect(&content(&text));
            }
            let kind = KINDS
                .iter()
                .find(|(_, names)| names.contains(&name.as_str()));
            if let Some((kind, _)) = kind {
                let known = self.0.entry(kind).or_default();
                if text.is_empty() || known.contains(&text) {
                    continue;
                }
                known.push(text);
                if known.len() > HANDLES_PER_KIND {
                    known.remove(0);
                }
            }
        }
    }

    pub fn has(&self, kind: &str) -> bool {
        self.0.contains_key(kind)
    }

    /// Replaces the placeholders in a text. Those of a kind without handles are not replaced.
    pub fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (kind, known) in &self.0 {
            for index in 0..HANDLES_PER_KIND {
                let handle = known.get(index).or(known.last());
                text = text.replace(
                    &placeholder(kind, index),
                    handle.map_or_else(String::new, Clone::clone).as_str(),
                );
            }
        }
        text
    }
}

/// The members of a response for the client: of a JSON object, or of the query or the fragment of a URL.
fn content(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| {
        let parameters = text.split(['?', '#']).nth(1).unwrap_or_default();
        form_urlencoded::parse(parameters.as_bytes())
            .map(|(name, value)| (name.into_owned(), Value::from(value)))
            .collect()
    })
}
