//! The HTTP request of each operation, compared with `tests/facts`.

use authlete::{ApiVersion, Authlete, Error};
use authlete_codegen::document::{JSON, object, operations};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::description::{FLAT, instance, member_value, success};
use crate::facts::{Fact, SERVICE, arguments, arguments_of, config, facts};
use crate::probe;
use crate::server::{Received, Reply, Server};
use rstest::rstest;

fn check(fact: &Fact, version: ApiVersion, arrived: &Received, arguments: &Value) {
    let id = &fact.id;
    assert_eq!(arrived.method, fact.method(version), "{id} {version}");
    let segments: Vec<String> = arrived
        .path
        .split('/')
        .skip(1)
        .map(|segment| {
            percent_decode_str(segment)
                .decode_utf8()
                .expect("paths are UTF-8")
                .into_owned()
        })
        .collect();
    assert_eq!(segments, fact.segments(version), "{id} {version}");
    let sent = fact.query().into_iter();
    let mut query: Vec<(String, String)> = sent
        .flat_map(|(name, value)| pairs(&name, &value))
        .collect();
    query.sort();
    let mut arrived_query = arrived.pairs.clone();
    arrived_query.sort();
    assert_eq!(arrived_query, query, "{id} {version}");
    assert_eq!(
        arrived.header("authorization"),
        fact.credentials(version).as_deref(),
        "{id} {version}"
    );
    assert_eq!(
        arrived.json(),
        arguments.get("body").cloned(),
        "{id} {version}"
    );
    let content_type = fact.request.as_ref().map(|_| "application/json");
    assert_eq!(
        arrived.header("content-type"),
        content_type,
        "{id} {version}"
    );
    assert_eq!(
        arrived.header("user-agent"),
        Some(concat!("authlete-rust/", env!("CARGO_PKG_VERSION"))),
        "{id}"
    );
    assert_eq!(arrived.header("api-version"), None, "{id} {version}");
}

/// A list is sent as one parameter per item.
fn pairs(name: &str, value: &Value) -> Vec<(String, String)> {
    let items = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    items
        .iter()
        .map(|item| (name.to_owned(), text(item)))
        .collect()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[rstest]
#[tokio::test]
async fn every_request_matches_the_facts(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let facts = facts();
    for fact in facts.iter().filter(|fact| fact.path(version).is_some()) {
        let operation = operations(&FLAT)
            .find(|entry| entry.id() == fact.id)
            .expect("coverage is complete")
            .value;
        let (status, body) = success(operation);
        let reply = match &body {
            None => Reply::text(204, "", ""),
            Some((JSON, value)) => Reply::json(status, value),
            Some((media_type, value)) => Reply::text(status, media_type, text(value)),
        };
        let server = Server::always(reply).await;
        let api =
            Authlete::new(config(version, &server.url)).expect("the configuration is complete");

        let arguments = arguments(fact);
        let mut answer = probe::call(&api, &fact.id, &arguments)
            .await
            .unwrap_or_else(|error| panic!("{} {version}: {error}", fact.id));

        let arrived = server.take();
        assert_eq!(arrived.len(), 1, "{}", fact.id);
        check(fact, version, &arrived[0], &arguments);

        let mut expected = body.map_or(Value::Null, |(_, value)| value);
        // `responseHeaders` comes from the HTTP response.
        if expected.get("responseHeaders").is_some() {
            assert_eq!(
                answer["responseHeaders"]["content-type"],
                json!(["application/json"]),
                "{}",
                fact.id
            );
            expected["responseHeaders"] = Value::Null;
            answer["responseHeaders"] = Value::Null;
        }
        assert_eq!(answer, expected, "{} {version}", fact.id);
    }
}

/// The facts may lack new operations, since their sources are updated later.
#[test]
fn every_operation_of_the_facts_is_described_and_every_described_one_is_generated() {
    let mut described: Vec<String> = operations(&FLAT)
        .map(|entry| entry.id().to_owned())
        .collect();
    described.sort();
    for fact in facts() {
        assert!(described.contains(&fact.id), "{}", fact.id);
    }
    let table: Vec<String> = authlete::operations::ALL
        .iter()
        .map(|operation| operation.id.to_owned())
        .collect();
    assert_eq!(table, described);
}

#[tokio::test]
async fn operation_that_a_generation_lacks_is_not_sent() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let mut lacking = 0;
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let api = Authlete::new(config(version, &server.url)).unwrap();
        let all = authlete::operations::ALL.iter();
        for operation in all.filter(|operation| operation.route(version).is_none()) {
            let error = probe::call(&api, operation.id, &arguments_of(operation.id))
                .await
                .unwrap_err();
            assert!(matches!(error, Error::NotCallable { .. }), "{error:?}");
            assert_eq!(error.operation(), Some(operation.id));
            assert_eq!(
                error.to_string(),
                format!(
                    "{}: Authlete {version} does not have this operation",
                    operation.id
                )
            );
            lacking += 1;
        }
    }
    assert!(server.take().is_empty());
    assert!(lacking > 0);
}

#[tokio::test]
async fn unset_parameters_and_members_are_not_sent() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let api = Authlete::new(config(ApiVersion::V3, &server.url)).unwrap();
    api.get_client_list(&authlete::types::GetClientListQuery::new())
        .await
        .unwrap();
    api.create_client(&authlete::types::Client::new())
        .await
        .unwrap();
    let arrived = server.take();
    assert!(arrived[0].query.is_empty());
    assert_eq!(arrived[1].json(), Some(json!({})));
}

#[tokio::test]
async fn client_is_identified_by_number_or_alias() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let api = Authlete::new(config(ApiVersion::V3, &server.url)).unwrap();
    api.get_client(26_478_243_745_571).await.unwrap();
    api.get_client("my client").await.unwrap();
    api.get_client(String::from("étoile")).await.unwrap();
    let paths: Vec<String> = server
        .take()
        .into_iter()
        .map(|request| request.path)
        .collect();
    let prefix = format!("/api/{SERVICE}/client/get");
    assert_eq!(
        paths,
        [
            format!("{prefix}/26478243745571"),
            format!("{prefix}/my%20client"),
            format!("{prefix}/%C3%A9toile")
        ]
    );
}

/// An empty segment or `..` would select another endpoint. With DELETE, this could delete other objects.
#[tokio::test]
async fn path_parameters_cannot_change_the_endpoint() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let api = Authlete::new(config(ApiVersion::V2, &server.url)).unwrap();
    for bad in ["", ".", ".."] {
        let error = api.token_delete(bad).await.unwrap_err();
        assert_eq!(error.operation(), Some("token_delete"));
        let start = "token_delete: accessTokenIdentifier ";
        assert!(error.to_string().starts_with(start), "{error}");
        let error = api.delete_client(bad).await.unwrap_err();
        assert_eq!(error.operation(), Some("delete_client"));
    }
    assert!(server.take().is_empty());
}

/// Values must differ by place, so that mixed-up members are detected.
#[test]
fn instances_have_every_member() {
    let service = instance("Service");
    assert_eq!(
        object(&service).len(),
        object(&FLAT["components"]["schemas"]["Service"]["properties"]).len()
    );
    assert_ne!(
        member_value("a", &json!({ "type": "string" })),
        member_value("b", &json!({ "type": "string" }))
    );
}
