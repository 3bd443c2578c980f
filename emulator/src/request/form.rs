//! Requests as `application/x-www-form-urlencoded`.
//!
//! Items of lists of scalars are separated by spaces. Other lists and objects are JSON.

use percent_encoding::percent_decode;
use serde_json::Value;

use super::read_error::{ReadError, ReadErrorKind};
use super::types::{TYPES, Type};
use super::{json, scalar};
use crate::json::Object;

/// Reads an object by the name of its type in the API description.
pub fn object(name: &str, body: &[u8]) -> Result<Object, ReadError> {
    if !is_utf_8(body) {
        return Err(ReadErrorKind::Utf8.into());
    }
    let mut object = Object::new();
    for (member, text) in form_urlencoded::parse(body) {
        let ty = TYPES.member(name, &member).unwrap_or(&Type::String);
        let value = value(ty, &text).map_err(|error| error.within(&member))?;
        match (object.get_mut(member.as_ref()), value) {
            (None, value) => drop(object.insert(member.into_owned(), value)),
            (Some(Value::Array(items)), Value::Array(more)) => items.extend(more),
            (Some(_), _) => return Err(ReadError::from(ReadErrorKind::Single).within(&member)),
        }
    }
    Ok(object)
}

/// Reads a value of a type.
pub fn value(ty: &Type, text: &str) -> Result<Value, ReadError> {
    match ty {
        Type::String => Ok(text.into()),
        Type::Integer => scalar::integer(text),
        Type::Boolean => scalar::boolean(text),
        Type::List(item) if is_scalar(item) => {
            let items = text.split_whitespace().map(|text| value(item, text));
            items.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Type::Any => match json::value(ty, text.trim()) {
            Err(error) if error.kind == ReadErrorKind::Json => Ok(text.into()),
            value => value,
        },
        Type::Object(_) | Type::List(_) | Type::Map(_) => match text.trim() {
            "" => Ok(Value::Null),
            text => json::value(ty, text).or_else(|error| match ty {
                // Text that is not JSON may be the short form of the object.
                Type::Object(_) => json::value(ty, &Value::from(text).to_string()),
                _ => Err(error),
            }),
        },
    }
}

/// Whether a form or a query decodes to valid UTF-8.
pub fn is_utf_8(form: &[u8]) -> bool {
    percent_decode(form).decode_utf8().is_ok()
}

fn is_scalar(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Integer | Type::Boolean)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_converted_to_their_types() {
        let form = "scopes=openid+read&scopes=write&accessTokenDuration=60&accessTokenPersistent=True\
                    &properties=%5B%7B%22key%22%3A1%7D%5D&subject=&later=1";
        let expected = json!({
            "scopes": ["openid", "read", "write"],
            "accessTokenDuration": 60,
            "accessTokenPersistent": true,
            "properties": [{ "key": "1" }],
            "subject": "",
            "later": "1",
        });
        let read = object("TokenCreateRequest", form.as_bytes()).unwrap();
        assert_eq!(Value::Object(read), expected);
    }

    #[test]
    fn object_is_read_from_json_or_its_short_form() {
        for (text, expected) in [
            ("a text", json!({ "context": "a text" })),
            ("{\"context\":\"a text\"}", json!({ "context": "a text" })),
            ("", Value::Null),
        ] {
            let ty = Type::Object("AuthorizationTicketInfo".to_owned());
            assert_eq!(value(&ty, text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn form_with_invalid_utf_8_is_rejected() {
        for form in ["subject=%FF", "subject=a%C3", "%E9=a"] {
            let error = object("TokenCreateRequest", form.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "not UTF-8", "{form}");
        }
        let error = object("TokenCreateRequest", b"subject=\xFF").unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Utf8);
        let read = object("TokenCreateRequest", "subject=%C3%A9".as_bytes()).unwrap();
        assert_eq!(read["subject"], "é");
    }

    #[test]
    fn repeated_member_that_is_not_a_list_is_rejected() {
        let error = object("TokenCreateRequest", b"subject=a&subject=b").unwrap_err();
        assert_eq!(error.to_string(), "subject: given more than once");
    }
}
