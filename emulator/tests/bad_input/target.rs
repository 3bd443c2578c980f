//! The emulator under test, and the check of each of its responses.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use authlete::{ApiRoot, ApiVersion, CredentialKind};
use authlete_emulator::Emulator;
use proptest::test_runner::Config;
use reqwest::{Client, Method, Response};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::common::{GENERATIONS, form, variable};
use crate::description::Described;
use crate::handles::{Handles, placeholder};
use crate::jwts;

/// The alias of the attacked client, which is accepted wherever its ID is.
pub const ALIAS: &str = "attacked-client";
/// The secret of the client, which can also sign.
pub const SECRET: &str = "a-secret-that-is-long-enough-for-HS512-and-is-known-to-the-attacker-too";
pub const REDIRECT_URI: &str = "https://client.example/callback";
pub const ISSUER: &str = "https://as.example";

/// The trust anchor of the service, which has the same key as the client.
pub const ANCHOR: &str = "https://anchor.example";

/// Every response has to arrive within this time, also on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A configuration for this number of cases. Shrinking is limited, because each step is a request.
pub fn cases(cases: u32) -> Config {
    Config {
        cases,
        max_shrink_iters: 500,
        ..Config::default()
    }
}

/// An emulator with an attacked service, which tests may break, and its first service, which they do not change.
pub struct Target {
    pub runtime: Runtime,
    pub emulator: Emulator,
    pub http: Client,
    attacked: Mutex<Attacked>,
}

/// The service and client that tests may break, and the handles from their responses.
#[derive(Default)]
struct Attacked {
    service: Map<String, Value>,
    client: Map<String, Value>,
    handles: Handles,
}

