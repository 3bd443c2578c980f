//! Calls with invalid credentials, paths or bodies.

use crate::common::result_codes::{assert_code, assert_code_for, assert_refusal};
use crate::common::*;
use authlete::types::{AuthorizationRequest, Client, GetServiceListQuery, Service};
use authlete::{ApiVersion, Authlete, Config};
use authlete_emulator::Emulator;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::Value;

/// The number of the emulator's service.
async fn service_number(api: &Authlete) -> i64 {
    let list = api
        .get_service_list(&GetServiceListQuery::new())
        .await
        .unwrap();
    list.services.unwrap()[0].api_key.unwrap()
}

fn handle(config: Config) -> Authlete {
    Authlete::new(config).unwrap()
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let url = emulator.base_url();
    let number = service_number(&handle(emulator.config(ApiVersion::V3))).await;
    let request = AuthorizationRequest::new("response_type=code");

    let wrong = [
        (Config::v2(url, number, "wrong"), "A003204"),
        (Config::v2(url, 1, "wrong"), "A003201"),
        (Config::v3(url, number, "wrong"), "A458101"),
    ];
    for (config, code) in wrong {
        assert_refusal(handle(config).authorization(&request).await, 401, code);
    }
    let owner = variable(&emulator, ApiVersion::V2, "AUTHLETE_SERVICEOWNER_APIKEY");
    for (key, code) in [(owner.parse().unwrap(), "A002205"), (1, "A002201")] {
        let config = Config::v2(url, number, "wrong")
            .service_owner_api_key(key)
            .service_owner_api_secret("wrong");
        assert_refusal(
            handle(config).create_service(&Service::new()).await,
            401,
            code,
        );
    }
}

#[rstest]
#[tokio::test]
async fn credentials_of_a_deleted_service_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let own = service_number(&api).await;
    api.delete_service(own).await.unwrap();
    let config = match version {
        ApiVersion::V2 => emulator.config(version),
        ApiVersion::V3 => {
            let token = variable(&emulator, version, "AUTHLETE_SERVICE_ACCESSTOKEN");
            Config::v3(emulator.base_url(), own, token)
        }
    };
    let expected = match version {
        ApiVersion::V2 => "A003202",
        ApiVersion::V3 => "A458101",
    };
    let request = AuthorizationRequest::new("response_type=code");
    assert_refusal(handle(config).authorization(&request).await, 401, expected);
}

#[rstest]
#[tokio::test]
async fn service_credentials_are_refused_for_owner_apis_and_other_services(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let own = service_number(&api).await;
    let other = api
        .create_service(&Service::new())
        .await
        .unwrap()
        .api_key
        .unwrap();
    match version {
        ApiVersion::V2 => {
            // The key of the service, presented as that of the owner.
            let secret = api.get_service(own).await.unwrap().api_secret.unwrap();
            let config = Config::v2(emulator.base_url(), own, &secret);
            let service_as_owner = handle(
                config
                    .service_owner_api_key(own)
                    .service_owner_api_secret(secret),
            );
            let refused = service_as_owner.create_service(&Service::new()).await;
            assert_refusal(refused, 401, "A002201");
            // The key of the owner, presented as that of the service.
            let owner = |name: &str| variable(&emulator, version, name);
            let owner_as_service = handle(Config::v2(
                emulator.base_url(),
                owner("AUTHLETE_SERVICEOWNER_APIKEY").parse().unwrap(),
                owner("AUTHLETE_SERVICEOWNER_APISECRET"),
            ));
            let refused = owner_as_service.create_client(&Client::new()).await;
            assert_refusal(refused, 401, "A003201");
        }
        ApiVersion::V3 => {
            let token = variable(&emulator, version, "AUTHLETE_SERVICE_ACCESSTOKEN");
            let service_as_owner = Config::v3(emulator.base_url(), own, token.as_str());
            let service_as_owner =
                handle(service_as_owner.service_owner_access_token(token.as_str()));
            let refused = service_as_owner.create_service(&Service::new()).await;
            assert_refusal(refused, 403, "A457101");
            // A service token may read and update the settings of its own service only.
            let settings = service_as_owner.get_service(own).await.unwrap();
            assert_eq!(settings.api_key, Some(own));
            let updated = service_as_owner.update_service(own, &settings).await;
            assert_eq!(updated.unwrap().api_key, Some(own));
            assert_refusal(
                service_as_owner.update_service(other, &settings).await,
                403,
                "A900201",
            );
            assert_refusal(service_as_owner.get_service(other).await, 403, "A900201");

            let other_service = handle(Config::v3(emulator.base_url(), other, token.as_str()));
            let request = AuthorizationRequest::new("response_type=code");
            assert_refusal(other_service.authorization(&request).await, 403, "A900201");

            // The organization token gives access to the new service, too.
            let token = variable(&emulator, version, "AUTHLETE_SERVICEOWNER_ACCESSTOKEN");
            let organization = Config::new()
                .base_url(emulator.base_url())
                .service_owner_access_token(token);
            let organization = handle(organization.service_id(other));
            assert!(organization.create_client(&Client::new()).await.is_ok());
        }
    }
}

