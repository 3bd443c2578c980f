//! The forms that JSON can take: what is read of each, and what of it is written back.
//!
//! They hold with any features of serde_json, which another crate of a program may enable.

use authlete::{Authlete, Config, Error};
use authlete_codegen::document::{object as members, sole_reference};
use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

use crate::description::{instance, objects_in_responses, schemas};
use crate::nulls::without_nulls;
use crate::probe::decode;
use crate::server::{Reply, Server};

/// Whether serde_json keeps the digits of every number, however long.
fn keeps_all_digits() -> bool {
    serde_json::from_str::<Value>("1e400").is_ok()
}

/// The pointers to all values in a value, itself left out.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
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
        places(value, &place, found);
        found.push(place);
    }
}

#[test]
fn a_null_in_any_place_is_read() {
    for schema in objects_in_responses() {
        // One member at a time: a whole service in each case would take minutes.
        for (name, value) in members(&instance(&schema)) {
            let one = json!({ name: value });
            let mut found = Vec::new();
            places(&one, "", &mut found);
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

/// Any JSON, with numbers of every kind that 64 bits hold.
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

/// Puts a member into a value and into each object in it that the description knows.
fn put_everywhere(value: &mut Value, schema: &Value, name: &str, member: &Value) {
    if let Some(name_of_schema) = sole_reference(schema) {
        return put_everywhere(value, &schemas()[name_of_schema], name, member);
    }
    match value {
        Value::Array(items) => {
            for item in items {
                put_everywhere(item, &schema["items"], name, member);
            }
        }
        Value::Object(members) if schema.get("properties").is_some() => {
            for (name_of_member, value) in members.iter_mut() {
                let schema = &schema["properties"][name_of_member];
                put_everywhere(value, schema, name, member);
            }
            members.insert(name.to_owned(), member.clone());
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_unknown_member_of_any_json_is_kept_on_every_level(
        schema in prop::sample::select(objects_in_responses()),
        name in "[^a-z].{0,8}",
        member in any_json(),
    ) {
        let mut value = instance(&schema);
        put_everywhere(&mut value, &schemas()[&schema], &name, &member);
        // The text has the form in which numbers are compared.
        let value: Value = serde_json::from_str(&value.to_string()).unwrap();
        let decoded = decode(&schema, &value.to_string()).unwrap();
        prop_assert_eq!(decoded.json, value);
    }

    #[test]
    fn a_number_in_an_unknown_member_is_kept_as_far_as_64_bits_go(
        text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?",
    ) {
        let read = decode("Client", &format!(r#"{{"numberOfTomorrow":{text}}}"#));
        let nearest: f64 = text.parse().unwrap();
        if !keeps_all_digits() && nearest.is_infinite() {
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
    fn a_number_for_an_integer_is_read_if_it_is_one(
        text in "-?(0|[1-9][0-9]{0,20})(\\.(0{1,3}|[0-9]{1,3}))?([eE][+-]?[0-9]{1,2})?",
    ) {
        // Beyond this a float no longer tells which integer was meant.
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

/// With the feature `arbitrary_precision` of serde_json it is read, and kept.
#[test]
fn a_number_beyond_a_double_in_an_unknown_member_is_an_error() {
    for text in ["1e400", "-1e400", "1e309"] {
        for place in [
            format!(r#"{{"tomorrow":{text}}}"#),
            format!(r#"{{"extension":{{"tomorrow":[{text}]}}}}"#),
        ] {
            assert_eq!(decode("Client", &place).is_ok(), keeps_all_digits());
        }
    }
    let nothing = decode("Client", r#"{"tomorrow":1e-400}"#).unwrap();
    let kept = nothing.json["tomorrow"].as_f64();
    assert_eq!(kept, Some(0.0));
}

#[test]
fn an_integer_as_text_is_read_if_it_is_one_of_digits() {
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
fn of_members_with_the_same_name_the_last_counts() {
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

/// The members in the opposite order, on every level. `Value` may sort them.
fn backwards(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            let members: Vec<String> = members
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), backwards(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(backwards).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

#[test]
fn members_may_come_in_any_order_and_items_keep_theirs() {
    for schema in objects_in_responses() {
        let full = instance(&schema);
        let decoded = decode(&schema, &backwards(&full)).unwrap();
        assert_eq!(
            without_nulls(&decoded.json),
            without_nulls(&full),
            "{schema}"
        );
    }
}

#[test]
fn a_long_text_is_kept() {
    let long = "é\u{1F511}\n\"".repeat(200_000);
    let text = json!({ "clientName": &long, "tomorrow": &long, "attributes": [{ "key": &long }] });
    let decoded = decode("Client", &text.to_string()).unwrap();
    assert_eq!(decoded.json, text);
}

/// What no text of JSON can say, in a member that is known, in one that is not, and in a name.
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

/// Get, change, update: what arrives is what was there, but for the change.
#[tokio::test]
async fn a_whole_service_and_a_whole_client_survive_an_update() {
    let tomorrow = json!({
        "null": null, "list": [null, 1, -1.5, 1e300, 18_446_744_073_709_551_615_u64], "": { "\u{0}": "é" },
    });
    for schema in ["Service", "Client"] {
        let mut object = instance(schema);
        put_everywhere(
            &mut object,
            &schemas()[schema],
            "memberOfTomorrow",
            &tomorrow,
        );
        // An answer has headers beside its body, and nobody sends them back.
        let (server, stored) = Server::of(&object).await;
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
