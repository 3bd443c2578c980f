//! Fetches the metadata and the keys of the provider (OpenID Connect Discovery 1.0).

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::url::Url;
use openidconnect::{
    AdditionalProviderMetadata, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    ProviderMetadata, RedirectUrl,
};
use serde::{Deserialize, Serialize};

use super::Demo;
use super::recording_client::{Exchange, RecordingClient};
use super::sections::{CORE, DISCOVERY, RFC_7517};
use super::steps::{Failed, Row, Step};

/// Metadata that `openidconnect` does not define.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdditionalMetadata {
    pub end_session_endpoint: Option<EndSessionUrl>,
    pub device_authorization_endpoint: Option<Url>,
    pub backchannel_authentication_endpoint: Option<Url>,
    /// Whether authorization responses have `iss` (RFC 9207 §3).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for AdditionalMetadata {}

pub type Metadata = ProviderMetadata<
    AdditionalMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The demo as a client of the provider.
pub type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Demo {
    /// Fetches the metadata and the keys. Your app does so at its start, and again when the provider signs with an unknown key.
    pub async fn discover(&self, recorder: &RecordingClient) -> Result<Metadata, Failed> {
        Ok(Metadata::discover_async(self.issuer.clone(), recorder).await?)
    }

    pub fn client(&self, metadata: &Metadata) -> Result<Client, Failed> {
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        let client = Client::from_provider_metadata(metadata.clone(), id, Some(secret));
        let callback = RedirectUrl::new(format!("{}/callback", self.url))?;
        Ok(client.set_redirect_uri(callback))
    }
}

/// The metadata that the demo uses.
const USED: [&str; 8] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "device_authorization_endpoint",
    "backchannel_authentication_endpoint",
];

fn used(exchange: &Exchange) -> Vec<Row> {
    let rows = USED.into_iter().filter_map(|name| {
        let value = exchange.body.get(name)?.as_str()?.to_owned();
        Some(Row {
            name: name.to_owned(),
            value: Some(value),
        })
    });
    rows.collect()
}

/// The steps that show what [`Demo::discover`] did.
pub fn steps(recorder: &RecordingClient) -> Vec<Step> {
    let mut exchanges = recorder.take();
    let keys = exchanges.split_off(exchanges.len().min(1));
    let metadata = Step::new(|texts| &texts.discovery).section(DISCOVERY.at("4"));
    let keys_step = Step::new(|texts| &texts.keys)
        .section(RFC_7517.at("5"))
        .section(CORE.at("10.1.1"));
    let rows = exchanges.first().map(used).unwrap_or_default();
    let metadata = metadata.table(|texts| texts.metadata, "metadata", rows);
    vec![
        metadata.exchanges(exchanges).collapsed(),
        keys_step.exchanges(keys).collapsed(),
    ]
}
