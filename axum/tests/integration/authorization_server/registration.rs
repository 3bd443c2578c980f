//! Dynamic client registration and registration management.

use authlete::JsonObject;
use authlete::server::RequestCredentials;
use authlete_axum::authorization_server::Registrations;
use axum::response::Result;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::*;
use authlete::ApiVersion;
use rstest::rstest;

struct Partners;

impl Registrations for Partners {
    async fn may_register(
        &self,
        credentials: &RequestCredentials,
        metadata: &JsonObject,
    ) -> Result<bool> {
        let token = credentials.access_token();
        let is_partner = token.is_some_and(|token| token.value == "initial".into());
        Ok(is_partner && !metadata.contains_key("software_statement"))
    }

    async fn may_update(&self, _: &str, metadata: &JsonObject) -> Result<bool> {
        Ok(metadata.get("client_name") != Some(&json!("Bank")))
    }
}

async fn start(version: ApiVersion, path: &str) -> Provider {
    let router = |server: AuthorizationServer| server.registrations(Partners).router();
    let provider = Provider::at(path, version, users::Users, router).await;
    provider
        .change_service(|service| {
            service.dynamic_registration_supported = Some(true);
            service.unauthorized_on_client_config_supported = Some(true);
        })
        .await;
    provider
}

fn json_body(request: RequestBuilder, token: &str, body: &Value) -> RequestBuilder {
    let request = request.header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    request.body(body.to_string())
}

async fn register(provider: &Provider, token: &str, body: &Value) -> Reply {
    let request = provider.client().request(Method::POST, "/register");
    Reply::of(json_body(request, token, body)).await
}

fn metadata() -> Value {
    json!({ "redirect_uris": ["https://app.example/callback"] })
}

async fn registered(provider: &Provider) -> (String, String, Value) {
    let reply = register(provider, "initial", &metadata()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let client = reply.json();
    let text = |name: &str| client[name].as_str().unwrap().to_owned();
    (
        text("registration_client_uri"),
        text("registration_access_token"),
        client,
    )
}

#[rstest]
#[case::v2(ApiVersion::V2, "")]
#[case::v3_under_a_path(ApiVersion::V3, "/tenant")]
#[tokio::test]
async fn registered_client_reads_updates_and_deletes_its_registration(
    #[case] version: ApiVersion,
    #[case] path: &str,
) {
    let provider = start(version, path).await;
    let (url, token, client) = registered(&provider).await;
    assert!(url.starts_with(&provider.issuer), "{url}");
    let bearer = format!("Bearer {token}");
    let http = client::http();
    let read = http.get(&url).header("authorization", &bearer);
    let read = Reply::of(read).await;
    assert_eq!((read.status, read.json()), (200, client.clone()));

    let mut update = metadata();
    update["client_id"] = client["client_id"].clone();
    update["client_name"] = "App".into();
    let updated = Reply::of(json_body(http.put(&url), &token, &update)).await;
    assert_eq!(updated.status, 200, "{updated:?}");
    assert_eq!(updated.json()["client_name"], "App");
    update["client_name"] = "Bank".into();
    let refused = Reply::of(json_body(http.put(&url), &token, &update)).await;
    refused.assert_error(403, "access_denied");

    let wrong = http.delete(&url).header("authorization", "Bearer wrong");
    assert_eq!(Reply::of(wrong).await.status, 401);
    let delete = http.delete(&url).header("authorization", &bearer);
    let deleted = Reply::of(delete).await;
    assert_eq!((deleted.status, &*deleted.body), (204, ""));
    let gone = http.get(&url).header("authorization", &bearer);
    assert_eq!(Reply::of(gone).await.status, 401);
}

#[rstest]
#[tokio::test]
async fn registration_and_update_are_refused_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let on = |service: &mut authlete::types::Service| {
        service.dynamic_registration_supported = Some(true);
    };
    provider.change_service(on).await;
    let reply = register(&provider, "initial", &metadata()).await;
    reply.assert_error(403, "access_denied");
    let request = provider.client().request(Method::PUT, "/register/1");
    let reply = Reply::of(json_body(request, "token", &metadata())).await;
    reply.assert_error(403, "access_denied");
}

#[tokio::test]
async fn refused_registration_is_answered_with_a_challenge() {
    let provider = start(ApiVersion::V3, "").await;
    let mut stated = metadata();
    stated["software_statement"] = "e30.e30.".into();
    for (token, body) in [("wrong", metadata()), ("initial", stated)] {
        let reply = register(&provider, token, &body).await;
        reply.assert_error(401, "invalid_token");
        let challenge = reply.header("www-authenticate");
        assert_eq!(challenge, Some("Bearer error=\"invalid_token\""));
    }
    let request = provider.client().request(Method::POST, "/register");
    let request = request.header("content-type", "application/json");
    let reply = Reply::of(request.body(metadata().to_string())).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn body_that_is_not_a_json_object_is_refused() {
    let provider = start(ApiVersion::V3, "").await;
    let client = provider.client();
    let post = || {
        let request = client.request(Method::POST, "/register");
        request.header("authorization", "Bearer initial")
    };
    let json = || post().header("content-type", "application/json; charset=utf-8");
    for body in ["", "[]", "{", "{\"client_name\":\"\u{0}\"}"] {
        let reply = Reply::of(json().body(body)).await;
        reply.assert_error(400, "invalid_client_metadata");
    }
    let form = post().header("content-type", "application/x-www-form-urlencoded");
    let reply = Reply::of(form.body("a=b")).await;
    reply.assert_error(415, "invalid_client_metadata");
    let large = format!("{{\"client_name\":\"{}\"}}", "a".repeat(300 * 1024));
    let reply = Reply::of(json().body(large)).await;
    reply.assert_error(413, "invalid_request");
}

#[tokio::test]
async fn repeated_member_is_sent_to_authlete_once() {
    let provider = start(ApiVersion::V3, "").await;
    let request = provider.client().request(Method::POST, "/register");
    let request = request
        .header("authorization", "Bearer initial")
        .header("content-type", "application/json")
        .body(r#"{"redirect_uris":["https://app.example/"],"client_name":"A","client_name":"B"}"#);
    let reply = Reply::of(request).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(reply.json()["client_name"], "B");
}

#[tokio::test]
async fn client_configuration_without_a_bearer_token_is_challenged() {
    let provider = start(ApiVersion::V3, "").await;
    let (url, token, _) = registered(&provider).await;
    let http = client::http();
    let by_dpop = format!("DPoP {token}");
    let put = http.put(&url).header("content-type", "application/json");
    for request in [
        http.get(&url),
        http.delete(&url),
        put.body("{}"),
        http.get(&url).header("authorization", by_dpop),
    ] {
        let reply = Reply::of(request).await;
        assert_eq!(reply.status, 401, "{reply:?}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
    assert_eq!(Reply::of(http.post(&url)).await.status, 405);
}

#[test]
fn registration_and_management_may_share_a_url_and_grant_management_may_not() {
    let mut service = authlete::types::Service::default();
    service.issuer = Some("https://as.example.com".into());
    service.registration_endpoint = Some("https://as.example.com/clients".into());
    service.registration_management_endpoint = service.registration_endpoint.clone();
    assert!(Endpoints::from_service(&service).is_ok());
    service.registration_management_endpoint = None;
    service.grant_management_endpoint = Some("https://as.example.com/clients".into());
    let error = Endpoints::from_service(&service).unwrap_err().to_string();
    assert!(error.contains("grantManagementEndpoint"), "{error}");
}
