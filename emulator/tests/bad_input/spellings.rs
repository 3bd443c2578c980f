//! Alternative encodings of a request, as clients in other languages send it: scalars of another JSON type, a form instead
//! of JSON, a slash at the end of the path.

use authlete::ApiVersion;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Map, Value};

use crate::common::GENERATIONS;
use crate::description::{Described, OPERATIONS, members, resolved};
use crate::flows;
use crate::target::{Answer, Target, cases};
use crate::values::body_of;

/// A subject that can be written as a number.
const SUBJECT: &str = "12345";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// `1` for `"1"`, `"1"` for `1`, `"True"` for `true`.
    OtherScalars,
    /// A form, if the operation accepts one and the body can be encoded as one.
    Form,
}

const SPELLINGS: [Spelling; 2] = [Spelling::OtherScalars, Spelling::Form];

#[rstest]
fn flow_gets_the_same_responses_in_every_spelling(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for spelling in SPELLINGS {
        let (plain, spelled) = (Target::start(), Target::start());
        for (id, body) in flows::requests(SUBJECT) {
            let answers = call_both(&plain, &spelled, spelling, version, id, body.as_ref());
            assert_same(id, spelling, body.as_ref(), answers);
        }
    }
}

#[test]
fn operation_returns_the_same_response_in_every_spelling() {
    let (plain, spelled) = (Target::start(), Target::start());
    for described in OPERATIONS.iter() {
        let Some(schema) = described.request() else {
            continue;
        };
        for target in [&plain, &spelled] {
            target.renew();
            flows::run(target, ApiVersion::V3);
        }
        let body = body_of(schema);
        let spelling = prop::sample::select(SPELLINGS.to_vec());
        proptest!(cases(16), |(body in body, spelling in spelling, version in 0..2_usize)| {
            let (id, version) = (described.operation.id, GENERATIONS[version]);
            let answers = call_both(&plain, &spelled, spelling, version, id, Some(&body));
            assert_same(id, spelling, Some(&body), answers);
        });
    }
}

fn call_both(
    plain: &Target,
    spelled: &Target,
    spelling: Spelling,
    version: ApiVersion,
    id: &str,
    body: Option<&Value>,
) -> (Answer, Answer) {
    let described = Described::of(id);
    let argument = plain.argument(&described);
    let expected = plain.call(version, id, &argument, &[], body);
    let expected = plain.runtime.block_on(expected);
    let argument = spelled.argument(&described);
    let body = body.map(|body| write(&described, spelling, body));
    let body = body.map(|(media_type, text)| (media_type, spelled.fill(&text).into_bytes()));
    let answer = spelled.send_spelled(version, id, &argument, body);
    (expected, spelled.runtime.block_on(answer))
}

fn assert_same(id: &str, spelling: Spelling, body: Option<&Value>, answers: (Answer, Answer)) {
    let (expected, answer) = answers;
    let sent = body.map(Value::to_string).unwrap_or_default();
    assert_eq!(answer.status, expected.status, "{id} {spelling:?} {sent}");
    // Each emulator has other handles, and some responses repeat the subject of the request.
    let has_handle = sent.contains("HANDLE.");
    for member in ["resultCode", "action", "subject"] {
        if has_handle && member == "subject" {
            continue;
        }
        let (found, expected) = (&answer.body[member], &expected.body[member]);
        assert_eq!(found, expected, "{id} {spelling:?} {member} {sent}");
    }
    let (found, expected) = (shape(&answer.body), shape(&expected.body));
    assert_eq!(found, expected, "{id} {spelling:?} {sent}");
}

/// A value without its scalars, most of which are random.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter();
            let shapes = members.map(|(name, value)| (name.clone(), shape(value)));
            Value::Object(shapes.collect())
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        _ => Value::Null,
    }
}

/// The media type and the body in another spelling.
fn write(described: &Described, spelling: Spelling, body: &Value) -> (&'static str, String) {
    let schema = described.request().unwrap();
    if spelling == Spelling::Form
        && described.takes_form()
        && let Value::Object(object) = body
        && let Some(form) = form(schema, object)
    {
        return ("application/x-www-form-urlencoded", form);
    }
    (
        "application/json; charset=utf-8",
        respelled(schema, body).to_string(),
    )
}

/// A value whose scalars of the described type are replaced by scalars of another type.
fn respelled(schema: &'static Value, value: &Value) -> Value {
    let schema = resolved(schema);
    match (schema["type"].as_str(), value) {
        (Some("string"), Value::String(text)) => {
            let scalar: Option<Value> = serde_json::from_str(text).ok();
            let scalar = scalar.filter(|scalar| scalar.is_number() || scalar.is_boolean());
            // Only if it serializes to the same text, unlike `1.0` or `01`.
            let same =
                scalar.filter(|scalar| serde_json::to_string(scalar).is_ok_and(|it| it == *text));
            same.unwrap_or_else(|| value.clone())
        }
        (Some("integer"), Value::Number(number)) => number.to_string().into(),
        (Some("boolean"), Value::Bool(true)) => "True".into(),
        (Some("boolean"), Value::Bool(false)) => "FALSE".into(),
        (Some("array"), Value::Array(items)) => {
            let items = items.iter().map(|item| respelled(&schema["items"], item));
            items.collect()
        }
        (Some("object"), Value::Object(object)) => {
            let member = |(name, value): (&String, &Value)| {
                let known = members(schema).get(name);
                let known = known.or_else(|| schema.get("additionalProperties"));
                let value = known.map_or_else(|| value.clone(), |known| respelled(known, value));
                (name.clone(), value)
            };
            Value::Object(object.iter().map(member).collect())
        }
        _ => value.clone(),
    }
}

/// An object as a form, or `None` if a form cannot represent it.
fn form(schema: &'static Value, object: &Map<String, Value>) -> Option<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in object {
        let schema = resolved(members(schema).get(name)?);
        let text = match (schema["type"].as_str()?, value) {
            (_, Value::Null) => continue,
            ("string", Value::String(text)) => text.clone(),
            ("integer", Value::Number(number)) => number.to_string(),
            ("boolean", Value::Bool(flag)) => flag.to_string(),
            ("array", Value::Array(items)) if resolved(&schema["items"])["type"] == "string" => {
                let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                let words = words?;
                let is_word = |word: &&str| !word.is_empty() && !word.contains(char::is_whitespace);
                if !words.iter().all(is_word) {
                    return None;
                }
                words.join(" ")
            }
            ("array", Value::Array(_)) | ("object", Value::Object(_)) => value.to_string(),
            _ => return None,
        };
        form.append_pair(name, &text);
    }
    Some(form.finish())
}