#[rstest]
#[tokio::test]
async fn unknown_services_and_clients_are_not_found(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    assert_refusal(api.get_service(1).await, 404, "A035201");
    assert_refusal(api.update_service(1, &Service::new()).await, 404, "A037201");
    assert_refusal(api.delete_service(1).await, 404, "A034201");
    assert_refusal(api.get_client(1).await, 404, "A027201");
    assert_refusal(api.get_client("nobody").await, 404, "A027201");
    assert_refusal(api.update_client(1, &Client::new()).await, 404, "A029201");
    assert_refusal(api.delete_client(1).await, 404, "A026201");
    assert_refusal(api.refresh_client_secret(1).await, 404, "A148201");
    if version == ApiVersion::V3 {
        let token = variable(&emulator, version, "AUTHLETE_SERVICEOWNER_ACCESSTOKEN");
        let organization = Config::new()
            .base_url(emulator.base_url())
            .service_owner_access_token(token);
        let unknown_service = handle(organization.service_id(1));
        assert_refusal(unknown_service.get_client(1).await, 404, "A458203");
    }
}

/// Sends requests that the SDK would not send.
struct Raw {
    http: reqwest::Client,
    emulator: Emulator,
    root: String,
    authorization: String,
}

impl Raw {
    async fn new() -> Self {
        let emulator = Emulator::start().await.unwrap();
        let version = ApiVersion::V3;
        let number = variable(&emulator, version, "AUTHLETE_SERVICE_APIKEY");
        let token = variable(&emulator, version, "AUTHLETE_SERVICE_ACCESSTOKEN");
        let root = format!("{}/api/{number}", emulator.base_url());
        let http = reqwest::Client::new();
        Self {
            http,
            emulator,
            root,
            authorization: format!("Bearer {token}"),
        }
    }

    async fn call(
        &self,
        method: Method,
        url: String,
        authorization: Option<&str>,
        body: impl Into<reqwest::Body>,
    ) -> (StatusCode, Value) {
        let mut request = self.http.request(method, url).body(body);
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            assert!(response.headers().contains_key("WWW-Authenticate"));
        }
        assert_eq!(
            response.headers()["Content-Type"],
            "application/json;charset=UTF-8"
        );
        (status, response.json().await.unwrap())
    }

    async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
        self.call(
            Method::POST,
            format!("{}{path}", self.root),
            Some(&self.authorization),
            body,
        )
        .await
    }
}

