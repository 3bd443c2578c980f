//! A local stand-in for [Authlete](https://www.authlete.com): it answers the Authlete Web APIs, generations 2.x and
//! 3.0, on one port of this machine, with state and Authlete's JSON shapes.
//!
//! Use it for tests and experiments without an account. It follows the specifications that Authlete implements: what works
//! on it should work on Authlete. But it is not Authlete, and it is not for production: stored data is not protected.
//! Unknown operations are answered with 501.
//!
//! ```
//! use authlete::types::TokenRequest;
//! use authlete::{ApiVersion, Authlete};
//! use authlete_emulator::Emulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start().await?;
//! let api = Authlete::new(emulator.config(ApiVersion::V3))?;
//!
//! let client = emulator.client();
//! let request = TokenRequest::new("grant_type=client_credentials&scope=read")
//!     .client_id(client.id.to_string())
//!     .client_secret(&client.secret);
//! let answer = api.token(&request).await?;
//! assert_eq!(answer.scopes, Some(vec!["read".to_owned()]));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]
// No request may make the emulator panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod access;
mod any_certificate;
mod api;
mod api_response;
mod audit;
mod authority;
mod builder;
mod call;
mod caller_keys;
mod certificate;
mod clock;
mod connections;
mod control;
mod control_token;
mod credentials;
mod digest;
mod endpoints;
mod fault_injection;
mod jose;
mod json;
mod logging;
mod masking;
mod model;
mod origin_check;
mod other_service_ids;
mod page;
mod possession;
mod protocol;
mod random;
mod replay;
mod request;
mod request_log;
mod result_code;
mod rfc3339;
mod routing;
mod saver;
mod seed;
mod server;
mod settings;
mod state;
mod state_file;
mod store;
mod timed_body;
mod verifiable_credential;

use std::fmt;
use std::io;
use std::iter;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use authlete::{ApiVersion, Config, Setting};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use builder::EmulatorBuilder;
pub use credentials::RegisteredClient;

use authority::Authority;
use credentials::Credentials;
use saver::Saver;
use state::SharedState;

/// How long a stop waits for requests in progress.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// The API server ID in the configuration; the emulator accepts any.
const API_SERVER_ID: i64 = 1;

/// A running emulator, with a service and a client. It stops when it is dropped.
pub struct Emulator {
    state: Arc<SharedState>,
    address: SocketAddr,
    control_token: Option<Arc<str>>,
    base_url: String,
    credentials: Credentials,
    is_tls: bool,
    /// Dropped to stop the server.
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
    /// `Some` with a state file.
    saver: Option<Saver>,
}

impl Emulator {
    /// Starts an emulator on a free port of this machine.
    ///
    /// # Errors
    /// Those of [`EmulatorBuilder::start`].
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// A builder to configure the address, the seed and so on.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// The URL of the emulator, without `/api`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address that the emulator listens on, as configured: `0.0.0.0` means every address of this machine.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The token that the page and the paths below `/emulator` require when other machines can reach the emulator: as a
    /// Bearer token, or once as `/?token=…` in a browser. `None` on a loopback address.
    pub fn control_token(&self) -> Option<&str> {
        self.control_token.as_deref()
    }

    /// The certificate of the authority that issued the emulator's server certificate, in PEM form. `None` without
    /// [TLS](EmulatorBuilder::tls).
    pub fn root_certificate(&self) -> Option<&str> {
        let authority = self.credentials.authority.as_ref();
        authority
            .filter(|_| self.is_tls)
            .map(Authority::certificate)
    }

    /// A configuration for one generation of the API: the credentials of the service and of its owner, the root
    /// certificate, and the keys that tokens are bound to, if the emulator has them.
    pub fn config(&self, version: ApiVersion) -> Config {
        let settings = self.settings(version).into_iter();
        settings.fold(Config::new(), |config, (setting, value)| {
            config.set(setting, value)
        })
    }

