//! Seed files.

use std::path::{Path, PathBuf};

use crate::common::*;
use authlete::types::{
    Client, GetClientListQuery, GetServiceListQuery, IntrospectionAction, IntrospectionRequest,
    TokenAction, TokenRequest,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::json;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed.json")
}

/// Starts an emulator with a seed. An error has no prefix with the path of the file.
async fn start_with_seed(seed: &str) -> std::io::Result<Emulator> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("seed.json");
    std::fs::write(&path, seed).unwrap();
    let started = Emulator::builder().seed_file(&path).start().await;
    started.map_err(|error| {
        let prefix = format!("the seed file {}: ", path.display());
        let message = error.to_string();
        let message = message.strip_prefix(&prefix).expect("the file is named");
        std::io::Error::new(error.kind(), message.to_owned())
    })
}

#[tokio::test]
async fn credentials_in_the_seed_are_used() {
    let emulator = Emulator::builder()
        .seed_file(example())
        .start()
        .await
        .unwrap();
    let client = emulator.client();
    assert_eq!(client.id, 10_000_000_000_003);
    assert_eq!(client.secret.expose(), "client-secret-for-tests");
    assert_eq!(client.alias, "warehouse");
    assert_eq!(client.redirect_uri, "");
    let aliases: Vec<_> = emulator
        .clients()
        .map(|client| client.alias.as_str())
        .collect();
    assert_eq!(aliases, ["warehouse", "app"]);

    let expected = [
        (
            ApiVersion::V2,
            vec![
                ("AUTHLETE_SERVICE_APIKEY", "10000000000002"),
                ("AUTHLETE_API_VERSION", "V2"),
                ("AUTHLETE_SERVICE_APISECRET", "service-secret-for-tests"),
                ("AUTHLETE_SERVICEOWNER_APIKEY", "10000000000001"),
                ("AUTHLETE_SERVICEOWNER_APISECRET", "owner-secret-for-tests"),
            ],
        ),
        (
            ApiVersion::V3,
            vec![
                ("AUTHLETE_SERVICE_APIKEY", "10000000000002"),
                ("AUTHLETE_API_VERSION", "V3"),
                ("AUTHLETE_SERVICE_ACCESSTOKEN", "service-token-for-tests"),
                (
                    "AUTHLETE_SERVICEOWNER_ACCESSTOKEN",
                    "organization-token-for-tests",
                ),
                ("AUTHLETE_ORGANIZATION_ID", "1"),
                ("AUTHLETE_API_SERVER_ID", "1"),
            ],
        ),
    ];
    for (version, expected) in expected {
        let environment = emulator.environment(version);
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .filter(|(_, value)| *value != emulator.base_url())
            .collect();
        assert_eq!(environment, expected);

        let api = Authlete::new(emulator.config(version)).unwrap();
        let answer = request_token(&api, client, "grant_type=client_credentials").await;
        assert_eq!(answer.action, TokenAction::Ok);
        assert_eq!(answer.scopes, Some(vec!["orders.read".to_owned()]));
        assert_eq!(answer.access_token_duration, Some(600));
    }
}

#[rstest]
#[tokio::test]
async fn missing_ids_and_secrets_are_generated(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let emulator = Emulator::builder()
        .seed_file(example())
        .start()
        .await
        .unwrap();
    let api = Authlete::new(emulator.config(version)).unwrap();
    let services = api
        .get_service_list(&GetServiceListQuery::new())
        .await
        .unwrap();
    let services = services.services.unwrap();
    let names: Vec<_> = services
        .iter()
        .map(|service| service.service_name.as_deref().unwrap())
        .collect();
    assert_eq!(names, ["Shop", "Library"]);
    assert_ne!(services[1].api_key, services[0].api_key);
    assert!(services[1].api_key.unwrap() > 0);
    assert_eq!(services[1].api_secret.as_ref().unwrap().expose().len(), 43);

    let clients = api
        .get_client_list(&GetClientListQuery::new())
        .await
        .unwrap();
    let clients = clients.clients.unwrap();
    assert_eq!(clients.len(), 2);
    assert!(clients[1].client_id.unwrap() > 0);
    assert_eq!(
        clients[1].client_secret.as_ref().unwrap().expose().len(),
        86
    );
    assert_eq!(clients[1].pkce_required, Some(true));
    // Neither is a setting of the service.
    assert!(!services[0].extra.contains_key("clients"));
    assert!(!services[0].extra.contains_key("accessToken"));
}

