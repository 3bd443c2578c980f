//! What an emulator has from the start: one service and one client.

use authlete::Secret;
use serde_json::Value;

use crate::clock::Clock;
use crate::endpoints::{client, service};
use crate::json::{Members, Object};
use crate::random;
use crate::store::{Owner, Store};

const ALIAS: &str = "emulated-client";
const REDIRECT_URI: &str = "https://client.example/callback";
const ISSUER: &str = "https://as.example";
/// The keys of the service. Everybody can read them here: another reason not to rely on this program.
const KEYS: &str = include_str!("seed/keys.json");
/// Where the caller's server would have its endpoints, below the issuer.
const ENDPOINTS: [(&str, &str); 11] = [
    ("authorizationEndpoint", "/authorize"),
    ("tokenEndpoint", "/token"),
    ("userInfoEndpoint", "/userinfo"),
    ("jwksUri", "/jwks"),
    ("revocationEndpoint", "/revoke"),
    ("introspectionEndpoint", "/introspect"),
    ("registrationEndpoint", "/register"),
    ("pushedAuthReqEndpoint", "/par"),
    ("deviceAuthorizationEndpoint", "/device_authorization"),
    ("deviceVerificationUri", "/device"),
    ("backchannelAuthenticationEndpoint", "/bc-authorize"),
];
const SCOPES: [&str; 8] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
    "read",
    "write",
];

/// The client that is registered when the emulator starts. It is confidential, authenticates with its secret in either
/// way, and may use the grant types `authorization_code`, `refresh_token` and `client_credentials`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RegisteredClient {
    /// The client ID.
    pub id: i64,
    /// The client secret.
    pub secret: Secret,
    /// The alias, which works wherever the client ID does.
    pub alias: String,
    /// The only redirect URI.
    pub redirect_uri: String,
}

/// What opens the emulator.
#[derive(Debug)]
pub struct Credentials {
    pub owner: Owner,
    pub service_key: i64,
    pub service_secret: String,
    pub service_access_token: String,
}

/// Makes the state to start with.
pub fn seed(clock: &Clock) -> Result<(Store, Credentials, RegisteredClient), getrandom::Error> {
    let owner = Owner::generate()?;
    let mut store = Store::new(owner.clone());
    let mut service = service::new(&mut store, &service_settings(), clock.now())?;
    let client = client::new(&mut service, &client_settings(), clock.now())?;
    let registered = RegisteredClient {
        id: client.id(),
        secret: client
            .settings
            .text("clientSecret")
            .unwrap_or_default()
            .into(),
        alias: ALIAS.to_owned(),
        redirect_uri: REDIRECT_URI.to_owned(),
    };
    let credentials = Credentials {
        owner,
        service_key: service.settings.integer("apiKey").unwrap_or_default(),
        service_secret: service
            .settings
            .text("apiSecret")
            .unwrap_or_default()
            .to_owned(),
        service_access_token: random::token()?,
    };
    service.clients.put(client);
    store.add(service);
    store.add_access_token(&credentials.service_access_token, credentials.service_key);
    Ok((store, credentials, registered))
}

fn service_settings() -> Object {
    let scope = |name: &str| {
        Value::Object(object([
            ("name", name.into()),
            ("defaultEntry", false.into()),
        ]))
    };
    let mut settings = object([
        ("serviceName", "Emulated service".into()),
        ("issuer", ISSUER.into()),
        ("jwks", KEYS.into()),
        ("supportedScopes", SCOPES.map(scope).to_vec().into()),
    ]);
    settings.extend(object(
        ENDPOINTS.map(|(setting, path)| (setting, format!("{ISSUER}{path}").into())),
    ));
    settings
}

fn client_settings() -> Object {
    object([
        ("clientName", "Emulated client".into()),
        ("clientIdAlias", ALIAS.into()),
        ("clientType", "CONFIDENTIAL".into()),
        (
            "grantTypes",
            vec!["AUTHORIZATION_CODE", "REFRESH_TOKEN", "CLIENT_CREDENTIALS"].into(),
        ),
        ("responseTypes", vec!["CODE"].into()),
        ("redirectUris", vec![REDIRECT_URI].into()),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Object {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