    /// The [configuration](Self::config) as environment variables, for [`Config::from_env`] and for programs in other
    /// languages.
    pub fn environment(&self, version: ApiVersion) -> Vec<(&'static str, String)> {
        let settings = self.settings(version).into_iter();
        settings
            .map(|(setting, value)| (setting.environment_variable(), value))
            .collect()
    }

    fn settings(&self, version: ApiVersion) -> Vec<(Setting, String)> {
        let Credentials {
            owner,
            service_key,
            service_secret,
            service_access_token,
            caller_keys,
            ..
        } = &self.credentials;
        let mut settings = vec![
            (Setting::BaseUrl, self.base_url.clone()),
            (Setting::ServiceApiKey, service_key.to_string()),
        ];
        if let Some(pem) = self.root_certificate() {
            settings.push((Setting::RootCertificate, pem.to_owned()));
        }
        match version {
            ApiVersion::V2 => settings.extend([
                (Setting::ApiVersion, "V2".to_owned()),
                (Setting::ServiceApiSecret, service_secret.clone()),
                (Setting::ServiceOwnerApiKey, owner.api_key.to_string()),
                (Setting::ServiceOwnerApiSecret, owner.api_secret.clone()),
            ]),
            ApiVersion::V3 => settings.extend([
                (Setting::ApiVersion, "V3".to_owned()),
                (Setting::ServiceAccessToken, service_access_token.clone()),
                (
                    Setting::ServiceOwnerAccessToken,
                    owner.organization_token.clone(),
                ),
                (Setting::OrganizationId, owner.organization_id.to_string()),
                (Setting::ApiServerId, API_SERVER_ID.to_string()),
                (Setting::IdpServer, self.base_url.clone()),
            ]),
        }
        if version == ApiVersion::V3 {
            let dpop_key = caller_keys.private_dpop_key();
            settings.extend(dpop_key.map(|key| (Setting::DpopKey, key)));
            let certificate = caller_keys.certificate_with_key();
            settings.extend(certificate.map(|pem| (Setting::ClientCertificate, pem.to_owned())));
        }
        settings
    }

    /// Further environment variables that calls of a generation need, but whose values the emulator does not have: the keys
    /// that tokens are bound to, when the seed has only their public parts.
    pub fn missing_environment(&self, version: ApiVersion) -> Vec<&'static str> {
        if version == ApiVersion::V2 {
            return Vec::new();
        }
        let keys = &self.credentials.caller_keys;
        let known = self.environment(version);
        let needed = [
            (Setting::DpopKey, keys.dpop_key.is_some()),
            (
                Setting::ClientCertificate,
                keys.client_certificate.is_some(),
            ),
        ];
        let needed = needed.into_iter().filter(|(_, is_needed)| *is_needed);
        needed
            .map(|(setting, _)| setting.environment_variable())
            .filter(|variable| !known.iter().any(|(name, _)| name == variable))
            .collect()
    }

    /// The ID of the service that the emulator starts with: its service ID in 3.0, its API key in 2.x.
    pub fn service_id(&self) -> i64 {
        self.credentials.service_key
    }

    /// The client that the service starts with, or the first of several.
    pub fn client(&self) -> &RegisteredClient {
        &self.credentials.client
    }

    /// All clients that the service starts with.
    pub fn clients(&self) -> impl Iterator<Item = &RegisteredClient> {
        let Credentials {
            client,
            other_clients,
            ..
        } = &self.credentials;
        iter::once(client).chain(other_clients)
    }

    /// Moves the emulator's clock ahead, so that tickets, codes and tokens expire without waiting. The clock can be at most
    /// a century ahead.
    pub fn advance(&self, by: Duration) {
        self.state.advance(by);
    }

    /// Stops accepting requests, waits up to five seconds for requests in progress, and writes the state file, if there is
    /// one. Dropping the emulator does the same without waiting for requests.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub async fn stop(self) -> io::Result<()> {
        let Self {
            stop,
            mut server,
            saver,
            ..
        } = self;
        drop(stop);
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, &mut server)
            .await
            .is_err()
        {
            server.abort();
        }
        saver.map_or(Ok(()), Saver::finish)
    }
}

/// Shows the URL, but no credentials.
impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Emulator")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
