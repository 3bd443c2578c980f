//! Conversion between client metadata (OpenID Connect Dynamic Client Registration 1.0 §2, RFC 7591 §2) and the settings of
//! the API.

mod table;

use serde_json::{Value, json};

use super::enum_values::EnumValues;
use crate::json::{Object, ObjectExt};
use crate::result_code::{
    METADATA_INVALID, METADATA_NO_BOOLEAN, METADATA_NO_INTEGER, METADATA_NO_KEYS,
    METADATA_NO_STRING, METADATA_NO_STRINGS, ResultCode,
};
use table::METADATA;
use table::MetadataType::{self, Enum, Enums, Flag, Keys, Localized, Number, Text, Texts};

/// Converts metadata to settings. Ignores unknown metadata (RFC 7591 §2). The error names the invalid metadata and the
/// expected type.
pub fn read(metadata: &Object) -> Result<Object, (ResultCode, String)> {
    let mut settings = Object::new();
    for (name, member, kind) in &METADATA {
        if let Some(value) = metadata.get(*name).filter(|value| !value.is_null()) {
            let value = kind.read(value);
            let value =
                value.map_err(|(code, expected)| (code, format!("{name}: must be {expected}")))?;
            settings.insert((*member).to_owned(), value);
        }
        if let Localized(tagged) = kind {
            let values = localized(name, metadata)?;
            if !values.is_empty() {
                settings.insert((*tagged).to_owned(), values.into());
            }
        }
    }
    Ok(settings)
}

/// Converts settings to metadata.
pub fn write(settings: &Object) -> Object {
    let mut metadata = Object::new();
    for (name, member, kind) in &METADATA {
        if let Some(value) = settings.get(*member).and_then(|value| kind.write(value)) {
            metadata.insert((*name).to_owned(), value);
        }
        if let Localized(tagged) = kind {
            let values = settings.array(tagged).unwrap_or_default().iter();
            let values = values.filter_map(|value| {
                let value = value.as_object()?;
                let tag = value.text("tag")?;
                Some((format!("{name}#{tag}"), value.get("value")?.clone()))
            });
            metadata.extend(values);
        }
    }
    metadata
}

/// Whether a name is that of standard metadata. Language tags are ignored.
pub fn is_standard(name: &str) -> bool {
    let name = name.split('#').next();
    METADATA.iter().any(|(own, ..)| Some(*own) == name)
}

/// The metadata name of a setting, or the name of the setting if it is not metadata.
pub fn name_of(member: &str) -> &str {
    let mut metadata = METADATA.iter();
    let found = metadata.find(|(_, own, _)| *own == member);
    found.map_or(member, |(name, ..)| name)
}

/// Removes all settings that correspond to metadata.
pub fn remove_all(settings: &mut Object) {
    for (_, member, kind) in &METADATA {
        settings.remove(*member);
        if let Localized(tagged) = kind {
            settings.remove(*tagged);
        }
    }
}

/// The values whose names have a language tag (OpenID Connect Dynamic Client Registration 1.0 §2.1).
fn localized(name: &str, metadata: &Object) -> Result<Vec<Value>, (ResultCode, String)> {
    let tagged = metadata.iter().filter_map(|(full, value)| {
        let (own, tag) = full.split_once('#')?;
        (own == name && !tag.is_empty()).then_some((full, tag, value))
    });
    tagged
        .map(|(full, tag, value)| match value {
            Value::String(value) => Ok(json!({ "tag": tag, "value": value })),
            _ => Err((METADATA_NO_STRING, format!("{full}: must be a string"))),
        })
        .collect()
}

impl MetadataType {
    /// Converts a metadata value to a setting. The error is the expected type.
    fn read(&self, value: &Value) -> Result<Value, (ResultCode, &'static str)> {
        let same = |fits: bool, code, expected| {
            if fits {
                Ok(value.clone())
            } else {
                Err((code, expected))
            }
        };
        let is_strings = |value: &Value| {
            let texts = value.as_array();
            texts.is_some_and(|texts| texts.iter().all(Value::is_string))
        };
        let strings = (METADATA_NO_STRINGS, "an array of strings");
        match self {
            Text | Localized(_) => same(value.is_string(), METADATA_NO_STRING, "a string"),
            Flag => same(value.is_boolean(), METADATA_NO_BOOLEAN, "true or false"),
            Number => {
                let code = match value.is_i64() {
                    true => METADATA_INVALID,
                    false => METADATA_NO_INTEGER,
                };
                same(value.as_u64().is_some(), code, "a non-negative integer")
            }
            Texts => same(is_strings(value), strings.0, strings.1),
            Enum(_) if !value.is_string() => Err((METADATA_NO_STRING, "a string")),
            Enum(values) => from_protocol(value, values).ok_or((METADATA_INVALID, "a known value")),
            Enums(_) if !is_strings(value) => Err(strings),
            Enums(values) => {
                let items = value.as_array().ok_or(strings)?.iter();
                let items: Option<Vec<_>> = items.map(|item| from_protocol(item, values)).collect();
                items
                    .map(Value::from)
                    .ok_or((METADATA_INVALID, "an array of known values"))
            }
            Keys if value.is_object() => Ok(value.to_string().into()),
            Keys => Err((METADATA_NO_KEYS, "a JWK Set")),
        }
    }

