//! Unusual but valid JSON: how it is decoded, and what is written back.
//!
//! The tests hold with any features of serde_json, which another crate of a program may enable.

use authlete::{Authlete, Config, Error};
use authlete_codegen::document::{object as members, sole_reference};
use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

use crate::description::{instance, objects_in_responses, schemas};
use crate::nulls::without_nulls;
use crate::probe::decode;
use crate::server::{Reply, Server};

/// Whether serde_json has the feature `arbitrary_precision`.
fn has_arbitrary_precision() -> bool {
    serde_json::from_str::<Value>("1e400").is_ok()
}

/// Collects JSON pointers to all values in `value`, except to itself.
fn collect_pointers(value: &Value, place: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (step, value) in inner {
        let place = format!("{place}/{step}");
        collect_pointers(value, &place, found);
        found.push(place);
    }
}

#[test]
fn null_is_decoded_anywhere() {
    for schema in objects_in_responses() {
        // One member at a time, because a whole service in each case would take minutes.
        for (name, value) in members(&instance(&schema)) {
            let one = json!({ name: value });
            let mut found = Vec::new();
            collect_pointers(&one, "", &mut found);
            for place in found {
                let mut changed = one.clone();
                *changed.pointer_mut(&place).unwrap() = Value::Null;
                let decoded = decode(&schema, &changed.to_string())
                    .unwrap_or_else(|error| panic!("{schema}{place}: {error}"));
                let kept = without_nulls(&decoded.json);
                assert_eq!(kept, without_nulls(&changed), "{schema}{place}");
            }
        }
    }
}