/// A response that matches the description.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Target {
    pub fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let emulator = runtime.block_on(Emulator::start()).unwrap();
        let http = Client::builder().timeout(TIMEOUT).build().unwrap();
        let target = Self {
            runtime,
            emulator,
            http,
            attacked: Mutex::default(),
        };
        target.renew();
        target
    }

    /// Creates a new service and client, and drops the handles.
    pub fn renew(&self) {
        *self.lock() = Attacked::default();
        let seed = self.emulator.service_id().to_string();
        let mut service = self.call_ok(ApiVersion::V3, "get_service", &seed, None);
        service.extend(service_settings());
        let keys = service.get("jwks").cloned().unwrap_or_default();
        service.insert("federationJwks".to_owned(), keys);
        let service = self.call_ok(ApiVersion::V3, "create_service", "", Some(service.into()));
        self.lock().service = service;
        let client = client_settings();
        let client = self.call_ok(ApiVersion::V2, "create_client", "", Some(client.into()));
        self.lock().client = client;
        let secret = json!({ "clientSecret": SECRET });
        self.call_ok(ApiVersion::V2, "update_client_secret", ALIAS, Some(secret));
    }

    fn call_ok(
        &self,
        version: ApiVersion,
        id: &str,
        argument: &str,
        body: Option<Value>,
    ) -> Map<String, Value> {
        let answer = self.call(version, id, argument, &[], body.as_ref());
        let answer = self.runtime.block_on(answer);
        assert!(answer.status < 300, "{id}: {}", answer.body);
        answer.body.as_object().cloned().unwrap_or_default()
    }

    /// The settings of the service at its creation.
    pub fn service(&self) -> Map<String, Value> {
        self.lock().service.clone()
    }

    /// The settings of the client at its creation.
    pub fn client(&self) -> Map<String, Value> {
        self.lock().client.clone()
    }

    /// A member of the service, as text.
    pub fn of_service(&self, name: &str) -> String {
        text_of(self.lock().service.get(name))
    }

    /// A member of the client, as text.
    pub fn of_client(&self, name: &str) -> String {
        text_of(self.lock().client.get(name))
    }

    /// The valid path argument of an operation.
    pub fn argument(&self, described: &Described) -> String {
        let route = described.operation.route(ApiVersion::V3);
        let path = route.map_or("", |route| route.path);
        let parameter = path.split(['{', '}']).nth(1);
        match parameter {
            Some("serviceId") => self.of_service("apiKey"),
            Some("handle") => placeholder("hardwareKey", 0),
            Some("requestId") => placeholder("batch", 0),
            Some("accessTokenIdentifier") => placeholder("accessToken", 0),
            _ => ALIAS.to_owned(),
        }
    }

    pub fn has(&self, kind: &str) -> bool {
        self.lock().handles.has(kind)
    }

    /// Replaces the placeholders in a text by handles.
    pub fn fill(&self, text: &str) -> String {
        self.lock().handles.fill(text)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Attacked> {
        self.attacked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls an operation with valid credentials, and checks that the response matches the description.
    pub async fn call(
        &self,
        version: ApiVersion,
        id: &str,
        argument: &str,
        query: &[(String, String)],
        body: Option<&Value>,
    ) -> Answer {
        let bytes = body.map(|body| self.fill(&body.to_string()).into_bytes());
        self.send(version, id, argument, query, bytes).await
    }

    /// Like [`Self::call`], with a body that need not be JSON.
    pub async fn send(
        &self,
        version: ApiVersion,
        id: &str,
        argument: &str,
        query: &[(String, String)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let body = body.map(|body| (None, body));
        self.exchange_call(version, id, argument, query, body, "")
            .await
    }

    /// Like [`Self::send`], with a media type and a slash at the end of the path.
    pub async fn send_spelled(
        &self,
        version: ApiVersion,
        id: &str,
        argument: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Answer {
        let body = body.map(|(media_type, body)| (Some(media_type), body));
        self.exchange_call(version, id, argument, &[], body, "/")
            .await
    }

    async fn exchange_call(
        &self,
        version: ApiVersion,
        id: &str,
        argument: &str,
        query: &[(String, String)],
        body: Option<(Option<&str>, Vec<u8>)>,
        end: &str,
    ) -> Answer {
        let described = Described::of(id);
        let version = described.version(version);
        let route = described.operation.route(version).unwrap();
        let key = self.of_service("apiKey");
        let mut path = if route.root == ApiRoot::Service {
            format!("/{key}{}", route.path)
        } else {
            route.path.to_owned()
        };
        if let Some((before, rest)) = path.split_once('{').filter(|_| !route.path.is_empty()) {
            let after = rest.split_once('}').unwrap().1;
            let argument = self.fill(argument);
            let argument: String = form_urlencoded::byte_serialize(argument.as_bytes()).collect();
            path = format!("{before}{}{after}", argument.replace('+', "%20"));
        }
        let method = Method::from_bytes(route.method.as_bytes()).unwrap();
        let url = format!("{}/api{path}{end}", self.emulator.base_url());
        let mut request = self.http.request(method, url).query(query);
        request = match route.credentials.first() {
            None => request,
            Some(kind) => {
                let (name, secret) = self.credentials(*kind);
                match name {
                    Some(name) => request.basic_auth(name, Some(secret)),
                    None => request.bearer_auth(secret),
                }
            }
        };
        if let Some((media_type, body)) = body {
            request = request.body(body);
            if let Some(media_type) = media_type {
                request = request.header("Content-Type", media_type);
            }
        }
        let sent = format!("{version} {id} {argument:?} {query:?}");
        let answer = request.send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{sent}: no response: {error:?}"));
        self.check(&described, &sent, answer).await
    }

    async fn check(&self, described: &Described, sent: &str, answer: Response) -> Answer {
        let status = answer.status().as_u16();
        let content_type = answer.headers().get("content-type");
        let content_type = content_type.map(|value| value.to_str().unwrap().to_owned());
        let body = answer.bytes().await;
        let body = body.unwrap_or_else(|error| panic!("{sent}: incomplete response: {error:?}"));
        if let Some(fault) = described.fault(status, content_type.as_deref(), &body) {
            let body = String::from_utf8_lossy(&body);
            panic!("{sent}: {fault} in {status} {body:.2000}");
        }
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();

        self.lock().handles.collect(&body);
        Answer { status, body }
    }

    /// The user name, for Basic only, and the secret. In 3.0, the organization token is valid for the new service, too.
    fn credentials(&self, kind: CredentialKind) -> (Option<String>, String) {
        let own = |version, name| variable(&self.emulator, version, name);
        match kind {
            CredentialKind::ServiceKey => (
                Some(self.of_service("apiKey")),
                self.of_service("apiSecret"),
            ),
            CredentialKind::ServiceOwnerKey => (
                Some(own(ApiVersion::V2, "AUTHLETE_SERVICEOWNER_APIKEY")),
                own(ApiVersion::V2, "AUTHLETE_SERVICEOWNER_APISECRET"),
            ),
            _ => (
                None,
                own(ApiVersion::V3, "AUTHLETE_SERVICEOWNER_ACCESSTOKEN"),
            ),
        }
    }

    /// Checks that the first service still issues tokens.
    pub async fn assert_alive(&self) {
        let client = self.emulator.client();
        let parameters = form(&[("grant_type", "client_credentials"), ("scope", "read")]);
        let request = authlete::types::TokenRequest::new(parameters)
            .client_id(client.id.to_string())
            .client_secret(&client.secret);
        for version in GENERATIONS {
            let api = authlete::Authlete::new(self.emulator.config(version)).unwrap();
            let answer = tokio::time::timeout(TIMEOUT, api.token(&request)).await;
            let answer = answer.expect("the emulator answers in time").unwrap();
            assert_eq!(answer.action, authlete::types::TokenAction::Ok);
        }
    }
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        value => value.map_or_else(String::new, Value::to_string),
    }
}

/// Settings of the attacked service besides those of the first service. They enable what can be attacked.
fn service_settings() -> Map<String, Value> {
    let scopes = ["openid", "offline_access", "read", "write", "device_sso"];
    let settings = json!({
        "serviceName": "Attacked service",
        "supportedScopes": scopes.map(|name| json!({ "name": name })),
        "backchannelTokenDeliveryModes": ["POLL", "PING", "PUSH"],
        "supportedBackchannelTokenDeliveryModes": ["POLL", "PING", "PUSH"],
        "backchannelUserCodeParameterSupported": true,
        "backchannelAuthReqIdDuration": 600,
        "deviceFlowCodeDuration": 600,
        "deviceFlowPollingInterval": 0,
        "backchannelPollingInterval": 0,
        "pushedAuthReqDuration": 600,
        "dynamicRegistrationSupported": true,
        "hsmEnabled": true,
        "tlsClientCertificateBoundAccessTokens": true,
        "authorizationResponseDuration": 600,
        "authorizationSignatureAlgorithm": "ES256",
        "supportedAuthorizationDetailsTypes": ["payment"],
        "supportedAcrs": ["urn:acr:1", "urn:acr:2"],
        "supportedClaims": ["sub", "name", "email"],
        "trustedRootCertificates": [],
        "clientAttesterRootsEnabled": true,
        "clientAttesterRoots": [jwts::own_certificate()],
        "nativeSsoSupported": true,
        "federationEnabled": true,
        "authorityHints": [ANCHOR],
        "trustAnchors": [{ "entityId": ANCHOR, "jwks": jwts::key_set() }],
    });
    settings.as_object().unwrap().clone()
}

fn client_settings() -> Map<String, Value> {
    let settings = json!({
        "clientName": "Attacked client",
        "clientIdAlias": ALIAS,
        "clientIdAliasEnabled": true,
        "clientType": "CONFIDENTIAL",
        "grantTypes": [
            "AUTHORIZATION_CODE", "IMPLICIT", "PASSWORD", "CLIENT_CREDENTIALS", "REFRESH_TOKEN", "CIBA", "DEVICE_CODE",
            "TOKEN_EXCHANGE", "JWT_BEARER",
        ],
        "responseTypes": [
            "NONE", "CODE", "TOKEN", "ID_TOKEN", "CODE_TOKEN", "CODE_ID_TOKEN", "ID_TOKEN_TOKEN", "CODE_ID_TOKEN_TOKEN",
        ],
        "redirectUris": [REDIRECT_URI],
        "requestUris": ["https://client.example/request.jwt"],
        "bcDeliveryMode": "POLL",
        "authorizationDetailsTypes": ["payment"],
        "jwks": jwts::key_set(),
    });
    settings.as_object().unwrap().clone()
}
