//! The order of paths in a file. The merged document sorts them, but lists for readers keep the order of the author.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// The paths of a file of the description; empty if it cannot be parsed.
pub(crate) fn paths(yaml: &str) -> Vec<String> {
    serde_saphyr::from_str::<File>(yaml).map_or_else(|_| Vec::new(), |file| file.paths.0)
}

#[derive(serde::Deserialize)]
struct File {
    #[serde(default)]
    paths: Keys,
}

/// The keys of a map, without their values.
#[derive(Default)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, IgnoredAny)) = map.next_entry()? {
            keys.push(key);
        }
        Ok(Keys(keys))
    }
}
