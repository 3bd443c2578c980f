//! Reads JSON by type from its text, so that a number for a string member keeps all digits.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::read_error::{ReadError, ReadErrorKind};
use super::scalar;
use super::types::{TYPES, Type};
use crate::json::Object;

/// Reads a value of a type. Every type accepts `null`.
pub fn value(ty: &Type, raw: &str) -> Result<Value, ReadError> {
    if raw == "null" {
        return Ok(Value::Null);
    }
    match ty {
        Type::String => string(raw),
        Type::Integer => match read::<String>(raw) {
            Ok(text) => scalar::integer(&text),
            Err(_) if is_number(raw) => scalar::integer(raw),
            Err(_) => Err(ReadErrorKind::Integer.into()),
        },
        Type::Boolean => match read::<String>(raw) {
            Ok(text) => scalar::boolean(&text),
            Err(_) => read::<bool>(raw)
                .map(Value::from)
                .map_err(|_| ReadErrorKind::Boolean.into()),
        },
        Type::Any => any(raw),
        Type::Object(name) => object(name, raw).map(Value::Object),
        Type::List(item) => list(item, raw),
        Type::Map(ty) => {
            let members = members(raw)?.into_iter();
            let members = members.map(|(name, raw)| {
                let value = value(ty, raw.get()).map_err(|error| error.within(&name))?;
                Ok((name, value))
            });
            members.collect::<Result<Object, _>>().map(Value::Object)
        }
    }
}

/// Reads a value of an unknown type. Objects must not have duplicate members.
fn any(raw: &str) -> Result<Value, ReadError> {
    match raw.as_bytes().first() {
        Some(b'{') => value(&Type::Map(Box::new(Type::Any)), raw),
        Some(b'[') => {
            let items = items(raw)?.into_iter().enumerate();
            let items = items.map(|(index, raw)| {
                any(raw.get()).map_err(|error| error.within(&index.to_string()))
            });
            items.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        _ => read(raw),
    }
}

/// The items of a list.
pub fn items(raw: &str) -> Result<Vec<&RawValue>, ReadError> {
    match raw.starts_with('[') {
        true => read(raw),
        false => Err(ReadErrorKind::List.into()),
    }
}

/// Reads an object by the name of its type in the API description. Unknown members are kept unchanged.
fn object(name: &str, raw: &str) -> Result<Object, ReadError> {
    let mut object = Object::new();
    if let Ok(text) = read::<String>(raw) {
        let short = TYPES.object(name).and_then(|object| object.text.as_ref());
        let short = short.ok_or(ReadErrorKind::Object)?;
        return match text.starts_with('{') {
            true => self::object(name, &text),
            false => {
                object.insert(short.clone(), text.into());
                Ok(object)
            }
        };
    }
    for (member, raw) in members(raw)? {
        let ty = TYPES.member(name, &member).unwrap_or(&Type::Any);
        let value = value(ty, raw.get()).map_err(|error| error.within(&member))?;
        object.insert(member, value);
    }
    Ok(object)
}

fn list(item: &Type, raw: &str) -> Result<Value, ReadError> {
    let items = items(raw)?.into_iter().enumerate();
    let items = items.map(|(index, raw)| match value(item, raw.get()) {
        Ok(Value::Null) => Err(ReadError::from(ReadErrorKind::Item).within(&index.to_string())),
        value => value.map_err(|error| error.within(&index.to_string())),
    });
    items.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn string(raw: &str) -> Result<Value, ReadError> {
    match read::<String>(raw) {
        Ok(text) => Ok(text.into()),
        Err(_) if is_number(raw) || raw == "true" || raw == "false" => Ok(raw.into()),
        Err(_) => Err(ReadErrorKind::String.into()),
    }
}

fn members(raw: &str) -> Result<BTreeMap<String, &RawValue>, ReadError> {
    if !raw.starts_with('{') {
        return Err(ReadErrorKind::Object.into());
    }
    let RawMembers(list) = read(raw)?;
    let mut members = BTreeMap::new();
    for (name, raw) in list {
        if members.contains_key(&name) {
            return Err(ReadError::from(ReadErrorKind::Single).within(&name));
        }
        members.insert(name, raw);
    }
    Ok(members)
}

/// The members of an object in their order, including duplicates.
struct RawMembers<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for RawMembers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Reader).map(Self)
    }
}

fn is_number(raw: &str) -> bool {
    raw.starts_with(|first: char| first.is_ascii_digit() || first == '-')
}

fn read<'a, T: serde::Deserialize<'a>>(raw: &'a str) -> Result<T, ReadError> {
    serde_json::from_str(raw).map_err(|_| ReadErrorKind::Json.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(ty: &str, raw: &str) -> Result<Value, ReadError> {
        value(&Type::from(ty.to_owned()), raw)
    }

    #[test]
    fn scalar_of_another_type_is_converted() {
        for (ty, raw, expected) in [
            ("string", "1.10", json!("1.10")),
            (
                "string",
                "123456789012345678901234567890",
                json!("123456789012345678901234567890"),
            ),
            ("string", "true", json!("true")),
            ("string", "\"\"", json!("")),
            ("integer", "\"3600\"", json!(3600)),
            ("integer", "36e2", json!(3600)),
            ("boolean", "\"True\"", json!(true)),
            ("[string]", "[1, \"b\", false]", json!(["1", "b", "false"])),
            ("{string}", "{\"a\": 1}", json!({ "a": "1" })),
            ("integer", "null", Value::Null),
            (
                "Property",
                "{\"key\": 1, \"hidden\": \"true\"}",
                json!({ "key": "1", "hidden": true }),
            ),
            (
                "AuthorizationTicketInfo",
                "\"text\"",
                json!({ "context": "text" }),
            ),
            (
                "AuthorizationTicketInfo",
                "\"{\\\"context\\\": 5}\"",
                json!({ "context": "5" }),
            ),
        ] {
            assert_eq!(of(ty, raw), Ok(expected), "{ty} {raw}");
        }
    }

    #[test]
    fn inconvertible_value_is_rejected_with_its_path() {
        for (ty, raw, expected) in [
            ("string", "{}", "not a string"),
            ("integer", "true", "not an integer"),
            ("boolean", "1", "not a boolean"),
            ("[string]", "\"a\"", "not a list"),
            (
                "[string]",
                "[\"a\", null]",
                "1: list items must not be null",
            ),
            ("[Property]", "[{\"key\": []}]", "0: key: not a string"),
            ("Property", "\"key\"", "not an object"),
            (
                "Property",
                "{\"key\": 1, \"key\": 2}",
                "key: given more than once",
            ),
            (
                "AuthorizationTicketInfo",
                "\"{\\\"context\\\"\"",
                "not JSON",
            ),
            ("any", "[", "not JSON"),
            (
                "any",
                "[{\"a\": [null, {\"b\": 1, \"b\": 1}]}]",
                "0: a: 1: b: given more than once",
            ),
            (
                "Property",
                "{\"later\": {\"a\": 1, \"\\u0061\": 2}}",
                "later: a: given more than once",
            ),
        ] {
            let error = of(ty, raw).unwrap_err();
            assert_eq!(error.to_string(), expected, "{ty} {raw}");
        }
    }
}
