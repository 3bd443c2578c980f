//! Runs the tasks on the command line.

mod common;

use std::fs;
use std::path::Path;

use serde_json::Value;

use common::xtask;

fn facts() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/facts")
}

/// The output of `coverage` after replacing a text in the facts.
fn coverage_with(file: &str, from: &str, to: &str) -> (bool, String) {
    let directory = tempfile::tempdir().unwrap();
    for name in ["endpoints.json", "schemas.json", "enums.json"] {
        let mut text = fs::read_to_string(facts().join(name)).unwrap();
        if name == file {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        fs::write(directory.path().join(name), text).unwrap();
    }
    xtask(&["coverage", directory.path().to_str().unwrap()])
}

#[test]
fn description_is_valid() {
    let (success, output) = xtask(&["check"]);
    assert!(success, "{output}");
    assert!(output.ends_with(": valid\n"), "{output}");
    let (_, bundle) = xtask(&["bundle"]);
    let operations = bundle.matches("\"operationId\": ").count();
    assert!(
        output.contains(&format!(" {operations} operations, ")),
        "{operations}: {output}"
    );
}

fn lines_from_the_last(output: &str) -> (&str, impl Iterator<Item = &str>) {
    let mut lines = output.lines().rev();
    (lines.next().unwrap_or_default(), lines)
}

#[test]
fn description_covers_the_facts() {
    let (success, output) = xtask(&["coverage", facts().to_str().unwrap()]);
    assert!(success, "{output}");
    let (last, unknown) = lines_from_the_last(&output);
    assert_eq!(
        last,
        "88 endpoints, 145 objects, 1394 members, 81 enums; complete"
    );
    for line in unknown {
        assert!(line.ends_with(": not in the facts"), "{line}");
    }
}

#[test]
fn each_difference_is_found() {
    for (file, from, to, expected) in [
        (
            "endpoints.json",
            r#""scope": "organization", "query": [], "request": "OrganizationServiceCreateRequest""#,
            r#""scope": "owner", "query": [], "request": "OrganizationServiceCreateRequest""#,
            r#"endpoint organization_create_service: scope is Some("organization"), expected Some("owner")"#,
        ),
        (
            "endpoints.json",
            r#""response": "string[]""#,
            r#""response": "integer[]""#,
            r#"endpoint audit_types: response is Some("string[]"), expected Some("integer[]")"#,
        ),
        (
            "schemas.json",
            r#"{ "type": "free-form JSON object" }"#,
            r#"{ "type": "string" }"#,
            r#"object AuditEntry: details is "free-form JSON object", expected "string""#,
        ),
        (
            "endpoints.json",
            r#""id": "echo""#,
            r#""id": "echo_more""#,
            "endpoint echo_more: missing",
        ),
        (
            "endpoints.json",
            r#""id": "echo""#,
            r#""id": "echo_more""#,
            "endpoint echo: not in the facts",
        ),
        (
            "endpoints.json",
            r#""v2_path": "/auth/token","#,
            r#""v2_path": "/token","#,
            r#"endpoint token: 2.x is Some("POST /auth/token"), expected Some("POST /token")"#,
        ),
        (
            "endpoints.json",
            r#""v3_path": "/misc/echo", "scope": "open""#,
            r#""v3_path": "/misc/echo", "scope": "owner""#,
            r#"endpoint echo: scope is Some("open"), expected Some("owner")"#,
        ),
        (
            "endpoints.json",
            r#""end:int32""#,
            r#""end:int64""#,
            "endpoint get_token_list: query is ",
        ),
        (
            "schemas.json",
            r#""ticket": {"#,
            r#""tickets": {"#,
            "object AuthorizationFailRequest: tickets is missing",
        ),
        (
            "schemas.json",
            r#""ticket": {"#,
            r#""tickets": {"#,
            "object AuthorizationFailRequest: ticket is not in the facts",
        ),
        (
            "schemas.json",
            r#""clientId": { "type": "integer(int64)" }"#,
            r#""clientId": { "type": "string" }"#,
            r#"object AccessToken: clientId is "integer(int64)", expected "string""#,
        ),
        (
            "schemas.json",
            r#""hitCount": "integer(int64)""#,
            r#""hits": "integer(int64)""#,
            "object InfoServiceTokenCache: hitCount is not in the facts",
        ),
        (
            "schemas.json",
            r#""hitCount": "integer(int64)""#,
            r#""hitCount": "string""#,
            r#"object InfoServiceTokenCache: hitCount is "integer(int64)", expected "string""#,
        ),
        (
            "endpoints.json",
            r#""request": "TokenCreateRequest[]""#,
            r#""request": "TokenCreateRequest""#,
            r#"endpoint token_create_batch: request is Some("TokenCreateRequest[]"), expected Some("TokenCreateRequest")"#,
        ),
        (
            "endpoints.json",
            r#""response": "text/plain""#,
            r#""response": "InfoResponse""#,
            r#"endpoint healthcheck: response is Some("text/plain"), expected Some("InfoResponse")"#,
        ),
        (
            "enums.json",
            r#""NATIVE""#,
            r#""NATIVE", "TV""#,
            "enum ApplicationType: TV is missing",
        ),
        (
            "enums.json",
            r#", "NATIVE""#,
            "",
            "enum ApplicationType: NATIVE is not in the facts",
        ),
    ] {
        let (success, output) = coverage_with(file, from, to);
        assert!(!success, "{to}");
        assert!(
            output.lines().any(|line| line.starts_with(expected)),
            "{to}:\n{output}"
        );
    }
}

/// A new endpoint may be missing from the sources of the facts.
#[test]
fn endpoint_missing_from_the_facts_is_reported_but_not_a_difference() {
    let endpoints = fs::read_to_string(facts().join("endpoints.json")).unwrap();
    let line = endpoints
        .lines()
        .find(|line| line.contains(r#""id": "verify_jose""#));
    let line = format!("{}\n", line.unwrap());
    let (success, output) = coverage_with("endpoints.json", &line, "");
    assert!(success, "{output}");
    assert!(
        output.contains("endpoint verify_jose: not in the facts\n"),
        "{output}"
    );
    assert!(output.contains("\n87 endpoints, "), "{output}");
    assert!(output.ends_with("; complete\n"), "{output}");

    // A missing schema of an endpoint in the facts is still a difference.
    let (success, output) = coverage_with("schemas.json", r#""Pair": {"#, r#""Pear": {"#);
    assert!(!success);
    assert!(
        output.contains("schema Pair: is not in the facts\n"),
        "{output}"
    );
}

#[test]
fn facts_that_cannot_be_read_are_named() {
    let (success, output) = xtask(&["coverage", "no/such/facts"]);
    assert!(!success);
    assert!(output.contains("no/such/facts/endpoints.json"), "{output}");
}

#[test]
fn bundle_is_one_document() {
    let (success, output) = xtask(&["bundle"]);
    assert!(success);
    let document: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(document["openapi"], "3.0.3");
    assert_eq!(
        document["paths"]["/auth/token"]["post"]["operationId"],
        "token"
    );
    assert_eq!(
        document["components"]["schemas"]["SubjectType"]["enum"],
        serde_json::json!(["PUBLIC", "PAIRWISE"])
    );
}

/// The places of empty lists that OpenAPI 3.0 does not allow.
fn empty_lists(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![(String::new(), document)];
    while let Some((place, value)) = todo.pop() {
        if let Value::Object(members) = value {
            for (name, member) in members {
                let place = format!("{place}/{name}");
                let must_not_be_empty = ["required", "enum", "allOf", "anyOf", "oneOf"];
                if must_not_be_empty.contains(&name.as_str()) && *member == serde_json::json!([]) {
                    found.push(place.clone());
                }
                todo.push((place, member));
            }
        } else if let Value::Array(items) = value {
            let items = items.iter().map(|item| (place.clone(), item));
            todo.extend(items);
        }
    }
    found
}

#[test]
fn bundle_can_be_of_one_generation() {
    let bundle = |version: &str| -> Value {
        let (success, output) = xtask(&["bundle", "--api-version", version]);
        assert!(success, "{output}");
        serde_json::from_str(&output).unwrap()
    };
    let servers = |part: &Value| {
        let urls = part["servers"].as_array().unwrap().iter();
        let urls = urls.map(|server| server["url"].as_str().unwrap().to_owned());
        urls.collect::<Vec<_>>()
    };

    let v2 = bundle("2.x");
    assert_eq!(v2["info"]["version"], "2.x");
    assert_eq!(servers(&v2), ["https://api.authlete.com/api"]);
    let get_service = &v2["paths"]["/service/get/{serviceId}"]["get"];
    assert_eq!(get_service["operationId"], "get_service");
    assert_eq!(servers(get_service), ["https://api.authlete.com/api"]);
    assert_eq!(
        get_service["security"],
        serde_json::json!([{ "serviceOwnerKey": [] }])
    );
    let hsk_delete = &v2["paths"]["/hsk/delete/{handle}"];
    assert_eq!(hsk_delete["get"]["operationId"], "hsk_delete");
    assert!(hsk_delete.get("delete").is_none());
    assert_eq!(
        v2["paths"]["/auth/token"]["post"]["security"],
        serde_json::json!([{ "serviceKey": [] }])
    );
    assert_eq!(
        v2["paths"]["/misc/echo"]["get"]["security"],
        serde_json::json!([])
    );

    let v3 = bundle("3.0");
    assert_eq!(v3["info"]["version"], "3.0");
    let schemes = v3["components"]["securitySchemes"].as_object().unwrap();
    assert!(schemes.values().all(|scheme| scheme["scheme"] == "bearer"));
    let get_service = &v3["paths"]["/{serviceId}/service/get"]["get"];
    assert_eq!(get_service["operationId"], "get_service");

    for document in [&v2, &v3] {
        let text = document.to_string();
        assert!(
            !text.contains("x-2.x\":"),
            "no notes on the other generation"
        );
        let required = |schema: &str| &document["components"]["schemas"][schema]["required"];
        assert_eq!(*required("TokenRequest"), serde_json::json!(["parameters"]));
        assert_eq!(*required("TokenResponse"), serde_json::json!(["action"]));
        assert_eq!(*required("Pair"), Value::Null);
        assert_eq!(empty_lists(document), [] as [String; 0]);
    }
    let (success, output) = xtask(&["bundle", "--api-version", "4.0"]);
    assert!(!success);
    assert!(output.contains("2.x, 3.0"), "{output}");
}

#[test]
fn expand_writes_the_generated_source() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("expanded.rs");
    let (success, output) = xtask(&["expand", "--output", file.to_str().unwrap()]);
    assert!(success, "{output}");
    let source = fs::read_to_string(file).unwrap();
    assert!(source.contains("pub async fn get_client_list("));
    let lines = source.lines().count();
    assert!(lines < 30_000, "{lines} generated lines");
}
