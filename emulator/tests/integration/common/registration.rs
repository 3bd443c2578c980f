//! Dynamic client registration.

use authlete::types::{
    ClientRegistrationAction as Action, ClientRegistrationRequest, ClientRegistrationResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use serde_json::{Value, json};

use super::{configure, content, start};

pub const ENDPOINT: &str = "https://as.example/register";

pub async fn start_open(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.dynamic_registration_supported = Some(true);
        service.unauthorized_on_client_config_supported = Some(true);
        service.registration_endpoint = Some(ENDPOINT.to_owned());
    })
    .await;
    (emulator, api)
}

pub async fn register(api: &Authlete, metadata: Value) -> ClientRegistrationResponse {
    let request = ClientRegistrationRequest::new().json(metadata.to_string());
    api.dynamic_client_register(&request)
        .await
        .expect("an answer")
}

/// Registers a client and expects success.
pub async fn registered(api: &Authlete, metadata: Value) -> Value {
    let answer = register(api, metadata).await;
    assert_eq!(
        answer.action,
        Action::Created,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    content(answer.response_content.as_ref())
}

/// A request to the configuration endpoint of a registration.
pub fn manage(registration: &Value) -> ClientRegistrationRequest {
    let text = |name: &str| registration[name].as_str().expect("the member").to_owned();
    ClientRegistrationRequest::new()
        .client_id(text("client_id"))
        .token(text("registration_access_token"))
}

pub fn minimal() -> Value {
    json!({"redirect_uris": ["https://app.example/callback"]})
}

pub fn with(mut metadata: Value, members: Value) -> Value {
    let members = members.as_object().expect("the member").clone();
    metadata
        .as_object_mut()
        .expect("the member")
        .extend(members);
    metadata
}