#[tokio::test]
async fn each_service_can_have_its_own_access_token() {
    let seed = json!({"services": [
        {"apiKey": 1, "clients": [{"clientId": 11}]},
        {"apiKey": 2, "accessToken": "second", "clients": [
            {"clientId": 21, "clientIdAlias": "same", "clientType": "CONFIDENTIAL",
             "clientSecret": "s", "grantTypes": ["CLIENT_CREDENTIALS"]}]},
        // An alias is unique only within its service.
        {"apiKey": 3, "clients": [{"clientIdAlias": "same"}]}]});
    let emulator = start_with_seed(&seed.to_string()).await.unwrap();
    let config = emulator.config(ApiVersion::V3);
    let config = config
        .set(authlete::Setting::ServiceApiKey, "2")
        .set(authlete::Setting::ServiceAccessToken, "second");
    let api = Authlete::new(config).unwrap();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id("21")
        .client_secret("s");
    let token = api.token(&request).await.unwrap().access_token.unwrap();
    let answer = api
        .introspection(&IntrospectionRequest::new(&token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.client_id, Some(21));

    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let answer = api
        .introspection(&IntrospectionRequest::new(&token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
}

#[tokio::test]
async fn unknown_members_are_kept() {
    let seed = json!({"services": [{"futureSetting": [1], "clients": [{"futureWord": "x"}]}]});
    let emulator = start_with_seed(&seed.to_string()).await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let id = emulator.client().id.to_string();
    let client: Client = api.get_client(id).await.unwrap();
    assert_eq!(client.extra["futureWord"], "x");
}

#[tokio::test]
async fn key_set_can_be_a_string_or_an_object() {
    let keys = json!({"keys": [{"kty": "oct", "k": "AA", "kid": "one"}]});
    for written in [keys.clone(), keys.to_string().into()] {
        let seed = json!({"services": [{"jwks": written, "clients": [{"jwks": written}]}]});
        let emulator = start_with_seed(&seed.to_string()).await.unwrap();
        let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
        let services = api.get_service_list(&GetServiceListQuery::new()).await;
        let service = services.unwrap().services.unwrap().remove(0);
        assert_eq!(service.jwks.unwrap().expose(), keys.to_string());
        let id = emulator.client().id.to_string();
        let client = api.get_client(id).await.unwrap();
        assert_eq!(client.jwks.unwrap().expose(), keys.to_string());
    }
}

#[tokio::test]
async fn invalid_seed_is_refused_with_the_path_of_the_member() {
    for (seed, message) in [
        (r#"[]"#, "the seed: invalid type: sequence, expected a map"),
        (r#"{}"#, "the seed: missing field `services`"),
        (
            r#"{"services": {}}"#,
            "services: invalid type: map, expected a sequence",
        ),
        (
            r#"{"services": []}"#,
            "services: there must be one, and the first must have a client",
        ),
        (
            r#"{"services": [{}]}"#,
            "services: there must be one, and the first must have a client",
        ),
        (
            r#"{"services": [{}, {"clients": [{}]}]}"#,
            "services: there must be one, and the first must have a client",
        ),
        (
            r#"{"services": [], "clients": []}"#,
            "clients: unknown field `clients`",
        ),
        (
            r#"{"services": [], "owner": []}"#,
            "owner: invalid type: sequence",
        ),
        (
            r#"{"services": [], "owner": {"apikey": 1}}"#,
            "owner.apikey: unknown field",
        ),
        (
            r#"{"services": [], "owner": {"apiKey": "one"}}"#,
            "owner.apiKey: invalid type: string",
        ),
        (
            r#"{"services": [], "owner": {"apiSecret": ""}}"#,
            "owner.apiSecret: it is empty",
        ),
        (
            r#"{"services": [], "owner": {"organizationToken": ""}}"#,
            "owner.organizationToken: it is empty",
        ),
        (
            r#"{"services": [[]]}"#,
            "services[0]: invalid type: sequence, expected a map",
        ),
        (
            r#"{"services": [{"issuer": 5}]}"#,
            "services[0].issuer: invalid type: integer `5`, expected a string",
        ),
        (
            r#"{"services": [{"supportedScopes": [{}, {"name": []}]}]}"#,
            "services[0].supportedScopes[1].name: invalid type",
        ),
        (
            r#"{"services": [{"apiKey": "one"}]}"#,
            "services[0].apiKey: invalid type: string",
        ),
        (
            r#"{"services": [{"apiSecret": ""}]}"#,
            "services[0].apiSecret: it is empty",
        ),
        (
            r#"{"services": [{"accessToken": 1}]}"#,
            "services[0].accessToken: invalid type: integer",
        ),
        (
            r#"{"services": [{"accessToken": ""}]}"#,
            "services[0].accessToken: it is empty",
        ),
        (
            r#"{"services": [{"clients": {}}]}"#,
            "services[0].clients: invalid type: map",
        ),
        (
            r#"{"services": [{"clients": [5]}]}"#,
            "services[0].clients[0]: invalid type: integer",
        ),
        (
            r#"{"services": [{"clients": [{}, {"redirectUris": "/"}]}]}"#,
            "services[0].clients[1].redirectUris: invalid type: string",
        ),
        (
            r#"{"services": [{"clients": [{"clientSecret": ""}]}]}"#,
            "services[0].clients[0].clientSecret: it is empty",
        ),
        (
            r#"{"services": [{"apiKey": 7}, {"apiKey": 7}]}"#,
            "services[1].apiKey: the same as services[0].apiKey",
        ),
        (
            r#"{"services": [{"apiKey": 7}], "owner": {"apiKey": 7}}"#,
            "services[0].apiKey: the same as owner.apiKey",
        ),
        (
            r#"{"services": [{"accessToken": "t"}, {"accessToken": "t"}]}"#,
            "services[1].accessToken: the same as services[0].accessToken",
        ),
        (
            r#"{"services": [{"accessToken": "t"}], "owner": {"organizationToken": "t"}}"#,
            "services[0].accessToken: the same as owner.organizationToken",
        ),
        (
            r#"{"services": [{"clients": [{"clientId": 7}]}, {"clients": [{"clientId": 7}]}]}"#,
            "services[1].clients[0].clientId: the same as services[0].clients[0].clientId",
        ),
        (
            r#"{"services": [{"clients": [{"clientIdAlias": "a"}, {"clientIdAlias": "a"}]}]}"#,
            "services[0].clients[1].clientIdAlias: the same as services[0].clients[0].clientIdAlias",
        ),
    ] {
        let error = start_with_seed(seed).await.unwrap_err();
        assert!(error.to_string().starts_with(message), "{seed}: {error}");
    }
}

#[tokio::test]
async fn seed_file_that_is_missing_or_not_json_is_refused() {
    for (seed, message) in [
        ("", "EOF while parsing a value at line 1"),
        ("{\n  \"services\": [}", "expected value at line 2"),
        ("services: []", "expected value at line 1"),
    ] {
        let error = start_with_seed(seed).await.unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
    }
    let error = Emulator::builder().seed_file("/nowhere.json").start().await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    assert!(
        error
            .to_string()
            .starts_with("the seed file /nowhere.json: ")
    );
}
