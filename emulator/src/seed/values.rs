//! The values in a seed. Errors name the place of the value.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Display;
use std::io;

use serde::de::DeserializeOwned;

/// The places of values that must be unique.
#[derive(Default)]
pub struct UniqueValues(HashMap<(String, String), String>);

impl UniqueValues {
    pub fn insert(&mut self, kind: &str, value: Option<impl Display>, at: &str) -> io::Result<()> {
        let Some(value) = non_empty(value, at)? else {
            return Ok(());
        };
        match self.0.entry((kind.to_owned(), value)) {
            Entry::Occupied(first) => Err(seed_error(at, format!("the same as {}", first.get()))),
            Entry::Vacant(place) => {
                place.insert(at.to_owned());
                Ok(())
            }
        }
    }
}

/// A credential as text. Refuses empty ones, with which anyone could call the API.
pub fn non_empty(value: Option<impl Display>, at: &str) -> io::Result<Option<String>> {
    let value = value.map(|value| value.to_string());
    match value.as_deref() {
        Some("") => Err(seed_error(at, "it is empty")),
        _ => Ok(value),
    }
}

pub fn decode<'a, T: DeserializeOwned>(
    at: &str,
    value: impl serde::Deserializer<'a, Error = serde_json::Error>,
) -> io::Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inside = error.path().to_string();
        let place = match (at, inside.as_str()) {
            (_, ".") => at.to_owned(),
            ("", _) => inside,
            (_, list) if list.starts_with('[') => format!("{at}{list}"),
            _ => format!("{at}.{inside}"),
        };
        seed_error(&place, error.inner())
    })
}

pub fn seed_error(at: &str, message: impl Display) -> io::Error {
    let place = if at.is_empty() { "the seed" } else { at };
    io::Error::new(io::ErrorKind::InvalidData, format!("{place}: {message}"))
}
