//! Redirect URIs and the type of the application (OpenID Connect Dynamic Client Registration 1.0 §2): checked when they
//! are used, not when they are registered.

use crate::common::registration::{registered, start_open};
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    ApplicationType, AuthorizationAction, Client, ClientType, GrantType, ResponseType,
};
use rstest::rstest;
use serde_json::json;

/// Creates a client for the code and the implicit flow with one redirect URI. Returns its ID.
async fn application(api: &Authlete, kind: Option<ApplicationType>, uri: &str) -> String {
    let mut client = Client::new();
    client.client_type = Some(ClientType::Public);
    client.application_type = kind;
    client.redirect_uris = Some(vec![uri.to_owned()]);
    client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
    client.response_types = Some(vec![ResponseType::Code, ResponseType::Token]);
    let created = api.create_client(&client).await.unwrap();
    created.client_id.unwrap().to_string()
}

fn request(id: &str, uri: &str, response_type: &str) -> String {
    form(&[
        ("response_type", response_type),
        ("client_id", id),
        ("redirect_uri", uri),
    ])
}

#[rstest]
#[tokio::test]
async fn redirect_uri_has_to_fit_the_type_of_the_application(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    use ApplicationType::{Native, Web};
    let (_emulator, api) = start(version).await;
    for (kind, uri, response_type, code) in [
        (Some(Web), "https://app.example/", "token", None),
        (Some(Web), "http://app.example/", "token", Some("A011305")),
        (Some(Web), "app:callback", "token", Some("A011305")),
        (Some(Web), "https://localhost/", "token", Some("A011306")),
        (Some(Web), "http://localhost/", "code", None),
        (Some(Native), "app:callback", "code", None),
        (Some(Native), "http://localhost:4000/", "code", None),
        (
            Some(Native),
            "https://app.example/",
            "code",
            Some("A011307"),
        ),
        (Some(Native), "http://app.example/", "code", Some("A011308")),
        (Some(Native), "http://127.0.0.1/", "code", Some("A011308")),
        (None, "http://localhost/", "token", None),
        (None, "https://app.example/", "code", None),
    ] {
        let id = application(&api, kind.clone(), uri).await;
        let answer = ask(&api, request(&id, uri, response_type)).await;
        let case = format!("{kind:?} {uri} {response_type}");
        match code {
            None => assert_eq!(answer.action, AuthorizationAction::Interaction, "{case}"),
            Some(code) => {
                assert_eq!(answer.action, AuthorizationAction::BadRequest, "{case}");
                assert_code_for(answer.result_code.as_deref(), code, case);
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn loopback_port_is_variable_for_http_and_https_on_each_loopback_host(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.loopback_redirection_uri_variable = Some(true);
    })
    .await;
    for (registered, chosen) in [
        ("https://localhost/a", "https://localhost:49152/a"),
        ("http://localhost/a", "http://localhost:49152/a"),
        ("http://[::1]:1/a", "http://[::1]:49152/a"),
    ] {
        let id = application(&api, None, registered).await;
        let answer = ask(&api, request(&id, chosen, "code")).await;
        assert_eq!(answer.action, AuthorizationAction::Interaction, "{chosen}");
        let other = chosen.replace("http", "app");
        let answer = ask(&api, request(&id, &other, "code")).await;
        assert_eq!(answer.action, AuthorizationAction::BadRequest, "{other}");
    }
    let native = Some(ApplicationType::Native);
    let id = application(&api, native, "http://127.0.0.1/").await;
    let answer = ask(&api, request(&id, "http://127.0.0.1:49152/", "code")).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
}

#[rstest]
#[tokio::test]
async fn redirect_uri_of_a_dynamically_registered_client_is_checked_at_authorization(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_open(version).await;
    let uri = "https://app.example/";
    let metadata = json!({ "application_type": "native", "redirect_uris": [uri] });
    let registration = registered(&api, metadata).await;
    let id = registration["client_id"].as_str().unwrap();
    let answer = ask(&api, request(id, uri, "code")).await;
    assert_code(answer.result_code.as_deref(), "A011307");
    let metadata = json!({ "redirect_uris": [uri] });
    let registration = registered(&api, metadata).await;
    assert_eq!(registration["application_type"], "web");
}
