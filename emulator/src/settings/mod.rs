//! The settings of services and clients: names, types, defaults and validation.

mod accessors;
mod certificates;
mod check;
pub mod client_metadata;
pub mod client_rules;
mod client_settings;
pub mod combination;
mod credential_issuer_metadata;
mod credential_issuer_rules;
mod distinguished_name;
mod enum_values;
mod json_settings;
mod scopes;
pub mod service_rules;
mod service_settings;
#[cfg(test)]
pub mod tests;
mod uri;

pub use client_settings::{ClientExtension, ClientSettings, FederationRegistration};
pub use credential_issuer_metadata::CredentialIssuerMetadata;
pub use enum_values::EnumValues;
pub use service_settings::{ServiceSettings, Supported};
pub use uri::Uri;

use authlete::ApiVersion;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::json::Object;

/// Overrides the defaults with the given settings, except for assigned settings. `T` is the SDK's type of the settings.
fn override_defaults<T>(defaults: Object, given: &Object, assigned: &[&str]) -> Object
where
    T: DeserializeOwned + Serialize,
{
    let mut settings = defaults;
    let given = given
        .iter()
        .filter(|(name, value)| !value.is_null() && !assigned.contains(&name.as_str()));
    settings.extend(given.map(|(name, value)| {
        // `check` refuses values that cannot be deserialized.
        let value = check::normalize::<T>(name, value).unwrap_or_else(|_| value.clone());
        (name.clone(), value)
    }));
    settings
}

/// The given settings without those that the API ignores on creation. The 3.0 API ignores `clientIdAliasEnabled`.
pub fn for_creation(given: &Object, version: ApiVersion) -> Object {
    let mut given = given.clone();
    if version == ApiVersion::V3 {
        given.remove("clientIdAliasEnabled");
    }
    given
}

/// Resets members of new settings to their current values. Removes those without a current value.
fn keep_current(current: &Object, mut settings: Object, names: &[&str]) -> Object {
    for name in names {
        match current.get(*name) {
            Some(value) => settings.insert((*name).to_owned(), value.clone()),
            None => settings.remove(*name),
        };
    }
    settings
}

/// Rewrites JSON texts without white space and with sorted members, as Authlete does.
fn compact(settings: &mut Object, names: &[&str]) {
    for name in names {
        let text = settings.get(*name).and_then(Value::as_str);
        // `check` refuses invalid JSON.
        if let Some(value) = text.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            settings.insert((*name).to_owned(), value.to_string().into());
        }
    }
}

/// Members that have the same default.
fn with_default(names: &[&str], value: impl Into<Value>) -> impl Iterator<Item = (String, Value)> {
    let value = value.into();
    names
        .iter()
        .map(move |name| ((*name).to_owned(), value.clone()))
}
