//! The settings of services and clients: what they are when nobody says, and what they cannot be.

mod check;
pub mod client;
mod credential_issuer;
pub mod service;
mod uri;
mod vocabulary;

pub use uri::Uri;
pub use vocabulary::Vocabulary;
pub(crate) use vocabulary::of_enum;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::json::Object;

/// The defaults, and over them what is given and not assigned. `T` is the SDK's type of the settings.
fn over<T>(defaults: Object, given: &Object, assigned: &[&str]) -> Object
where
    T: DeserializeOwned + Serialize,
{
    let mut settings = defaults;
    let given = given
        .iter()
        .filter(|(name, value)| !value.is_null() && !assigned.contains(&name.as_str()));
    settings.extend(given.map(|(name, value)| {
        // What cannot be read is refused elsewhere.
        let value = check::as_read::<T>(name, value).unwrap_or_else(|_| value.clone());
        (name.clone(), value)
    }));
    settings
}

/// New settings with what was assigned before.
fn keep(current: &Object, mut settings: Object, assigned: &[&str]) -> Object {
    let kept = assigned
        .iter()
        .filter_map(|name| current.get_key_value(*name));
    settings.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    settings
}

/// Members that are all the same at first: a flag is off, a number is 0.
fn all(names: &[&str], value: impl Into<Value>) -> impl Iterator<Item = (String, Value)> {
    let value = value.into();
    names
        .iter()
        .map(move |name| ((*name).to_owned(), value.clone()))
}