/// Any JSON, with integers and floats of 64 bits.
fn any_json() -> impl Strategy<Value = Value> {
    let float = prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        float.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let members = prop::collection::btree_map(any::<String>(), inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            members.prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// Adds a member to a value and to each nested object that has a schema.
fn add_to_all_objects(value: &mut Value, schema: &Value, name: &str, member: &Value) {
    if let Some(name_of_schema) = sole_reference(schema) {
        return add_to_all_objects(value, &schemas()[name_of_schema], name, member);
    }
    match value {
        Value::Array(items) => {
            for item in items {
                add_to_all_objects(item, &schema["items"], name, member);
            }
        }
        Value::Object(members) if schema.get("properties").is_some() => {
            for (name_of_member, value) in members.iter_mut() {
                let schema = &schema["properties"][name_of_member];
                add_to_all_objects(value, schema, name, member);
            }
            members.insert(name.to_owned(), member.clone());
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn unknown_member_of_any_json_is_kept_on_every_level(
        schema in prop::sample::select(objects_in_responses()),
        name in "[^a-z].{0,8}",
        member in any_json(),
    ) {
        let mut value = instance(&schema);
        add_to_all_objects(&mut value, &schemas()[&schema], &name, &member);
        // Numbers are compared as parsed from text.
        let value: Value = serde_json::from_str(&value.to_string()).unwrap();
        let decoded = decode(&schema, &value.to_string()).unwrap();
        prop_assert_eq!(decoded.json, value);
    }

    #[test]
    fn number_in_an_unknown_member_is_kept_within_64_bits(
        text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?",
    ) {
        let read = decode("Client", &format!(r#"{{"numberOfTomorrow":{text}}}"#));
        let nearest: f64 = text.parse().unwrap();
        if !has_arbitrary_precision() && nearest.is_infinite() {
            prop_assert!(read.is_err());
            return Ok(());
        }
        let kept = read.unwrap().json["numberOfTomorrow"].clone();
        if text.parse::<i64>().is_ok_and(|_| text != "-0") || text.parse::<u64>().is_ok() {
            prop_assert_eq!(kept.to_string(), text);
        } else if nearest.is_finite() {
            prop_assert_eq!(kept.as_f64(), Some(nearest));
        } else {
            let expected: Number = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(kept, Value::Number(expected));
        }
    }

    #[test]
    fn integer_member_decodes_any_notation_of_an_integer(
        text in "-?(0|[1-9][0-9]{0,20})(\\.(0{1,3}|[0-9]{1,3}))?([eE][+-]?[0-9]{1,2})?",
    ) {
        // Larger floats do not represent every integer exactly.
        const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
        let float: f64 = text.parse().unwrap();
        let expected = if text.contains(['.', 'e', 'E']) {
            let is_exact = float.fract() == 0.0 && float.abs() <= LARGEST_EXACT;
            is_exact.then_some(float as i64)
        } else {
            text.parse::<i64>().ok()
        };
        let read = decode("Client", &format!(r#"{{"clientId":{text}}}"#));
        let read = read.ok().map(|decoded| decoded.json["clientId"].clone());
        prop_assert_eq!(read, expected.map(Value::from), "{}", text);
    }
}

/// With the feature `arbitrary_precision` of serde_json, the number is decoded and kept.
#[test]
fn number_too_large_for_f64_in_an_unknown_member_is_an_error() {
    for text in ["1e400", "-1e400", "1e309"] {
        for place in [
            format!(r#"{{"tomorrow":{text}}}"#),
            format!(r#"{{"extension":{{"tomorrow":[{text}]}}}}"#),
        ] {
            assert_eq!(decode("Client", &place).is_ok(), has_arbitrary_precision());
        }
    }
    let nothing = decode("Client", r#"{"tomorrow":1e-400}"#).unwrap();
    let kept = nothing.json["tomorrow"].as_f64();
    assert_eq!(kept, Some(0.0));
}

#[test]
fn integer_in_a_string_is_decoded_if_it_has_only_ascii_digits() {
    let read = |text: &str| {
        let answer = json!({ "clientId": text }).to_string();
        let read = decode("Client", &answer).ok();
        read.map(|decoded| decoded.json["clientId"].clone())
    };
    for (text, number) in [("007", 7), ("-0", 0), ("9223372036854775807", i64::MAX)] {
        assert_eq!(read(text), Some(number.into()), "{text}");
    }
    for text in [
        "",
        " ",
        " 7",
        "7 ",
        "1.0",
        "1e3",
        "0x7",
        "1_000",
        "９",
        "9223372036854775808",
    ] {
        assert_eq!(read(text), None, "{text:?}");
    }
}

#[test]
fn last_of_duplicate_members_wins() {
    let text = r#"{"action":"OK","action":"BAD_REQUEST","subject":null,"subject":"b","clientId":"1","clientId":2.0,
        "scopes":["a"],"scopes":["b",null],"tomorrow":{"a":1,"a":2},"tomorrow":{"b":1,"b":2},"usable":true,"usable":null}"#;
    let decoded = decode("IntrospectionResponse", text).unwrap();
    let expected = json!({
        "action": "BAD_REQUEST",
        "subject": "b",
        "clientId": 2,
        "scopes": ["b"],
        "tomorrow": { "b": 2 },
    });
    assert_eq!(decoded.json, expected);
}

/// JSON text with the members of all objects in reverse order. `Value` may sort them.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            let members: Vec<String> = members
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), reversed(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(reversed).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

#[test]
fn member_order_does_not_matter_and_item_order_is_kept() {
    for schema in objects_in_responses() {
        let full = instance(&schema);
        let decoded = decode(&schema, &reversed(&full)).unwrap();
        assert_eq!(
            without_nulls(&decoded.json),
            without_nulls(&full),
            "{schema}"
        );
    }
}

#[test]
fn long_text_is_kept() {
    let long = "é\u{1F511}\n\"".repeat(200_000);
    let text = json!({ "clientName": &long, "tomorrow": &long, "attributes": [{ "key": &long }] });
    let decoded = decode("Client", &text.to_string()).unwrap();
    assert_eq!(decoded.json, text);
}

/// Invalid text in a known member, in an unknown member and in a member name.
#[tokio::test]
async fn text_that_is_not_unicode_is_an_error_that_names_the_place() {
    for (what, bytes) in [
        ("a lone surrogate", &br"\ud800"[..]),
        ("a second half", br"\udc00"),
        ("two first halves", br"\ud800\ud800"),
        ("no UTF-8", b"\xff"),
        ("a half of a character", b"\xc3"),
        ("an encoded surrogate", b"\xed\xa0\x80"),
    ] {
        for (before, after, place) in [
            (r#"{"clientName":""#, r#""}"#, "$.clientName"),
            (r#"{"tomorrow":{"x":[""#, r#""]}}"#, "$.*"),
            (r#"{"tomorrow":{""#, r#"":1}}"#, "$.*"),
            (r#"{""#, r#"":1}"#, "$"),
        ] {
            let body = [before.as_bytes(), bytes, after.as_bytes()].concat();
            let server = Server::always(Reply::text(200, "application/json", body)).await;
            let api = Authlete::new(Config::v3(&server.url, 1, "token")).unwrap();
            let error = api.get_client(1).await.unwrap_err();
            let Error::Decode { path, .. } = &error else {
                panic!("{what}: {error:?}")
            };
            assert!(path.starts_with(place), "{what}: {path}");
        }
    }
}

/// After get, change and update, the server has the same object except for the change.
#[tokio::test]
async fn whole_service_and_a_whole_client_survive_an_update() {
    let tomorrow = json!({
        "null": null, "list": [null, 1, -1.5, 1e300, 18_446_744_073_709_551_615_u64], "": { "\u{0}": "é" },
    });
    for schema in ["Service", "Client"] {
        let mut object = instance(schema);
        add_to_all_objects(
            &mut object,
            &schemas()[schema],
            "memberOfTomorrow",
            &tomorrow,
        );
        // `responseHeaders` of a response is not part of an update.
        let (server, stored) = Server::storing(&object).await;
        let config = Config::v3(&server.url, 1, "token").service_owner_access_token("token");
        let api = Authlete::new(config).unwrap();
        let changed = match schema {
            "Service" => {
                let mut service = api.get_service(1).await.unwrap();
                service.service_name = Some("after".to_owned());
                api.update_service(1, &service).await.unwrap();
                "serviceName"
            }
            _ => {
                let mut client = api.get_client(1).await.unwrap();
                client.client_name = Some("after".to_owned());
                api.update_client(1, &client).await.unwrap();
                "clientName"
            }
        };
        object[changed] = "after".into();
        let arrived = stored.lock().unwrap().clone();
        for (name, value) in members(&object) {
            assert_eq!(&arrived[name], value, "{schema}.{name}");
        }
        assert_eq!(arrived, object, "{schema}");
    }
}
