//! Get, change and update loses no member.

use authlete::types::{Client, Service};
use authlete::{ApiVersion, Authlete, Config, JsonObject};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

use crate::server::Server;

/// The value of a member from a future version of Authlete.
fn unknown() -> Value {
    json!({ "flag": true, "list": [1, "two", { "three": null }], "object": { "deep": "value" } })
}

async fn start(version: ApiVersion) -> (Emulator, Authlete) {
    let emulator = Emulator::start().await.unwrap();
    let api = Authlete::new(emulator.config(version)).unwrap();
    (emulator, api)
}

/// Asserts that two objects are equal except for `modifiedAt`.
fn assert_same<T: serde::Serialize>(one: &T, other: &T) {
    let comparable = |value: &T| {
        let mut value = serde_json::to_value(value).unwrap();
        value["modifiedAt"] = Value::Null;
        value
    };
    assert_eq!(comparable(one), comparable(other));
}

#[rstest]
#[tokio::test]
async fn update_of_a_service_keeps_unknown_members(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let new: Service = serde_json::from_value(json!({
        "serviceName": "before",
        "memberOfTomorrow": unknown(),
        "supportedScopes": [{ "name": "read", "memberOfTomorrow": unknown() }],
        "supportedClaims": [],
    }))
    .unwrap();
    let created = api.create_service(&new).await.unwrap();
    let id = created.api_key.unwrap();

    let mut service = api.get_service(id).await.unwrap();
    assert_same(&service, &created);
    service.service_name = Some("after".into());
    let updated = api.update_service(id, &service).await.unwrap();

    assert_eq!(updated.service_name.as_deref(), Some("after"));
    assert_same(&updated, &service);
    assert_same(&api.get_service(id).await.unwrap(), &service);
    assert_eq!(updated.extra["memberOfTomorrow"], unknown());
    let scopes = updated.supported_scopes.unwrap();
    assert_eq!(scopes[0].extra["memberOfTomorrow"], unknown());
    assert_eq!(updated.supported_claims, Some(vec![]));
}

#[rstest]
#[tokio::test]
async fn update_of_a_client_keeps_unknown_members(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let new: Client = serde_json::from_value(json!({
        "clientName": "before",
        "clientType": "CONFIDENTIAL",
        "memberOfTomorrow": unknown(),
        "extension": { "memberOfTomorrow": unknown() },
    }))
    .unwrap();
    let created = api.create_client(&new).await.unwrap();
    let id = created.client_id.unwrap();

    let mut client = api.get_client(id).await.unwrap();
    assert_same(&client, &created);
    client.client_name = Some("after".into());
    let updated = api.update_client(id, &client).await.unwrap();

    assert_eq!(updated.client_name.as_deref(), Some("after"));
    assert_same(&updated, &client);
    assert_same(&api.get_client(id).await.unwrap(), &client);
    assert_eq!(updated.extra["memberOfTomorrow"], unknown());
    assert_eq!(
        updated.extension.unwrap().extra["memberOfTomorrow"],
        unknown()
    );
}

/// A caller can send a member that this version of the crate does not know.
#[rstest]
#[tokio::test]
async fn unknown_member_can_be_set(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (_emulator, api) = start(version).await;
    let mut client = Client::new().client_name("name");
    client.extra = JsonObject::from_iter([("memberOfTomorrow".to_owned(), unknown())]);
    let created = api.create_client(&client).await.unwrap();
    assert_eq!(created.extra["memberOfTomorrow"], unknown());
}

/// Uses a mock server, because the emulator rejects unknown enum values, as Authlete does.
#[tokio::test]
async fn update_keeps_unknown_enum_values() {
    let (server, stored) = Server::storing(&json!({
        "apiKey": 1,
        "serviceName": "before",
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "GRANT_OF_TOMORROW"],
        "accessTokenSignAlg": "ALGORITHM_OF_TOMORROW",
    }))
    .await;
    let expected = {
        let mut expected = stored.lock().unwrap().clone();
        expected["serviceName"] = "after".into();
        expected
    };
    let config = Config::v3(&server.url, 1, "token").service_owner_access_token("token");
    let api = Authlete::new(config).unwrap();
    let mut service = api.get_service(1).await.unwrap();
    service.service_name = Some("after".into());
    api.update_service(1, &service).await.unwrap();
    assert_eq!(*stored.lock().unwrap(), expected);
}
