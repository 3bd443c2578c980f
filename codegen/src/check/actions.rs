//! The extensions `http`, `next` and `refused` of the values of an action.

use serde_json::Value;

use super::Check;
use crate::document::object;
use crate::eviction::{REFUSED, is_client_error};
use crate::next::{CHALLENGES, HEADERS, HTTP, NEXT, actions};

/// The members of `http`.
const PARTS: [&str; 5] = ["status", "body", "header", "challenge", "optional"];

impl Check<'_> {
    /// Each value of an action has `http` or `next`, and values of other enums have neither.
    pub(super) fn actions(&mut self) {
        let description = self.description;
        let flat = description.flat();
        let answers = actions(&flat);
        for (name, schema) in description.schemas() {
            let answer = answers.iter().find(|answer| answer.action == name);
            for value in schema["x-values"].as_array().into_iter().flatten() {
                let word = value["value"].as_str().unwrap_or_default();
                let place = format!("{name}.{word}");
                let (http, next) = (value.get(HTTP), value.get(NEXT));
                if let Some(refused) = value.get(REFUSED)
                    && (answer.is_none() || *refused != true || is_client_error(value))
                {
                    self.report(
                        name,
                        &place,
                        "refused must be true, on the value of an action without a client error in http",
                    );
                }
                match answer {
                    None if http.or(next).is_some() => {
                        self.report(name, &place, "has http or next but is not an action");
                    }
                    Some(_) if http.or(next).is_none() => {
                        self.report(name, &place, "has neither http nor next")
                    }
                    Some(answer) => {
                        let has_content = answer.members.get("responseContent").is_some();
                        if let Some(http) = http {
                            self.http(name, &place, http, has_content);
                        }
                        if let Some(next) = next {
                            self.next(name, &place, next);
                        }
                    }
                    None => {}
                }
            }
        }
    }

    fn http(&mut self, name: &str, place: &str, http: &Value, has_content: bool) {
        let mut report = |message: &str| self.report(name, place, message);
        if object(http)
            .keys()
            .any(|part| !PARTS.contains(&part.as_str()))
        {
            report("http has an unknown member");
        }
        if !matches!(http["status"].as_u64(), Some(100..=599)) {
            report("http has no status");
        }
        let (body, header) = (&http["body"], &http["header"]);
        if body.is_string() && header.is_string() {
            report("http puts responseContent into the body and into a header");
        }
        if (body.is_string() || header.is_string()) && !has_content {
            report("http uses responseContent, which the response does not have");
        }
        if header
            .as_str()
            .is_some_and(|header| !HEADERS.contains(&header))
        {
            report("http has an unsupported header for responseContent");
        }
        let challenge = http["challenge"].as_str();
        if challenge.is_some_and(|challenge| !CHALLENGES.contains(&challenge)) {
            report("http has an unknown challenge: it must be client or bearer");
        }
    }

    fn next(&mut self, name: &str, place: &str, next: &Value) {
        let Some(ids) = next.as_array() else {
            self.report(name, place, "next is not a list of operations");
            return;
        };
        for id in ids {
            let mut operations = self.description.operations();
            if !operations.any(|operation| *id == operation.id()) {
                self.report(
                    name,
                    place,
                    format!("next is not the operationId of an operation: {id}"),
                );
            }
        }
    }
}
