//! Responses with unknown or unusual content decode, and lose nothing.

use authlete_codegen::document::object;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::description::{instance, objects_in_responses, schemas};
use crate::nulls::without_nulls;
use crate::probe::decode;

/// Asserts that JSON survives decoding and encoding, except that a `null` member may be dropped.
fn assert_kept(schema: &str, value: &Value, what: &str) {
    let decoded = decode(schema, &value.to_string())
        .unwrap_or_else(|error| panic!("{schema}, {what}: {error}"));
    assert_eq!(
        without_nulls(&decoded.json),
        without_nulls(value),
        "{schema}, {what}"
    );
}

#[test]
fn full_and_empty_objects_round_trip() {
    for schema in objects_in_responses() {
        assert_kept(&schema, &instance(&schema), "full");
        assert_kept(&schema, &json!({}), "empty");
    }
}

#[test]
fn member_may_be_missing_or_null() {
    for schema in objects_in_responses() {
        let full = instance(&schema);
        for member in object(&full).keys() {
            let mut dropped = full.clone();
            dropped.as_object_mut().unwrap().remove(member);
            assert_kept(&schema, &dropped, &format!("without {member}"));
            let mut nulled = full.clone();
            nulled[member] = Value::Null;
            assert_kept(&schema, &nulled, &format!("{member} null"));
        }
    }
}

#[test]
fn items_may_be_null() {
    for schema in objects_in_responses() {
        let full = instance(&schema);
        for (member, value) in object(&full) {
            if let Value::Array(items) = value {
                let mut changed = full.clone();
                changed[member] = json!([Value::Null, items[0], Value::Null]);
                assert_kept(&schema, &changed, &format!("null in {member}"));
            }
        }
    }
}

#[test]
fn lists_may_be_empty() {
    for schema in objects_in_responses() {
        let full = instance(&schema);
        for (member, _) in object(&full).iter().filter(|(_, value)| value.is_array()) {
            let mut changed = full.clone();
            changed[member] = json!([]);
            assert_kept(&schema, &changed, &format!("{member} empty"));
        }
    }
}

#[test]
fn unknown_member_is_kept() {
    for schema in objects_in_responses() {
        let mut value = instance(&schema);
        value["aMemberOfTomorrow"] = json!({ "nested": [1, null, "text", { "deep": true }] });
        // Within an unknown member, `null` is kept.
        let decoded = decode(&schema, &value.to_string()).unwrap();
        assert_eq!(
            decoded.json["aMemberOfTomorrow"], value["aMemberOfTomorrow"],
            "{schema}"
        );
        assert_kept(&schema, &value, "unknown member");
    }
}

#[test]
fn unknown_enum_value_is_kept() {
    let mut enums = 0;
    for schema in objects_in_responses() {
        for (member, member_schema) in object(&schemas()[&schema]["properties"]) {
            let mut changed = instance(&schema);
            if replace_enum_values(&mut changed[member], member_schema) {
                enums += 1;
                assert_kept(&schema, &changed, &format!("new word in {member}"));
            }
        }
    }
    assert!(enums > 80, "only {enums} members with enums were found");
}

/// Replaces each enum value by an unknown one, and returns whether there was any.
fn replace_enum_values(value: &mut Value, schema: &Value) -> bool {
    let referenced =
        authlete_codegen::document::sole_reference(schema).map(|name| &schemas()[name]);
    match value {
        Value::String(word) if referenced.is_some_and(|schema| schema.get("enum").is_some()) => {
            *word = format!("{word}_OF_TOMORROW");
            true
        }
        Value::Array(items) => {
            let mut found = false;
            for item in items {
                found |= replace_enum_values(item, &schema["items"]);
            }
            found
        }
        _ => false,
    }
}

/// Each integer member of each object: the object, the member and its format.
fn integers() -> Vec<(String, String, &'static Value)> {
    let mut found = Vec::new();
    for schema in objects_in_responses() {
        for (member, member_schema) in object(&schemas()[&schema]["properties"]) {
            if member_schema["type"] == "integer" {
                found.push((schema.clone(), member.clone(), &member_schema["format"]));
            }
        }
    }
    assert!(
        found.len() > 100,
        "only {} integers were found",
        found.len()
    );
    found
}

