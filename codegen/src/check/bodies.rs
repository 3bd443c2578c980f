//! The bodies of requests and responses: their media types, and the kinds of schemas that the generator supports.

use serde_json::{Value, json};

use super::Check;
use crate::description::TAKES_FORM;
use crate::document::{
    FORM, JSON, OperationEntry, SUCCESSES, TEXT, content, object, reference, success,
};

impl Check<'_> {
    pub(super) fn bodies(&mut self, entry: &OperationEntry<'_>, place: &str) {
        if let Some(body) = entry.value.get("requestBody") {
            self.request(entry, place, body);
        }
        for status in SUCCESSES {
            let response = entry.value["responses"].get(status);
            if let Some(response) = response.filter(|response| response.get("content").is_some()) {
                self.response(entry, place, status, response);
            }
        }
        if success(entry.value).is_none() {
            self.report(entry.path, place, "has no successful response");
        }
    }

    fn request(&mut self, entry: &OperationEntry<'_>, place: &str, body: &Value) {
        let takes_form = match entry.value.get(TAKES_FORM) {
            None => false,
            Some(Value::Bool(true)) => true,
            Some(_) => {
                self.report(entry.path, place, "x-form must be `true` or omitted");
                false
            }
        };
        let types: &[&str] = match takes_form {
            true => &[JSON, FORM],
            false => &[JSON],
        };
        self.media_types(entry, place, "the request body", body, &[types]);
        let schema = content(body).map_or(&Value::Null, |(_, schema)| schema);
        if takes_form && reference(schema).is_none() {
            self.report(entry.path, place, "x-form needs a body that is an object");
        }
        let element = match schema["type"] == "array" {
            true => &schema["items"],
            false => schema,
        };
        if reference(element).is_none() {
            self.report(
                entry.path,
                place,
                "the request body is neither a reference to a schema nor an array of one",
            );
        }
    }

    fn response(
        &mut self,
        entry: &OperationEntry<'_>,
        place: &str,
        status: &str,
        response: &Value,
    ) {
        let what = format!("the response {status}");
        self.media_types(entry, place, &what, response, &[&[JSON], &[TEXT]]);
        let wrong = match content(response) {
            Some((TEXT, schema)) => (*schema != json!({ "type": "string" }))
                .then_some("is text with another schema than `type: string`"),
            Some((JSON, schema)) => {
                let is_free = schema["type"] == "object" && schema.get("properties").is_none();
                let is_texts = *schema == json!({ "type": "array", "items": { "type": "string" } });
                (reference(schema).is_none() && !is_free && !is_texts).then_some(
                    "is neither a reference to a schema, nor a free-form object, nor an array of strings",
                )
            }
            _ => None,
        };
        if let Some(wrong) = wrong {
            self.report(entry.path, place, format!("{what} {wrong}"));
        }
    }

    /// Checks that the generator supports the media types of a body.
    fn media_types(
        &mut self,
        entry: &OperationEntry<'_>,
        place: &str,
        what: &str,
        part: &Value,
        known: &[&[&str]],
    ) {
        let found: Vec<&str> = object(&part["content"])
            .keys()
            .map(String::as_str)
            .collect();
        if !known.contains(&found.as_slice()) {
            let known: Vec<_> = known.iter().map(|types| types.join(" and ")).collect();
            let (found, known) = (found.join(" and "), known.join(" or "));
            self.report(
                entry.path,
                place,
                format!("{what} has the media type {found:?}, expected {known}"),
            );
        }
    }
}
