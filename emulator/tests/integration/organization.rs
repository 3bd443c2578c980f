//! Services of an organization, through the organization API.

use authlete::types::{
    Client, ClientAuthMethod, ClientType, GetServiceListQuery, GrantType,
    OrganizationServiceCreateRequest, OrganizationServiceRemoveRequest, Service, TokenAction,
    TokenRequest,
};
use authlete::{ApiVersion, Authlete, Config, Error, Result, Setting};
use authlete_emulator::Emulator;
use serde_json::{Value, json};

use crate::common::{start, variable};

/// The status and the message of an error of the organization API.
fn refusal<T: std::fmt::Debug>(answer: Result<T>) -> (u16, String) {
    let error = answer.expect_err("the call is refused");
    assert_eq!(error.result_code(), None);
    let Error::Api(error) = error else {
        panic!("{error:?}")
    };
    let body = error.body.expect("errors are JSON");
    let message = body["error"]
        .as_str()
        .expect("an error has a message")
        .to_owned();
    assert_eq!(
        body.0,
        json!({ "error": message, "errors": [message] })
            .as_object()
            .unwrap()
            .clone()
    );
    assert_eq!(error.result_message.unwrap().expose(), message);
    (error.status.as_u16(), message)
}

/// A configuration with only the organization token.
fn organization_config(emulator: &Emulator) -> Config {
    emulator
        .config(ApiVersion::V3)
        .set(Setting::ServiceAccessToken, "")
        .set(Setting::ServiceApiKey, "")
}

fn create_request(name: &str) -> OrganizationServiceCreateRequest {
    OrganizationServiceCreateRequest::new(Service::new().service_name(name))
}

#[tokio::test]
async fn created_service_is_usable_until_its_removal() {
    let emulator = Emulator::start().await.unwrap();
    let api = Authlete::new(organization_config(&emulator)).unwrap();
    let created = api
        .organization_create_service(&create_request("Bank"))
        .await
        .unwrap();
    let id = created.api_key.unwrap();
    assert_eq!(created.service_name.as_deref(), Some("Bank"));
    assert_eq!(
        created.access_token_duration,
        Some(0),
        "omitted settings have their defaults"
    );

    // The organization token gives access to the new service.
    let own = api
        .with_config(organization_config(&emulator).service_id(id))
        .unwrap();
    let client = Client::new()
        .client_type(ClientType::Confidential)
        .token_auth_method(ClientAuthMethod::ClientSecretBasic)
        .grant_types([GrantType::ClientCredentials]);
    let client = own.create_client(&client).await.unwrap();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.client_id.unwrap().to_string())
        .client_secret(client.client_secret.unwrap());
    let token = own.token(&request).await.unwrap();
    assert_eq!(token.action, TokenAction::Ok);

    let ids = async || -> Vec<i64> {
        let list = api
            .get_service_list(&GetServiceListQuery::new())
            .await
            .unwrap();
        let services = list.services.unwrap_or_default().into_iter();
        services.filter_map(|service| service.api_key).collect()
    };
    assert_eq!(ids().await, [emulator.service_id(), id]);

    let removal = OrganizationServiceRemoveRequest::new(id);
    api.organization_remove_service(&removal).await.unwrap();
    assert_eq!(ids().await, [emulator.service_id()]);
    for error in [
        api.get_service(id).await.unwrap_err(),
        own.token(&request).await.unwrap_err(),
        own.create_client(&Client::new()).await.unwrap_err(),
    ] {
        assert_eq!(error.status().unwrap(), 404, "{error}");
    }
    let (status, message) = refusal(api.organization_remove_service(&removal).await);
    assert_eq!(
        (status, message.as_str()),
        (404, "the organization has no service with this serviceId")
    );
}

#[tokio::test]
async fn removing_a_service_revokes_its_access_token() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let own = emulator.service_id();
    assert!(api.get_client(emulator.client().id).await.is_ok());
    api.organization_remove_service(&OrganizationServiceRemoveRequest::new(own))
        .await
        .unwrap();
    let error = api.get_client(emulator.client().id).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401);
}