#[test]
fn integer_in_another_notation_is_decoded() {
    for (schema, member, _) in integers() {
        for (text, number) in [
            (r#""26478243""#, 26_478_243),
            (r#""-1""#, -1),
            (r#""0""#, 0),
            ("5.0", 5),
            ("1e3", 1000),
            ("-0", 0),
            ("-0.0", 0),
        ] {
            let decoded = decode(&schema, &format!(r#"{{"{member}":{text}}}"#));
            let decoded = decoded.unwrap_or_else(|error| panic!("{schema}.{member}: {error}"));
            assert_eq!(decoded.json[&member], number, "{schema}.{member}: {text}");
        }
    }
}

#[test]
fn integer_is_decoded_up_to_its_bounds_and_rejected_outside() {
    for (schema, member, format) in integers() {
        let decode = |text: &str| decode(&schema, &format!(r#"{{"{member}":{text}}}"#));
        let (least, greatest) = match format == "int32" {
            true => (i32::MIN.into(), i32::MAX.into()),
            false => (i64::MIN, i64::MAX),
        };
        for bound in [least, greatest] {
            for text in [bound.to_string(), format!("\"{bound}\"")] {
                assert_eq!(decode(&text).unwrap().json[&member], bound);
            }
        }
        let too_large = (i128::from(greatest) + 1).to_string();
        let quoted = format!("\"{too_large}\"");
        for text in [
            &too_large, &quoted, "1.5", "1e30", r#""""#, r#""1.0""#, r#"" 1""#, r#""one""#, "true",
            "[]", "{}",
        ] {
            assert!(decode(text).is_err(), "{schema}.{member}: {text}");
        }
    }
}

/// Authlete 2.3 sends names of scopes where later versions send objects.
#[test]
fn scope_given_as_string_decodes_as_its_name() {
    let answer = r#"{"scopeDetails":["read",{"name":"write"},null]}"#;
    let decoded = decode("IntrospectionResponse", answer).unwrap();
    let expected = json!([{ "name": "read" }, { "name": "write" }]);
    assert_eq!(decoded.json["scopeDetails"], expected);
    let decoded = decode("TokenInfo", r#"{"scopes":["read"]}"#).unwrap();
    assert_eq!(decoded.json["scopes"], json!([{ "name": "read" }]));
    // No other object has a plain form.
    assert!(decode("TokenInfo", r#"{"properties":["read"]}"#).is_err());
}

/// The value of a number in an unknown member after decoding and encoding.
fn kept_number(text: &str) -> Value {
    let decoded = decode("Service", &format!(r#"{{"numberOfTomorrow":{text}}}"#));
    decoded
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .json["numberOfTomorrow"]
        .clone()
}

#[test]
fn integer_of_64_bits_in_an_unknown_member_is_kept_exactly() {
    for text in [
        "0",
        "-1",
        "9007199254740993",
        "18446744073709551615",
        "-9223372036854775808",
    ] {
        assert_eq!(kept_number(text).to_string(), text);
    }
}

#[test]
fn longer_integer_in_an_unknown_member_is_kept_as_the_nearest_float() {
    for text in [
        "18446744073709551616",
        "-9223372036854775809",
        "123456789012345678901234567890",
    ] {
        assert_eq!(kept_number(text).as_f64(), text.parse().ok(), "{text}");
    }
}

proptest! {
    #[test]
    fn float_in_an_unknown_member_is_kept(number in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
        for text in [format!("{number:?}"), format!("{number:e}")] {
            prop_assert_eq!(kept_number(&text).as_f64(), Some(number), "{}", text);
        }
    }
}

/// A body whose members are present, null or absent in any combination, with additional unknown members.
fn answers() -> impl Strategy<Value = (String, Value)> {
    prop::sample::select(objects_in_responses()).prop_flat_map(|schema| {
        let members: Vec<(String, Value)> = object(&instance(&schema))
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let choices = prop::collection::vec(0..4_u8, members.len());
        let unknown = prop::collection::btree_map("x-[a-z]{1,8}", any_json(), 0..4);
        (Just(schema), Just(members), choices, unknown).prop_map(
            |(schema, members, choices, unknown)| {
                let known =
                    members
                        .into_iter()
                        .zip(choices)
                        .filter_map(|((name, value), choice)| match choice {
                            0 => None,
                            1 => Some((name, Value::Null)),
                            _ => Some((name, value)),
                        });
                (schema, known.chain(unknown).collect::<Map<_, _>>().into())
            },
        )
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(Value::from)
    })
}

proptest! {
    #[test]
    fn any_combination_of_members_decodes_and_is_kept((schema, value) in answers()) {
        assert_kept(&schema, &value, "mixture");
    }
}
