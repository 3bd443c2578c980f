//! Validation of the settings of services and clients.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::distinguished_name::is_distinguished_name;
use super::enum_values::EnumMember;
use super::uri::{NotAbsolute, Uri};
use crate::jose::JwkSet;
use crate::json::{Object, ObjectExt};
use crate::result_code::{
    ResultCode, SETTING_FRAGMENT, SETTING_INVALID, SETTING_ITEM_MALFORMED, SETTING_ITEM_NULL,
    SETTING_ITEM_RELATIVE, SETTING_KEYS, SETTING_NEGATIVE, SETTING_NO_NAME, SETTING_QUERY,
    SETTING_RANGE, SETTING_SYMMETRIC, SETTING_WORD,
};

/// An invalid setting and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    pub member: String,
    pub reason: String,
    pub code: ResultCode,
}

impl Invalid {
    pub fn new(member: &str, code: ResultCode, reason: impl fmt::Display) -> Self {
        Self {
            member: member.to_owned(),
            reason: reason.to_string(),
            code,
        }
    }

    /// The same error for a member of an object or list.
    #[must_use]
    pub fn within(self, member: &str) -> Self {
        Self::new(member, self.code, &self)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.member, self.reason)
    }
}

/// Checks the types of members against the SDK's type. Unknown members may have any type.
pub fn types<T: DeserializeOwned + Serialize>(settings: &Object) -> Result<(), Invalid> {
    for (name, value) in settings {
        let normalized = normalize::<T>(name, value)
            .map_err(|error| Invalid::new(name, SETTING_INVALID, error))?;
        // A `null` in a list is invalid if the SDK's type drops it.
        if has_null_item(value) && normalized != *value {
            return Err(Invalid::new(
                name,
                SETTING_ITEM_NULL,
                "list items must not be null",
            ));
        }
    }
    Ok(())
}

/// Deserializes a member into the SDK's type and serializes it again, which drops `null`s in known members.
pub fn normalize<T>(name: &str, value: &Value) -> serde_json::Result<Value>
where
    T: DeserializeOwned + Serialize,
{
    let object = Object::from_iter([(name.to_owned(), value.clone())]);
    let read: T = serde_json::from_value(Value::Object(object))?;
    let mut normalized = serde_json::to_value(read)?;
    Ok(normalized
        .get_mut(name)
        .map(Value::take)
        .unwrap_or_default())
}

/// Whether a value contains a list with a `null` item.
fn has_null_item(value: &Value) -> bool {
    match value {
        Value::Array(items) => items
            .iter()
            .any(|item| item.is_null() || has_null_item(item)),
        Value::Object(members) => members.values().any(has_null_item),
        _ => false,
    }
}

