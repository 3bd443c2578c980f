//! The credentials that the emulator shows when it starts.

use authlete::Secret;
use serde::{Deserialize, Serialize};

use crate::authority::Authority;
use crate::caller_keys::CallerKeys;
use crate::store::{Client, Owner, Store};

/// A client that is registered when the emulator starts. The built-in client is confidential, authenticates with
/// `client_secret_basic` or `client_secret_post`, and may use the grant types `authorization_code`, `refresh_token` and
/// `client_credentials`.
///
/// The JSON form has the member names of the API and the secret in plain text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegisteredClient {
    /// The client ID.
    #[serde(rename = "clientId")]
    pub id: i64,
    /// The client secret.
    #[serde(rename = "clientSecret")]
    pub secret: Secret,
    /// The alias, which works wherever the client ID does; empty without an alias.
    #[serde(rename = "clientIdAlias")]
    pub alias: String,
    /// The first redirect URI; empty without redirect URIs.
    #[serde(rename = "redirectUri")]
    pub redirect_uri: String,
}

impl RegisteredClient {
    fn of(client: &Client) -> Self {
        let settings = &client.settings;
        let redirect_uris = settings.redirect_uris().unwrap_or_default();
        Self {
            id: client.id(),
            secret: settings.client_secret().unwrap_or_default().into(),
            alias: client.alias().unwrap_or_default().to_owned(),
            redirect_uri: redirect_uris
                .first()
                .copied()
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// The credentials of the owner and of one service, and the clients of that service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    pub owner: Owner,
    pub service_key: i64,
    pub service_secret: String,
    pub service_access_token: String,
    /// The keys that the tokens of 3.0 are bound to. Absent in state files of earlier versions.
    #[serde(default)]
    pub caller_keys: CallerKeys,
    /// The certificate authority, generated at the first start with TLS.
    #[serde(default)]
    pub authority: Option<Authority>,
    pub client: RegisteredClient,
    pub other_clients: Vec<RegisteredClient>,
}

impl Credentials {
    /// The credentials of a service; `None` if it does not exist or has no client.
    pub fn of(store: &Store, service_key: i64, service_access_token: String) -> Option<Self> {
        let service = store.service(service_key)?;
        let mut clients = service
            .clients
            .iter()
            .map(|client| RegisteredClient::of(client));
        Some(Self {
            owner: store.owner.clone(),
            service_key,
            service_secret: service.settings.api_secret()?.to_owned(),
            service_access_token,
            caller_keys: CallerKeys::default(),
            authority: None,
            client: clients.next()?,
            other_clients: clients.collect(),
        })
    }

    /// These credentials as the store has them now; unchanged if the service no longer exists or has no client.
    pub fn renewed(self, store: &Store) -> Self {
        match Self::of(store, self.service_key, self.service_access_token.clone()) {
            Some(renewed) => Self {
                caller_keys: self.caller_keys,
                authority: self.authority,
                ..renewed
            },
            None => self,
        }
    }
}
