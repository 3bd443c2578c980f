//! Settings as the JSON object of the API, with the key sets that are parsed from it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Millis;
use crate::json::Object;

/// The JSON object of the API, and `K`: its key sets, parsed on first use.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JsonSettings<K: Default> {
    json: Object,
    #[serde(skip)]
    pub(super) key_sets: K,
}

impl<K: Default> From<Object> for JsonSettings<K> {
    fn from(json: Object) -> Self {
        Self {
            json,
            key_sets: K::default(),
        }
    }
}

/// Compares the JSON only, because the key sets are derived from it.
impl<K: Default> PartialEq for JsonSettings<K> {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl<K: Default> Eq for JsonSettings<K> {}

impl<K: Default> JsonSettings<K> {
    pub fn json(&self) -> &Object {
        &self.json
    }

    /// The JSON, mutable. Drops the parsed key sets.
    pub fn json_mut(&mut self) -> &mut Object {
        self.key_sets = K::default();
        &mut self.json
    }

    /// Sets a member, and returns its previous value.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) -> Option<Value> {
        self.json_mut().insert(name.to_owned(), value.into())
    }

    /// Sets the time of the latest change.
    pub fn set_modified_at(&mut self, now: Millis) {
        self.set("modifiedAt", now);
    }

    pub fn into_json(self) -> Object {
        self.json
    }
}