/// Checks enum values. [`types`] accepts unknown values, since responses of newer versions may contain them.
pub fn enums(settings: &Object, members: &[EnumMember]) -> Result<(), Invalid> {
    for (name, known) in members {
        let values = match settings.get(*name) {
            Some(Value::Array(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        let mut values = values.iter().filter_map(Value::as_str);
        if let Some(unknown) = values.find(|value| !(known.has)(value)) {
            return Err(Invalid::new(
                name,
                SETTING_WORD,
                format_args!("unknown value '{unknown}'"),
            ));
        }
    }
    Ok(())
}

/// Checks enum values in a member that is an object or a list of objects.
pub fn enums_within(
    settings: &Object,
    member: &str,
    members: &[EnumMember],
) -> Result<(), Invalid> {
    let objects = match settings.get(member) {
        Some(Value::Array(items)) => items.as_slice(),
        Some(object) => std::slice::from_ref(object),
        None => &[],
    };
    let mut objects = objects.iter().filter_map(Value::as_object);
    objects
        .try_for_each(|object| enums(object, members))
        .map_err(|invalid| invalid.within(member))
}

/// Checks a text that has a fixed set of values but no enum in the SDK.
pub fn one_of(settings: &Object, name: &str, values: &[&str]) -> Result<(), Invalid> {
    match settings.text(name) {
        Some(value) if !values.contains(&value) => Err(Invalid::new(
            name,
            SETTING_WORD,
            format_args!("unknown value '{value}'"),
        )),
        _ => Ok(()),
    }
}

/// Checks that the items of a list are absolute URIs.
pub fn uri_items(settings: &Object, name: &str) -> Result<(), Invalid> {
    let items = settings.texts(name).unwrap_or_default();
    let mut items = items.into_iter();
    items.try_for_each(|item| uri_item(name, item).map(drop))
}

/// Checks that an item of a list is an absolute URI.
pub fn uri_item(name: &str, item: &str) -> Result<Uri, Invalid> {
    Uri::try_parse(item).map_err(|refused| match refused {
        NotAbsolute::Malformed => Invalid::new(
            name,
            SETTING_ITEM_MALFORMED,
            format_args!("'{item}' is not a URI"),
        ),
        NotAbsolute::Relative => Invalid::new(
            name,
            SETTING_ITEM_RELATIVE,
            format_args!("'{item}' is not an absolute URI"),
        ),
    })
}

/// Checks that a text is a distinguished name (RFC 4514).
pub fn distinguished_name(settings: &Object, name: &str) -> Result<(), Invalid> {
    match settings.text(name) {
        Some(text) if !is_distinguished_name(text) => Err(Invalid::new(
            name,
            SETTING_NO_NAME,
            "not a distinguished name as in RFC 4514",
        )),
        _ => Ok(()),
    }
}

/// Checks that URI members, recognized by the ends of their names, are absolute URIs. `tlsClientAuthSanUri` is exempt,
/// because it is only compared with a certificate.
pub fn uris(settings: &Object) -> Result<(), Invalid> {
    let is_uri = |name: &str| {
        let ends = ["Uri", "Endpoint", "serviceDocumentation"];
        ends.iter().any(|end| name.ends_with(end)) && name != "tlsClientAuthSanUri"
    };
    let names = settings.keys().filter(|name| is_uri(name));
    for name in names {
        if let Some(text) = settings.text(name)
            && Uri::parse(text).is_none()
        {
            return Err(Invalid::new(name, SETTING_INVALID, "not an absolute URI"));
        }
    }
    Ok(())
}

/// Checks an issuer identifier: a URL without query and fragment. `http` is allowed for tests without certificates.
pub fn identifier(settings: &Object, name: &str) -> Result<(), Invalid> {
    match settings.text(name).map(Uri::parse) {
        Some(Some(uri)) if uri.has_fragment() => {
            Err(Invalid::new(name, SETTING_FRAGMENT, "has a fragment"))
        }
        Some(Some(uri)) if uri.has_query() => Err(Invalid::new(name, SETTING_QUERY, "has a query")),
        Some(None) => Err(Invalid::new(name, SETTING_INVALID, "not an absolute URI")),
        _ => Ok(()),
    }
}

/// Checks that numbers are between 0 and `max`.
pub fn numbers(settings: &Object, names: &[&str], max: i64) -> Result<(), Invalid> {
    for name in names {
        // Requests may contain numbers as text.
        let text = || settings.text(name)?.parse().ok();
        if let Some(number) = settings.integer(name).or_else(text)
            && !(0..=max).contains(&number)
        {
            let code = match number {
                ..0 => SETTING_NEGATIVE,
                _ => SETTING_RANGE,
            };
            let reason = format_args!("{number} is out of range");
            return Err(Invalid::new(name, code, reason));
        }
    }
    Ok(())
}

/// Checks that a signature algorithm is asymmetric, because other parties verify the signatures.
pub fn asymmetric(settings: &Object, name: &str) -> Result<(), Invalid> {
    match settings.text(name) {
        Some(alg) if alg.starts_with("HS") => Err(Invalid::new(
            name,
            SETTING_SYMMETRIC,
            format_args!("{alg} is symmetric"),
        )),
        _ => Ok(()),
    }
}

/// Checks that a text is a JWK Set (RFC 7517 §5).
pub fn key_set(settings: &Object, name: &str) -> Result<(), Invalid> {
    match settings.text(name).map(JwkSet::parse) {
        Some(Err(error)) => Err(Invalid::new(name, SETTING_KEYS, error)),
        _ => Ok(()),
    }
}

/// Checks that no value is repeated.
pub fn distinct<'a>(
    member: &str,
    code: ResultCode,
    values: impl IntoIterator<Item = &'a str>,
) -> Result<(), Invalid> {
    let mut seen = std::collections::HashSet::new();
    match values.into_iter().find(|value| !seen.insert(*value)) {
        Some(repeated) => Err(Invalid::new(
            member,
            code,
            format_args!("'{repeated}' is repeated"),
        )),
        None => Ok(()),
    }
}
