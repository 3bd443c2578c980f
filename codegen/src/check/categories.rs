//! The categories of operations and their headings.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Check;
use crate::description::{CATEGORIES, DISPLAY_NAME, GROUP, NOTE, tag_origin};

impl Check<'_> {
    pub(super) fn categories(&mut self) {
        let document = &self.description.document;
        let mut listed = BTreeSet::new();
        for name in list(&document[CATEGORIES]) {
            let Some(name) = name.as_str() else {
                self.report("", CATEGORIES, format!("{name} is not a name"));
                continue;
            };
            if !listed.insert(name) {
                self.report("", CATEGORIES, format!("has {name} twice"));
            }
        }
        for tag in list(&document["tags"]) {
            let name = tag["name"].as_str().unwrap_or_default();
            let tag_place = tag_origin(name);
            if !listed.contains(name) {
                self.report(
                    &tag_place,
                    &tag_place,
                    format!("is not in {CATEGORIES} of openapi.yaml"),
                );
            }
            if !is_text(&tag[DISPLAY_NAME]) {
                self.report(&tag_place, &tag_place, format!("has no {DISPLAY_NAME}"));
            }
            self.heading(&tag_place, &tag_place, NOTE, tag);
        }
        for entry in self.description.operations() {
            let place = format!("{} {}", entry.method.to_uppercase(), entry.path);
            self.heading(entry.path, &place, GROUP, entry.value);
        }
    }

    /// An optional heading must be a non-empty string.
    fn heading(&mut self, origin: &str, place: &str, key: &str, part: &Value) {
        if part.get(key).is_some_and(|text| !is_text(text)) {
            self.report(origin, place, format!("{key} is empty or not a string"));
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}
