//! Checks the table of supported operations in the README.

use std::collections::BTreeSet;
use std::path::Path;

use crate::common::*;
use authlete::{ApiRoot, ApiVersion, CredentialKind, Route, operations};
use authlete_emulator::Emulator;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

/// The rows of the table, cell by cell.
fn rows() -> Vec<Vec<&'static str>> {
    let readme = include_str!("../../README.md");
    let (_, section) = readme.split_once("\n## Supported operations\n").unwrap();
    let lines = section.lines().skip_while(|line| !line.starts_with('|'));
    let table = lines.take_while(|line| line.starts_with('|'));
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect();
    table.skip(2).map(cells).collect()
}

/// The names in backticks in a cell.
fn names_in_backticks(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn each_operation_is_in_the_table_once() {
    let rows = rows();
    let listed: Vec<_> = rows
        .iter()
        .flat_map(|row| names_in_backticks(row[0]))
        .collect();
    let distinct: BTreeSet<_> = listed.iter().copied().collect();
    assert_eq!(listed.len(), distinct.len(), "no operation is listed twice");
    let ids = operations::ALL.iter().map(|operation| operation.id);
    assert_eq!(distinct, ids.collect());
}

#[test]
fn each_row_names_tests_that_exist() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for row in rows() {
        assert!(names_in_backticks(row[2]).next().is_some(), "{row:?}");
        for name in names_in_backticks(row[2]) {
            let file = tests.join("integration").join(name).with_extension("rs");
            assert!(file.exists() || tests.join(name).is_dir(), "{name}");
        }
    }
}

/// Calls an operation with valid credentials, `1` for each parameter of its path, and an empty object.
async fn call(emulator: &Emulator, version: ApiVersion, route: &Route) -> (StatusCode, Value) {
    let value = |name: &str| variable(emulator, version, &format!("AUTHLETE_{name}"));
    let one = utf8_percent_encode("1", NON_ALPHANUMERIC).to_string();
    let segment = |segment: &str| match segment.starts_with('{') {
        true => one.clone(),
        false => segment.to_owned(),
    };
    let path: Vec<_> = route.path.split('/').map(segment).collect();
    let service = match route.root == ApiRoot::Service {
        true => format!("/{}", value("SERVICE_APIKEY")),
        false => String::new(),
    };
    let url = format!("{}/api{service}{}", emulator.base_url(), path.join("/"));
    let method = Method::from_bytes(route.method.as_bytes()).unwrap();
    let request = reqwest::Client::new().request(method, url).json(&json!({}));
    let basic = |caller: &str| {
        let (key, secret) = (format!("{caller}_APIKEY"), format!("{caller}_APISECRET"));
        (value(&key), Some(value(&secret)))
    };
    let request = match route.credentials.first() {
        None => request,
        Some(CredentialKind::ServiceKey) => {
            let (key, secret) = basic("SERVICE");
            request.basic_auth(key, secret)
        }
        Some(CredentialKind::ServiceOwnerKey) => {
            let (key, secret) = basic("SERVICEOWNER");
            request.basic_auth(key, secret)
        }
        Some(CredentialKind::ServiceAccessToken) => {
            request.bearer_auth(value("SERVICE_ACCESSTOKEN"))
        }
        Some(_) => request.bearer_auth(value("SERVICEOWNER_ACCESSTOKEN")),
    };
    let response = request.send().await.unwrap();
    let status = response.status();
    (status, response.json().await.unwrap_or_default())
}

#[rstest]
#[tokio::test]
async fn each_operation_is_implemented(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for operation in operations::ALL {
        let Some(route) = operation.route(version) else {
            continue;
        };
        // A new emulator for each call, so that earlier calls have no effect.
        let emulator = Emulator::start().await.unwrap();
        let (status, body) = call(&emulator, version, route).await;
        let id = operation.id;
        assert!(!status.is_server_error(), "{id}: {status} {body}");
        // No call is refused for its credentials or its path. It may be forbidden because a feature is disabled.
        let refusals = [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::METHOD_NOT_ALLOWED,
        ];
        let is_disabled = body["action"] == "FORBIDDEN";
        assert!(
            is_disabled || !refusals.contains(&status),
            "{id}: {status} {body}"
        );
        let code = &body["resultCode"];
        assert!(code != "A900203" && code != "A900207", "{id}: {body}");
    }
}
