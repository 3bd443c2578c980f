//! The limited representation of clients and services in responses of other than the management APIs.

use std::collections::BTreeSet;

use crate::common::*;
use authlete::types::{Pair, TaggedValue};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

/// Sets members of the client and the service that responses show, and some that they do not.
async fn prepare(emulator: &Emulator, api: &Authlete) {
    configure_client(api, emulator.client().id, |client| {
        client.description = Some("An app".to_owned());
        client.client_names = Some(vec![TaggedValue::new("ja", "アプリ")]);
        client.logo_uri = Some("https://app.example/logo.png".to_owned());
        client.client_uri = Some("https://app.example/".to_owned());
        client.policy_uri = Some("https://app.example/policy".to_owned());
        client.tos_uri = Some("https://app.example/tos".to_owned());
        client.attributes = Some(vec![Pair::new("internal", "yes")]);
        client.jwks = Some(json!({ "keys": [] }).to_string().into());
        client.contacts = Some(vec!["admin@app.example".to_owned()]);
        client.pkce_required = Some(true);
    })
    .await;
    configure(emulator, api, |service| {
        service.description = Some("A bank".to_owned());
        service.policy_uri = Some("https://as.example/policy".to_owned());
    })
    .await;
}

fn names(object: &Value) -> BTreeSet<&str> {
    let members = object.as_object().expect("an object");
    members.keys().map(String::as_str).collect()
}

const MEMBERS_IN_LISTS: [&str; 8] = [
    "number",
    "clientName",
    "clientNames",
    "description",
    "clientId",
    "clientIdAlias",
    "clientIdAliasEnabled",
    "clientType",
];

#[rstest]
#[tokio::test]
async fn answer_to_an_authorization_request_has_a_limited_client_and_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    prepare(&emulator, &api).await;
    let body = json!({ "parameters": query(emulator.client()) });
    let (_, answer) = post(&emulator, version, "SERVICE", "/auth/authorization", &body).await;
    let client = &answer["client"];
    let members_of_client = names(client);
    let read_by_consent_pages = ["logoUri", "clientUri", "policyUri", "tosUri", "entityId"];
    for name in MEMBERS_IN_LISTS.into_iter().chain(read_by_consent_pages) {
        assert_eq!(
            members_of_client.contains(name),
            name != "entityId",
            "{name}"
        );
    }
    assert_eq!(client["pkceRequired"], true);
    assert_eq!(client["defaultMaxAge"], 0);
    for name in [
        "clientSecret",
        "redirectUris",
        "grantTypes",
        "responseTypes",
        "applicationType",
        "subjectType",
        "idTokenSignAlg",
        "attributes",
        "jwks",
        "contacts",
        "derivedSectorIdentifier",
    ] {
        assert!(!members_of_client.contains(name), "{name}");
    }
    let expected = [
        "apiKey",
        "clientIdAliasEnabled",
        "description",
        "number",
        "serviceName",
    ];
    assert_eq!(names(&answer["service"]), BTreeSet::from(expected));
    assert_eq!(answer["service"]["description"], "A bank");
}

#[rstest]
#[tokio::test]
async fn lists_of_tokens_and_authorizations_have_limited_clients(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    prepare(&emulator, &api).await;
    tokens(&api, emulator.client()).await;
    let body = json!({ "subject": "alice" });
    let path = "/client/authorization/get/list";
    let (_, answer) = post(&emulator, version, "SERVICE", path, &body).await;
    assert_eq!(
        names(&answer["clients"][0]),
        BTreeSet::from(MEMBERS_IN_LISTS)
    );

    let query = authlete::types::GetTokenListQuery::new()
        .client_identifier(emulator.client().id.to_string());
    let client = api.get_token_list(&query).await.unwrap().client.unwrap();
    let client = serde_json::to_value(client).unwrap();
    assert_eq!(names(&client), BTreeSet::from(MEMBERS_IN_LISTS));
}

#[rstest]
#[tokio::test]
async fn list_without_a_match_is_absent(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    let base = format!("{}/api", emulator.base_url());
    let value = |caller: &str, name: &str| {
        variable(&emulator, version, &format!("AUTHLETE_{caller}_{name}"))
    };
    for (caller, path, list) in [
        (
            "SERVICEOWNER",
            "/service/get/list?start=7&end=9",
            "services",
        ),
        ("SERVICE", "/client/get/list?start=7&end=9", "clients"),
        ("SERVICE", "/client/get/list?developer=nobody", "clients"),
        (
            "SERVICE",
            "/client/authorization/get/list?subject=nobody",
            "clients",
        ),
        ("SERVICE", "/auth/token/get/list", "accessTokens"),
    ] {
        let request = reqwest::Client::new();
        let request = match version {
            ApiVersion::V2 => request
                .get(format!("{base}{path}"))
                .basic_auth(value(caller, "APIKEY"), Some(value(caller, "APISECRET"))),
            ApiVersion::V3 if caller == "SERVICE" => request
                .get(format!("{base}/{}{path}", value(caller, "APIKEY")))
                .bearer_auth(value(caller, "ACCESSTOKEN")),
            ApiVersion::V3 => request
                .get(format!("{base}{path}"))
                .bearer_auth(value(caller, "ACCESSTOKEN")),
        };
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer["totalCount"].is_u64(), "{path} {answer}");
        assert_eq!(answer.get(list), None, "{path}");
    }
}
