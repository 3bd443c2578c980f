//! Forms: the members of a request as `application/x-www-form-urlencoded`.
//!
//! Lists of strings and numbers are separated by spaces; other lists, and objects, are JSON.

use percent_encoding::percent_decode;
use serde_json::Value;

use super::fault::{Fault, Kind};
use super::types::{TYPES, Type};
use super::{json, scalar};
use crate::json::Object;

/// An object by its type in the description.
pub fn object(name: &str, body: &[u8]) -> Result<Object, Fault> {
    if !is_utf_8(body) {
        return Err(Kind::Utf8.into());
    }
    let mut object = Object::new();
    for (member, text) in form_urlencoded::parse(body) {
        let ty = TYPES.member(name, &member).unwrap_or(&Type::String);
        let value = value(ty, &text).map_err(|fault| fault.within(&member))?;
        match (object.get_mut(member.as_ref()), value) {
            (None, value) => drop(object.insert(member.into_owned(), value)),
            (Some(Value::Array(items)), Value::Array(more)) => items.extend(more),
            (Some(_), _) => return Err(Fault::from(Kind::Single).within(&member)),
        }
    }
    Ok(object)
}

/// A value of a type.
pub fn value(ty: &Type, text: &str) -> Result<Value, Fault> {
    match ty {
        Type::String => Ok(text.into()),
        Type::Integer => scalar::integer(text),
        Type::Boolean => scalar::boolean(text),
        Type::List(item) if is_scalar(item) => {
            let items = text.split_whitespace().map(|text| value(item, text));
            items.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Type::Any => match json::value(ty, text.trim()) {
            Err(fault) if fault.kind == Kind::Json => Ok(text.into()),
            value => value,
        },
        Type::Object(_) | Type::List(_) | Type::Map(_) => match text.trim() {
            "" => Ok(Value::Null),
            text => json::value(ty, text).or_else(|fault| match ty {
                // What is not JSON may be the text that stands for the object.
                Type::Object(_) => json::value(ty, &Value::from(text).to_string()),
                _ => Err(fault),
            }),
        },
    }
}

/// Whether no part of a form or a query would be lost when it is read as text.
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
    fn members_are_read_by_their_types() {
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
    fn an_object_may_be_json_or_the_text_that_stands_for_it() {
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
    fn a_form_that_is_not_utf_8_is_refused() {
        for form in ["subject=%FF", "subject=a%C3", "%E9=a"] {
            let fault = object("TokenCreateRequest", form.as_bytes()).unwrap_err();
            assert_eq!(fault.to_string(), "not UTF-8", "{form}");
        }
        let fault = object("TokenCreateRequest", b"subject=\xFF").unwrap_err();
        assert_eq!(fault.kind, Kind::Utf8);
        let read = object("TokenCreateRequest", "subject=%C3%A9".as_bytes()).unwrap();
        assert_eq!(read["subject"], "é");
    }

    #[test]
    fn a_member_that_is_no_list_is_there_once() {
        let fault = object("TokenCreateRequest", b"subject=a&subject=b").unwrap_err();
        assert_eq!(fault.to_string(), "subject: given more than once");
    }
}
