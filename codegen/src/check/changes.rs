//! The extensions `x-repeatable` and `x-evicts` of operations.

use serde_json::{Map, Value};

use super::Check;
use crate::document::{OperationEntry, content, object, reference, sole_reference};
use crate::eviction::{EVERYTHING, EVICTS, NOTHING, TOKEN, UNLESS, names};
use crate::operations::{REPEATABLE, single_use};

impl Check<'_> {
    pub(super) fn changes(&mut self, entry: &OperationEntry<'_>, place: &str) {
        let single_use = single_use(entry.value);
        if !entry.value[REPEATABLE].is_boolean() && single_use.is_none() {
            self.report(
                entry.path,
                place,
                "x-repeatable must be true, false or an object with `unless`",
            );
        }
        if let Some(member) =
            single_use.filter(|member| !self.request_members(entry).contains_key(*member))
        {
            let message = format!("{REPEATABLE}: unless is not a member of the request: {member}");
            self.report(entry.path, place, message);
        }
        let changes_something = entry.value[REPEATABLE] == false;
        match entry.value.get(EVICTS) {
            None if changes_something => {
                let message = format!("x-repeatable is false, so {EVICTS} is required");
                self.report(entry.path, place, message);
            }
            Some(_) if !changes_something => {
                let message =
                    format!("has {EVICTS}, but x-repeatable says that it changes nothing");
                self.report(entry.path, place, message);
            }
            Some(evicts) if evicts != NOTHING && evicts != EVERYTHING => {
                self.evicts(entry, place, evicts);
            }
            _ => {}
        }
    }

    fn evicts(&mut self, entry: &OperationEntry<'_>, place: &str, evicts: &Value) {
        let is_known = |key: &String| [TOKEN, UNLESS].contains(&key.as_str());
        let keys = object(evicts);
        if keys.is_empty() || !keys.keys().all(is_known) {
            let message = format!(
                "{EVICTS} must be {NOTHING}, {EVERYTHING} or an object with {TOKEN} and {UNLESS}: {evicts}"
            );
            self.report(entry.path, place, message);
            return;
        }
        let names = names(evicts);
        if keys.contains_key(TOKEN) && names.is_empty() {
            let message = format!("{EVICTS}: {TOKEN} is empty");
            self.report(entry.path, place, message);
        }
        for name in names {
            if !self.is_text_of(entry, name) {
                let message = format!(
                    "{EVICTS}: {TOKEN} must name a path parameter or a request member of type string: {name}"
                );
                self.report(entry.path, place, message);
            }
        }
        if let Some(unless) = evicts.get(UNLESS)
            && !self.is_value_of(entry, unless)
        {
            let message = format!(
                "{EVICTS}: {UNLESS} must have one request member with a value of its enum: {unless}"
            );
            self.report(entry.path, place, message);
        }
    }

    fn is_text_of(&self, entry: &OperationEntry<'_>, name: &str) -> bool {
        let is_text = |schema: &Value| {
            schema["type"] == "string"
                && schema
                    .get("format")
                    .is_none_or(|format| format == "password")
        };
        let mut parameters = entry.value["parameters"].as_array().into_iter().flatten();
        let is_in_path = parameters.any(|parameter| {
            parameter["in"] == "path"
                && parameter["name"] == name
                && parameter["schema"]["type"] == "string"
                && parameter["schema"].get("format").is_none()
        });
        let member = name.split('.').next().unwrap_or_default();
        is_in_path || self.request_members(entry).get(member).is_some_and(is_text)
    }

    fn is_value_of(&self, entry: &OperationEntry<'_>, unless: &Value) -> bool {
        let mut members = object(unless).iter();
        let (Some((member, value)), None) = (members.next(), members.next()) else {
            return false;
        };
        let schema = self
            .request_members(entry)
            .get(member)
            .and_then(sole_reference);
        let values = schema.and_then(|name| self.flat.get(name)?.get("enum")?.as_array());
        values.is_some_and(|values| values.contains(value))
    }

    /// The members of the request, if it is an object.
    fn request_members(&self, entry: &OperationEntry<'_>) -> &Map<String, Value> {
        let schema = content(&entry.value["requestBody"]).and_then(|(_, schema)| reference(schema));
        let schema = schema.and_then(|name| self.flat.get(name));
        object(schema.map_or(&Value::Null, |schema| &schema["properties"]))
    }
}
