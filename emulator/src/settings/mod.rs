//! The settings of services and clients: what they are when nobody says, and what they cannot be.

mod check;
pub mod client;
pub mod service;
mod uri;
mod vocabulary;

pub use uri::Uri;
pub use vocabulary::Vocabulary;
pub(crate) use vocabulary::of_enum;

use serde_json::Value;

use crate::json::Object;

/// The defaults, and over them what is given and not assigned.
fn over(defaults: Object, given: &Object, assigned: &[&str]) -> Object {
    let mut settings = defaults;
    let given = given
        .iter()
        .filter(|(name, _)| !assigned.contains(&name.as_str()));
    settings.extend(said(given));
    settings
}

/// The members that are not `null`, at any depth.
fn said<'a>(members: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Object {
    let members = members.into_iter().filter(|(_, value)| !value.is_null());
    members
        .map(|(name, value)| (name.clone(), without_nulls(value)))
        .collect()
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => said(members).into(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
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