#[tokio::test]
async fn request_for_another_organization_is_refused_and_changes_nothing() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let create = create_request("Bank").organization_id(2);
    let remove = OrganizationServiceRemoveRequest::new(emulator.service_id()).organization_id(2);
    let expected = (
        403,
        "the token does not belong to this organization".to_owned(),
    );
    assert_eq!(
        refusal(api.organization_create_service(&create).await),
        expected
    );
    assert_eq!(
        refusal(api.organization_remove_service(&remove).await),
        expected
    );
    let list = api
        .get_service_list(&GetServiceListQuery::new())
        .await
        .unwrap();
    assert_eq!(list.total_count, Some(1));
}

#[tokio::test]
async fn invalid_settings_are_refused_in_the_error_format_of_the_organization_api() {
    let (_emulator, api) = start(ApiVersion::V3).await;
    let request = OrganizationServiceCreateRequest::new(Service::new().access_token_duration(-1));
    let (status, message) = refusal(api.organization_create_service(&request).await);
    assert_eq!(status, 400);
    assert!(
        message.contains("accessTokenDuration") && !message.starts_with('['),
        "{message}"
    );
}

/// Calls the API without the SDK, which would not send such a request.
async fn post(emulator: &Emulator, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let url = format!("{}/api{path}", emulator.base_url());
    let mut request = reqwest::Client::new().post(url).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn only_the_organization_token_is_accepted() {
    let emulator = Emulator::start().await.unwrap();
    let of_service = variable(&emulator, ApiVersion::V3, "AUTHLETE_SERVICE_ACCESSTOKEN");
    let body = json!({ "organizationId": 1, "serviceId": emulator.service_id() });
    for path in ["/service", "/service/remove"] {
        for (token, expected) in [
            (None, 401),
            (Some("wrong"), 401),
            (Some(of_service.as_str()), 403),
        ] {
            let (status, answer) = post(&emulator, path, token, &body).await;
            assert_eq!(status, expected, "{path} {answer}");
            assert_eq!(answer["errors"], json!([answer["error"]]), "{path}");
            assert!(answer.get("resultCode").is_none(), "{answer}");
        }
    }
}

#[tokio::test]
async fn missing_or_invalid_members_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let token = variable(
        &emulator,
        ApiVersion::V3,
        "AUTHLETE_SERVICEOWNER_ACCESSTOKEN",
    );
    for (path, body, expected) in [
        ("/service", json!({}), "organizationId is missing"),
        (
            "/service",
            json!({ "organizationId": "x" }),
            "/service, a member of the request is not valid: organizationId: not an integer",
        ),
        (
            "/service",
            json!({ "organizationId": 1, "apiServerId": 0 }),
            "apiServerId is not a positive integer",
        ),
        (
            "/service",
            json!({ "organizationId": 1, "apiServerId": "x" }),
            "/service, a member of the request is not valid: apiServerId: not an integer",
        ),
        (
            "/service/remove",
            json!({ "organizationId": 1 }),
            "serviceId is missing",
        ),
        (
            "/service/remove",
            json!({ "serviceId": emulator.service_id() }),
            "organizationId is missing",
        ),
        ("/service/remove", json!([]), "/service/remove, the body"),
    ] {
        let (status, answer) = post(&emulator, path, Some(&token), &body).await;
        let message = answer["error"].as_str().unwrap();
        assert_eq!(status, 400, "{body} {answer}");
        assert!(message.starts_with(expected), "{body} {answer}");
    }
    let (status, answer) = post(
        &emulator,
        "/service",
        Some(&token),
        &json!({ "organizationId": 1, "service": null }),
    )
    .await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn seed_may_set_the_organization_id() {
    let directory = tempfile::tempdir().unwrap();
    let seed = directory.path().join("seed.json");
    let text = r#"{"services": [{"clients": [{}]}], "owner": {"organizationId": 123456}}"#;
    std::fs::write(&seed, text).unwrap();
    let emulator = Emulator::builder().seed_file(&seed).start().await.unwrap();
    assert_eq!(
        variable(&emulator, ApiVersion::V3, "AUTHLETE_ORGANIZATION_ID"),
        "123456"
    );
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    api.organization_create_service(&create_request("Bank"))
        .await
        .unwrap();

    std::fs::write(&seed, text.replace("123456", "0")).unwrap();
    let error = Emulator::builder()
        .seed_file(&seed)
        .start()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("owner.organizationId: it must be above 0"),
        "{error}"
    );
}
