//! Published result codes, one case for each situation. They are the same in both generations.

mod access_token;
mod authorization;
mod ciba;
mod client_assertion;
mod client_authentication;
mod client_registration;
mod device;
mod fapi;
mod id_token_hint;
mod jose;
mod management;
mod polling;
mod protected_jwt;
mod request_object;
mod signed_backchannel_request;
mod token;

use std::time::{SystemTime, UNIX_EPOCH};

use authlete::types::{Client, Service, UserCodeCharset};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use serde_json::{Value, json};

use crate::common::{configure, configure_client, post, start};

const VERSION: ApiVersion = ApiVersion::V3;
const ISSUER: &str = "https://as.example";

/// An emulator, and calls of its APIs with any body.
struct Caller {
    emulator: Emulator,
    api: Authlete,
}

impl Caller {
    async fn start() -> Self {
        let (emulator, api) = start(VERSION).await;
        Self { emulator, api }
    }

    fn client(&self) -> &RegisteredClient {
        self.emulator.client()
    }

    fn id(&self) -> String {
        self.client().id.to_string()
    }

    fn secret(&self) -> &str {
        self.client().secret.expose()
    }

    async fn configure(&self, change: impl FnOnce(&mut Service)) {
        configure(&self.emulator, &self.api, change).await;
    }

    async fn configure_client(&self, change: impl FnOnce(&mut Client)) {
        configure_client(&self.api, self.client().id, change).await;
    }

    /// Sets what the device flow needs.
    async fn enable_devices(&self) {
        self.configure(|service| {
            service.device_verification_uri = Some("https://as.example/device".to_owned());
            service.user_code_charset = Some(UserCodeCharset::Base20);
            service.user_code_length = Some(8);
        })
        .await;
    }

    /// The response to a call.
    async fn call(&self, path: &str, body: &Value) -> Value {
        post(&self.emulator, VERSION, "SERVICE", path, body).await.1
    }

    /// The result code of a call.
    async fn code(&self, path: &str, body: &Value) -> String {
        let answer = self.call(path, body).await;
        answer["resultCode"].as_str().unwrap().to_owned()
    }

    /// The response to a call with a request of the client, which authenticates with its secret.
    async fn ask(&self, path: &str, parameters: &str) -> Value {
        let body = json!({
            "parameters": parameters,
            "clientId": self.id(),
            "clientSecret": self.secret(),
        });
        self.call(path, &body).await
    }

    /// The result code of a call with a request of the client, which authenticates with its secret.
    async fn code_of(&self, path: &str, parameters: &str) -> String {
        let answer = self.ask(path, parameters).await;
        answer["resultCode"].as_str().unwrap().to_owned()
    }
}

/// Seconds since the Unix epoch.
fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs()
}

/// The claims with another value of one of them, or without it.
fn with(mut claims: Value, name: &str, value: Option<Value>) -> Value {
    let members = claims.as_object_mut().unwrap();
    members.remove(name);
    members.extend(value.map(|value| (name.to_owned(), value)));
    claims
}
