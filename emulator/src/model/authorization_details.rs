//! Rich authorization requests (RFC 9396), and their API form: an object whose `elements` have the fields of RFC 9396 §2.2
//! as members and all other fields as JSON text in `otherFields`.

use std::collections::HashSet;

use serde_json::Value;

use crate::json::{Object, ObjectExt};
use crate::result_code::{
    AUTHORIZATION_DETAILS_ELEMENT_MALFORMED, AUTHORIZATION_DETAILS_MALFORMED,
    AUTHORIZATION_DETAILS_NO_ARRAY, AUTHORIZATION_DETAILS_TYPE_MISSING, ResultCode,
};

/// The array fields, and their names in the API.
const LISTS: [(&str, &str); 4] = [
    ("locations", "locations"),
    ("actions", "actions"),
    ("datatypes", "dataTypes"),
    ("privileges", "privileges"),
];
/// The string fields, which have the same names in the API.
const TEXTS: [&str; 2] = ["type", "identifier"];

/// The type of details that request a credential (OpenID for Verifiable Credential Issuance 1.0 §5.1.1).
pub const DETAILS_TYPE_CREDENTIAL: &str = "openid_credential";

/// The union of two lists of details, in API form, without duplicates.
pub fn merged(known: &Value, new: &Value) -> Value {
    let mut seen = HashSet::new();
    let elements = elements(known).chain(elements(new));
    let distinct = elements.filter(|element| seen.insert(detail(element)));
    let elements = distinct.cloned().map(Value::Object).collect();
    Value::Object(Object::from_iter([("elements".to_owned(), elements)]))
}

/// Parses details of the protocol into the API form.
pub fn read(text: &str) -> Result<Value, ResultCode> {
    let details = serde_json::from_str(text).map_err(|_| AUTHORIZATION_DETAILS_MALFORMED)?;
    let Value::Array(details) = details else {
        return Err(AUTHORIZATION_DETAILS_NO_ARRAY);
    };
    let elements: Result<Vec<_>, _> = details.into_iter().map(element).collect();
    Ok(object(elements?))
}

/// Converts details of the protocol to the API form. Malformed details are skipped.
pub fn from_array(details: impl Iterator<Item = Value>) -> Value {
    object(details.filter_map(|detail| element(detail).ok()).collect())
}

fn object(elements: Vec<Value>) -> Value {
    let elements = ("elements".to_owned(), Value::Array(elements));
    Value::Object(Object::from_iter([elements]))
}

/// Converts details from the API form to that of the protocol, for token responses and the like.
pub fn to_array(value: &Value) -> Value {
    details(value).map(Value::Object).collect()
}

/// The details in the form of the protocol.
pub fn details(value: &Value) -> impl Iterator<Item = Object> {
    elements(value).map(detail)
}

/// The types of details in API form.
pub fn types(details: &Value) -> impl Iterator<Item = &str> {
    elements(details).filter_map(|element| element.text("type"))
}

pub fn elements(details: &Value) -> impl Iterator<Item = &Object> {
    let elements = details.get("elements").and_then(Value::as_array);
    elements.into_iter().flatten().filter_map(Value::as_object)
}

fn element(detail: Value) -> Result<Value, ResultCode> {
    let Value::Object(mut others) = detail else {
        return Err(AUTHORIZATION_DETAILS_ELEMENT_MALFORMED);
    };
    let is_nothing = |kind: &Value| kind.is_null() || kind == "";
    if others.get("type").is_none_or(is_nothing) {
        return Err(AUTHORIZATION_DETAILS_TYPE_MISSING);
    }
    let mut element = Object::new();
    for name in TEXTS {
        if let Some(value) = others.remove(name) {
            if value.as_str().is_none_or(str::is_empty) {
                return Err(AUTHORIZATION_DETAILS_ELEMENT_MALFORMED);
            }
            element.insert(name.to_owned(), value);
        }
    }
    for (field, member) in LISTS {
        if let Some(value) = others.remove(field) {
            let items = value.as_array();
            if !items.is_some_and(|items| items.iter().all(Value::is_string)) {
                return Err(AUTHORIZATION_DETAILS_ELEMENT_MALFORMED);
            }
            element.insert(member.to_owned(), value);
        }
    }
    if !others.is_empty() {
        let others = Value::Object(others).to_string();
        element.insert("otherFields".to_owned(), others.into());
    }
    Ok(Value::Object(element))
}

pub fn detail(element: &Object) -> Object {
    let others = element
        .text("otherFields")
        .and_then(|text| serde_json::from_str(text).ok());
    let mut detail: Object = others.unwrap_or_default();
    let lists = LISTS.into_iter();
    let names = TEXTS.into_iter().map(|name| (name, name)).chain(lists);
    let fields = names.filter_map(|(field, member)| {
        let value = element.get(member).filter(|value| !value.is_null())?;
        Some((field.to_owned(), value.clone()))
    });
    detail.extend(fields);
    detail
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_survive_a_round_trip_through_the_api_form() {
        let protocol = json!([
            { "type": "payment", "actions": ["pay"], "datatypes": ["amount"], "amount": { "EUR": 7 } },
            { "type": "account", "identifier": "a-1", "locations": ["https://a.example"], "privileges": [] },
        ]);
        let details = read(&protocol.to_string()).unwrap();
        let expected = json!({ "elements": [
            { "type": "payment", "actions": ["pay"], "dataTypes": ["amount"], "otherFields": "{\"amount\":{\"EUR\":7}}" },
            { "type": "account", "identifier": "a-1", "locations": ["https://a.example"], "privileges": [] },
        ] });
        assert_eq!(details, expected);
        assert_eq!(to_array(&details), protocol);
    }

    #[test]
    fn malformed_details_are_refused() {
        for wrong in [
            "",
            "{}",
            "[1]",
            "[{}]",
            r#"[{"type":""}]"#,
            r#"[{"type":1}]"#,
            r#"[{"type":"a","actions":"pay"}]"#,
            r#"[{"type":"a","actions":[1]}]"#,
            r#"[{"type":"a","identifier":[]}]"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