    /// Converts a setting to a metadata value. Returns `None` if there is no such value.
    fn write(&self, value: &Value) -> Option<Value> {
        match self {
            Text | Texts | Flag | Localized(_) => Some(value.clone()),
            // 0 means that the setting is not set.
            Number => value.as_u64().filter(|number| *number > 0).map(Value::from),
            Enum(values) => Some((values.to_protocol)(value.as_str()?)?.into()),
            Enums(values) => {
                let items = value.as_array()?.iter().filter_map(Value::as_str);
                Some(items.filter_map(values.to_protocol).collect())
            }
            Keys => serde_json::from_str(value.as_str()?).ok(),
        }
    }
}

/// Converts the protocols' value to the API's value. A response type may consist of several values in any order (OAuth 2.0
/// Multiple Response Type Encoding Practices §5); the known response types list them in alphabetical order.
fn from_protocol(value: &Value, values: &EnumValues) -> Option<Value> {
    let mut parts: Vec<_> = value.as_str()?.split(' ').collect();
    parts.sort_unstable();
    (values.from_protocol)(&parts.join(" ")).map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: Value) -> Object {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn all_metadata_survives_a_round_trip() {
        let mut metadata = Object::new();
        for (name, _, kind) in &METADATA {
            let value = match kind {
                Text | Localized(_) => json!("text"),
                Texts => json!(["one", "two"]),
                Flag => json!(true),
                Number => json!(5),
                Enum(values) => json!(any_value(values)),
                Enums(values) => json!([any_value(values)]),
                Keys => json!({ "keys": [] }),
            };
            metadata.insert((*name).to_owned(), value);
        }
        metadata.insert("client_name#ja".to_owned(), json!("アプリ"));
        let settings = read(&metadata).unwrap();
        assert_eq!(
            settings["clientNames"],
            json!([{"tag": "ja", "value": "アプリ"}])
        );
        assert_eq!(settings["jwks"], r#"{"keys":[]}"#);
        assert_eq!(write(&settings), metadata);
        assert!(metadata.keys().all(|name| is_standard(name)));
        let mut remaining = settings;
        remove_all(&mut remaining);
        assert_eq!(remaining, Object::new());
    }

    /// A protocol value of the enum.
    fn any_value(values: &EnumValues) -> &'static str {
        const CANDIDATES: [&str; 9] = [
            "code",
            "refresh_token",
            "web",
            "pairwise",
            "RS256",
            "RSA-OAEP",
            "A128GCM",
            "ping",
            "automatic",
        ];
        let more = ["client_secret_jwt", "form_post"];
        let mut candidates = CANDIDATES.into_iter().chain(more);
        candidates
            .find(|value| (values.from_protocol)(value).is_some())
            .unwrap()
    }

    #[test]
    fn response_type_values_are_accepted_in_any_order() {
        let settings = read(&object(json!({"response_types": ["token id_token code"]})));
        assert_eq!(
            settings.unwrap()["responseTypes"],
            json!(["CODE_ID_TOKEN_TOKEN"])
        );
    }

    #[test]
    fn error_names_the_invalid_metadata() {
        for metadata in [
            json!({"redirect_uris": "https://a.example/"}),
            json!({"contacts": [1]}),
            json!({"client_name": 1}),
            json!({"client_name#ja": 1}),
            json!({"jwks": "{}"}),
            json!({"default_max_age": -1}),
            json!({"require_auth_time": "true"}),
            json!({"application_type": "desktop"}),
            json!({"grant_types": "code"}),
            json!({"grant_types": ["code"]}),
        ] {
            let metadata = object(metadata);
            let (_, error) = read(&metadata).unwrap_err();
            let name = metadata.keys().next().unwrap();
            assert!(error.starts_with(&format!("{name}: must be ")), "{error}");
        }
    }
}
