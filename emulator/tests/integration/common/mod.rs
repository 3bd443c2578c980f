//! Helpers for the tests.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod credentials;
pub mod defaults;
pub mod fapi;
pub mod federation;
pub mod grants;
pub mod issued;
pub mod jwe;
pub mod jwt;
pub mod openid;
pub mod program;
pub mod registration;
pub mod result_codes;
pub mod rsa;
pub mod state_file;
pub mod wallet;

use authlete::types::{
    AuthorizationIssueRequest, AuthorizationRequest, AuthorizationResponse, Client,
    ClientLockFlagUpdateRequest, GetServiceConfigurationQuery, GetServiceJwksQuery, Property,
    PushedAuthReqRequest, PushedAuthReqResponse, Service, TokenAction, TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete, Config, Error};
use authlete_emulator::{Emulator, RegisteredClient};
use serde_json::Value;

/// The example of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub const GENERATIONS: [ApiVersion; 2] = [ApiVersion::V2, ApiVersion::V3];

/// Starts an emulator and returns an API client for it.
pub async fn start(version: ApiVersion) -> (Emulator, Authlete) {
    let emulator = Emulator::start().await.expect("the emulator starts");
    let api = Authlete::new(emulator.config(version)).expect("its configuration is complete");
    (emulator, api)
}

/// Starts an emulator whose client comes from a seed, which allows settings that the API refuses.
pub async fn start_with_client(version: ApiVersion, client: Value) -> (Emulator, Authlete) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("seed.json");
    let issuer = "https://as.example";
    let seed = serde_json::json!({ "services": [{ "issuer": issuer, "clients": [client] }] });
    std::fs::write(&path, seed.to_string()).expect("the seed is written");
    let emulator = Emulator::builder().seed_file(&path).start().await;
    let emulator = emulator.expect("the emulator starts");
    let api = Authlete::new(emulator.config(version)).expect("its configuration is complete");
    (emulator, api)
}

/// Creates another service on the same emulator and returns an API client for it.
pub async fn another_service(emulator: &Emulator, api: &Authlete, version: ApiVersion) -> Authlete {
    let other = api.create_service(&Service::new()).await.unwrap();
    let number = other.api_key.unwrap();
    let config = match version {
        ApiVersion::V2 => Config::v2(emulator.base_url(), number, other.api_secret.unwrap()),
        ApiVersion::V3 => {
            let token = variable(emulator, version, "AUTHLETE_SERVICEOWNER_ACCESSTOKEN");
            Config::v3(emulator.base_url(), number, token)
        }
    };
    Authlete::new(config).unwrap()
}

