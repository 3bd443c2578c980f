//! Reports unknown extensions, since a misspelled one would be ignored.

use serde_json::Value;

use super::Check;
use crate::description::{
    CATEGORIES, DISPLAY_NAME, GROUP, NOTE, TAKES_FORM, TEXT_MEMBER, tag_origin,
};
use crate::document::object;
use crate::eviction::EVICTS;
use crate::operations::{HOSTED_REPLACEMENT, REPEATABLE, ROOT, SETTING};
use crate::pages::PAGES;
use crate::prepare::STANDALONE;

const OF_DOCUMENT: &[&str] = &[CATEGORIES];
const OF_TAG: &[&str] = &[DISPLAY_NAME, NOTE];
const OF_SERVER: &[&str] = &["x-api-version", ROOT];
const OF_OPERATION: &[&str] = &[
    GROUP,
    "x-2.x",
    REPEATABLE,
    EVICTS,
    PAGES,
    HOSTED_REPLACEMENT,
    TAKES_FORM,
];
const OF_SCHEMA: &[&str] = &[TEXT_MEMBER, STANDALONE, "x-values"];
const OF_MEMBER: &[&str] = &[SETTING];

impl Check<'_> {
    pub(super) fn extensions(&mut self) {
        let description = self.description;
        let document = &description.document;
        self.known_extensions("", "the document", document, OF_DOCUMENT);
        self.servers("", "the document", document);
        for tag in document["tags"].as_array().into_iter().flatten() {
            let place = tag_origin(tag["name"].as_str().unwrap_or_default());
            self.known_extensions(&place, &place, tag, OF_TAG);
        }
        for entry in description.operations() {
            let place = format!("{} {}", entry.method.to_uppercase(), entry.path);
            self.known_extensions(entry.path, &place, entry.value, OF_OPERATION);
            self.servers(entry.path, &place, entry.value);
        }
        for (name, schema) in description.schemas() {
            self.known_extensions(name, name, schema, OF_SCHEMA);
            for (member, schema) in object(&schema["properties"]) {
                self.known_extensions(name, &format!("{name}.{member}"), schema, OF_MEMBER);
            }
        }
    }

    fn servers(&mut self, origin: &str, place: &str, part: &Value) {
        for server in part["servers"].as_array().into_iter().flatten() {
            self.known_extensions(origin, place, server, OF_SERVER);
        }
    }

    fn known_extensions(&mut self, origin: &str, place: &str, part: &Value, known: &[&str]) {
        let keys = object(part).keys();
        for key in keys.filter(|key| key.starts_with("x-") && !known.contains(&key.as_str())) {
            self.report(origin, place, format!("has an unknown extension: {key}"));
        }
    }
}