#[tokio::test]
async fn malformed_calls_are_refused() {
    let raw = Raw::new().await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"text\"",
        "{\"parameters\":\"a\"} and more",
        "\u{0}",
    ] {
        let (status, answer) = raw.post("/auth/token", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body:?}");
        assert_code(answer["resultCode"].as_str(), "A900205");
        assert_eq!(
            answer["resultMessage"],
            "[A900205] /auth/token, the body of the request is not a JSON object."
        );
    }
    assert_eq!(
        raw.post("/auth/token", vec![0xff_u8, 0xfe]).await.0,
        StatusCode::BAD_REQUEST
    );

    let (status, answer) = raw.post("/auth/token", vec![b' '; 1024 * 1024 + 1]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_code(answer["resultCode"].as_str(), "A900206");

    let (status, _) = raw.post("/auth/token", vec![b' '; 20 * 1024 * 1024]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);

    // An API that the emulator does not implement.
    let (status, answer) = raw.post("/auth/unknown/api", "{}").await;
    assert_eq!(status, StatusCode::NOT_IMPLEMENTED);
    assert_code(answer["resultCode"].as_str(), "A900207");
    let message = answer["resultMessage"].as_str().unwrap();
    let words = "/auth/unknown/api, authlete-emulator does not implement this API yet.";
    assert!(message.ends_with(words), "{message}");

    let token_endpoint = format!("{}/auth/token", raw.root);
    let (status, answer) = raw
        .call(
            Method::GET,
            token_endpoint.clone(),
            Some(&raw.authorization),
            "",
        )
        .await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_code(answer["resultCode"].as_str(), "A900204");

    let elsewhere = format!("{}/elsewhere", raw.emulator.base_url());
    let (status, answer) = raw.call(Method::GET, elsewhere, None, "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_code(answer["resultCode"].as_str(), "A900203");

    let no_service = format!("{}/api/none/auth/token", raw.emulator.base_url());
    let (status, _) = raw
        .call(Method::POST, no_service, Some(&raw.authorization), "{}")
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn malformed_authorization_headers_are_refused() {
    let raw = Raw::new().await;
    let v3 = format!("{}/auth/token", raw.root);
    let v2 = format!("{}/api/auth/token", raw.emulator.base_url());
    for url in [&v2, &v3] {
        let (status, answer) = raw.call(Method::POST, url.clone(), None, "{}").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_code(answer["resultCode"].as_str(), "A001202");
        for header in [
            "",
            "Bearer",
            "Bearer ",
            "Basic",
            "Basic !",
            "Basic MQ==",
            "Basic /w==",
            "Digest x",
            "x y z",
        ] {
            let (status, answer) = raw
                .call(Method::POST, url.clone(), Some(header), "{}")
                .await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{header:?}");
            assert_code_for(
                answer["resultCode"].as_str(),
                "A001203",
                format_args!("{header:?}"),
            );
        }
    }
    // Well-formed pairs of an unknown key and a secret. Two of the keys are not numbers.
    for header in ["Basic MTox", "Basic YTox", "Basic Og=="] {
        let (status, answer) = raw.call(Method::POST, v2.clone(), Some(header), "{}").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{header:?}");
        assert_code_for(
            answer["resultCode"].as_str(),
            "A003201",
            format_args!("{header:?}"),
        );
    }
    // A valid token of 3.0 on a path of 2.x.
    let (status, answer) = raw
        .call(Method::POST, v2, Some(&raw.authorization), "{}")
        .await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_code(answer["resultCode"].as_str(), "A001203");
}

/// Authlete accepts this call with GET, too, with the subject in the query or in the path.
#[tokio::test]
async fn authorizations_are_listed_by_get_too() {
    let raw = Raw::new().await;
    for path in [
        "/client/authorization/get/list?subject=al%20ice&end=3",
        "/client/authorization/get/list/al%20ice?end=3",
    ] {
        let url = format!("{}{path}", raw.root);
        let (status, answer) = raw
            .call(Method::GET, url, Some(&raw.authorization), "")
            .await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(answer["subject"], "al ice");
        assert_eq!(answer["end"], 3);
    }
    let url = format!("{}/client/authorization/get/list", raw.root);
    let (status, answer) = raw
        .call(Method::GET, url, Some(&raw.authorization), "")
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_code(answer["resultCode"].as_str(), "A136206");
}

#[tokio::test]
async fn members_of_the_wrong_type_never_cause_status_500() {
    let raw = Raw::new().await;
    let paths = [
        "/auth/authorization",
        "/auth/authorization/issue",
        "/auth/authorization/fail",
        "/auth/token",
        "/auth/introspection",
        "/auth/revocation",
        "/client/create",
        "/client/authorization/get/list",
    ];
    let values = [
        "null",
        "true",
        "-1",
        "1e300",
        "\"\\u0000\"",
        "[null,[]]",
        "{\"a\":[{}]}",
    ];
    let members = [
        "parameters",
        "ticket",
        "subject",
        "reason",
        "token",
        "scopes",
        "properties",
        "clientId",
        "clientSecret",
        "start",
        "end",
        "redirectUris",
        "clientIdAlias",
        "grantTypes",
        "extension",
        "attributes",
        "accessTokenDuration",
    ];
    for path in paths {
        for value in values {
            let body: Vec<_> = members
                .iter()
                .map(|name| format!("\"{name}\":{value}"))
                .collect();
            let (status, answer) = raw.post(path, format!("{{{}}}", body.join(","))).await;
            assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{path} {value}");
            assert!(answer.is_object(), "{path} {value}");
        }
    }
}

#[tokio::test]
async fn emulator_stops_when_it_is_dropped() {
    let (emulator, api) = start(ApiVersion::V3).await;
    api.get_service_list(&GetServiceListQuery::new())
        .await
        .unwrap();
    drop(emulator);
    loop {
        match api.get_service_list(&GetServiceListQuery::new()).await {
            Err(error) if error.is_connect() => break,
            _ => tokio::task::yield_now().await,
        }
    }
}
