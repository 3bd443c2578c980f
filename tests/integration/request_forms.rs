//! Requests in JSON, such as stored ones: how they are decoded, and what is written back.

use serde_json::{Value, json};

use crate::description::{instance, objects_only_in_requests, schemas};
use crate::probe::decode;

fn required(schema: &str) -> Vec<&'static str> {
    let names = schemas()[schema]["required"].as_array().into_iter();
    names.flatten().filter_map(Value::as_str).collect()
}

#[test]
fn full_request_with_an_unknown_member_is_kept() {
    for schema in objects_only_in_requests() {
        let mut request = instance(&schema);
        request["aMemberOfTomorrow"] = json!({ "nested": [1, null] });
        let decoded = decode(&schema, &request.to_string())
            .unwrap_or_else(|error| panic!("{schema}: {error}"));
        assert_eq!(decoded.json, request, "{schema}");
    }
}

#[test]
fn request_without_a_required_member_or_with_null_for_it_is_rejected() {
    let mut rejected = 0;
    for schema in objects_only_in_requests() {
        for member in required(&schema) {
            let mut request = instance(&schema);
            request[member] = Value::Null;
            assert!(
                decode(&schema, &request.to_string()).is_err(),
                "{schema}, {member} null"
            );
            request.as_object_mut().unwrap().remove(member);
            let error = decode(&schema, &request.to_string())
                .err()
                .unwrap_or_else(|| panic!("{schema} decoded without {member}"));
            let message = format!("missing field `{member}`");
            assert!(error.to_string().starts_with(&message), "{schema}: {error}");
            rejected += 1;
        }
    }
    assert!(rejected > 50, "{rejected} required members");
}

#[test]
fn request_with_only_its_required_members_is_kept() {
    for schema in objects_only_in_requests() {
        let mut request = instance(&schema);
        let required = required(&schema);
        let members = request.as_object_mut().unwrap();
        members.retain(|member, _| required.contains(&member.as_str()));
        let decoded = decode(&schema, &request.to_string())
            .unwrap_or_else(|error| panic!("{schema}: {error}"));
        assert_eq!(decoded.json, request, "{schema}");
    }
}

#[test]
fn optional_members_of_a_request_decode_as_leniently_as_those_of_a_response() {
    let request = json!({
        "ticket": "ticket",
        "subject": "alice",
        "authTime": "1700000000",
        "acr": null,
        "scopes": ["openid", null],
    });
    let decoded = decode("AuthorizationIssueRequest", &request.to_string()).unwrap();
    let expected = json!({ "ticket": "ticket", "subject": "alice", "authTime": 1700000000, "scopes": ["openid"] });
    assert_eq!(decoded.json, expected);
}

#[test]
fn query_in_json_is_decoded_as_leniently_and_keeps_unknown_members() {
    let query = json!({ "start": "0", "end": null, "developer": "alice", "aMemberOfTomorrow": 1 });
    let decoded = decode("GetClientListQuery", &query.to_string()).unwrap();
    let expected = json!({ "start": 0, "developer": "alice", "aMemberOfTomorrow": 1 });
    assert_eq!(decoded.json, expected);
}