/// Changes the settings of the emulator's service.
pub async fn configure(emulator: &Emulator, api: &Authlete, change: impl FnOnce(&mut Service)) {
    let number = variable(emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APIKEY");
    let number = number.parse().expect("a number");
    let mut service = api.get_service(number).await.expect("the service");
    change(&mut service);
    let updated = api.update_service(number, &service).await;
    updated.expect("the service is updated");
}

/// Changes the settings of a client.
pub async fn configure_client(api: &Authlete, id: i64, change: impl FnOnce(&mut Client)) {
    let mut client = api.get_client(id).await.expect("the client");
    change(&mut client);
    let updated = api.update_client(id, &client).await;
    updated.expect("the client is updated");
}

/// Locks a client, or unlocks it.
pub async fn lock(api: &Authlete, id: i64, locked: bool) {
    let request = ClientLockFlagUpdateRequest::new(locked);
    let updated = api.update_client_lock_flag(id, &request).await;
    updated.expect("the lock flag is updated");
}

/// The query of a valid authorization request with PKCE.
pub fn query(client: &RegisteredClient) -> String {
    form(&[
        ("response_type", "code"),
        ("client_id", &client.id.to_string()),
        ("redirect_uri", &client.redirect_uri),
        ("scope", "read write"),
        ("state", "af0ifjsldkj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

pub fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The answer to an authorization request.
pub async fn ask(api: &Authlete, query: impl Into<String>) -> AuthorizationResponse {
    let request = AuthorizationRequest::new(query.into());
    api.authorization(&request).await.unwrap()
}

/// A ticket for an authorization request.
pub async fn ticket(api: &Authlete, query: &str) -> authlete::Secret {
    let answer = api
        .authorization(&AuthorizationRequest::new(query))
        .await
        .expect("an answer");
    answer.ticket.expect("a ticket")
}

/// A code, for the subject `alice`.
pub async fn code(api: &Authlete, query: &str) -> String {
    let request = AuthorizationIssueRequest::new(ticket(api, query).await, "alice");
    let answer = api.authorization_issue(&request).await.expect("an answer");
    answer
        .authorization_code
        .expect("a code")
        .expose()
        .to_owned()
}

/// The token request that belongs to [`query`].
pub fn code_parameters(client: &RegisteredClient, code: &str) -> String {
    form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", VERIFIER),
    ])
}

/// A token request of the registered client with its client secret.
pub async fn request_token(
    api: &Authlete,
    client: &RegisteredClient,
    parameters: &str,
) -> TokenResponse {
    let request = TokenRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    api.token(&request).await.expect("an answer")
}

/// Checks that a property of a token request is ignored: for this grant type, another call sets the properties.
pub async fn assert_property_unused(
    api: &Authlete,
    client: &RegisteredClient,
    parameters: impl Into<String>,
) {
    let request = TokenRequest::new(parameters.into())
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .properties([Property::new("shop", "7")]);
    let answer = api.token(&request).await.expect("an answer");
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    assert_eq!(answer.properties, None);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body.get("shop"), None);
}

/// A pushed authorization request of the registered client with its client secret.
pub async fn push(
    api: &Authlete,
    client: &RegisteredClient,
    parameters: &str,
) -> PushedAuthReqResponse {
    let request = PushedAuthReqRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    api.push_authorization_request(&request).await.unwrap()
}

/// Tokens for the scopes `read` and `write`, and the subject `alice`.
pub async fn tokens(api: &Authlete, client: &RegisteredClient) -> TokenResponse {
    let code = code(api, &query(client)).await;
    let answer = request_token(api, client, &code_parameters(client, &code)).await;
    assert_eq!(
        answer.action,
        TokenAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    answer
}

/// The `responseContent` of an answer, parsed as JSON.
pub fn content(text: Option<&authlete::Secret>) -> Value {
    serde_json::from_str(text.expect("responseContent").expose()).expect("JSON")
}

/// The discovery metadata of the service.
pub async fn metadata(api: &Authlete) -> Value {
    let query = GetServiceConfigurationQuery::new();
    let metadata = api.get_service_configuration(&query).await;
    metadata.unwrap().into_value()
}

/// A list of strings in the metadata.
pub fn words(metadata: &Value, name: &str) -> Vec<String> {
    let values = metadata[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name}"));
    let words = values
        .iter()
        .map(|value| value.as_str().unwrap().to_owned());
    words.collect()
}

/// The JWK Set of the service.
pub async fn jwks(api: &Authlete) -> Value {
    let jwks = api.get_service_jwks(&GetServiceJwksQuery::new()).await;
    jwks.unwrap().expect("keys").into_value()
}

/// The redirect URL without its query, and the parameters of the query in order.
pub fn location(text: Option<&authlete::Secret>) -> (String, Vec<(String, String)>) {
    let text = text.expect("responseContent").expose();
    let (uri, query) = text.split_once('?').expect("a query");
    let parameters = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    (uri.to_owned(), parameters)
}

/// HTTP status and result code of a refused call.
#[track_caller]
pub fn refusal<T: std::fmt::Debug>(result: authlete::Result<T>) -> (u16, String) {
    let error = result.expect_err("the call is refused");
    match &error {
        Error::Api(refused) => {
            let code = refused.result_code.clone().expect("a result code");
            let message = refused
                .result_message
                .as_ref()
                .map(authlete::Secret::expose)
                .expect("a result message");
            assert!(message.starts_with(&format!("[{code}] ")), "{message}");
            (refused.status.as_u16(), code)
        }
        _ => panic!("not refused by the API: {error}"),
    }
}

/// An environment variable from [`Emulator::environment`].
pub fn variable(emulator: &Emulator, version: ApiVersion, name: &str) -> String {
    let environment = emulator.environment(version);
    let (_, value) = environment
        .into_iter()
        .find(|(variable, _)| *variable == name)
        .expect("the variable");
    value
}

/// The JSON at a path of the emulator that is not part of the Authlete APIs.
pub async fn data(emulator: &Emulator, path: &str) -> Value {
    let url = format!("{}{path}", emulator.base_url());
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["content-type"],
        "application/json;charset=UTF-8"
    );
    answer.json().await.unwrap()
}

/// Checks that an update by 2.x changed the members, and that an update by 3.0 ignored them.
pub fn assert_read_by_2_x_alone(
    version: ApiVersion,
    names: &[&str],
    [created, updated, after]: [&Value; 3],
) {
    for name in names {
        let expected = match version {
            ApiVersion::V2 => updated.get(name),
            ApiVersion::V3 => created.get(name),
        };
        assert_eq!(after.get(name), expected, "{name}");
    }
}

/// Calls an API of the owner (`SERVICEOWNER`) or of the service (`SERVICE`) with a body that the SDK cannot send.
pub async fn post(
    emulator: &Emulator,
    version: ApiVersion,
    caller: &str,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    let value = |name: &str| variable(emulator, version, &format!("AUTHLETE_{caller}_{name}"));
    let request = reqwest::Client::new();
    let url = format!("{}/api", emulator.base_url());
    let request = match version {
        ApiVersion::V2 => request
            .post(format!("{url}{path}"))
            .basic_auth(value("APIKEY"), Some(value("APISECRET"))),
        ApiVersion::V3 => {
            let service = match caller {
                "SERVICE" => format!("/{}", value("APIKEY")),
                _ => String::new(),
            };
            request
                .post(format!("{url}{service}{path}"))
                .bearer_auth(value("ACCESSTOKEN"))
        }
    };
    let response = request.json(body).send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}
