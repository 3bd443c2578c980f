//! The endpoints of an authorization server (RFC 6749, OpenID Connect Core 1.0).
//!
//! [`AuthorizationServer::router`] has all endpoints, at the paths in the service settings. Each endpoint is also a handler,
//! which you can add to your own router with an [`AuthorizationServer`] as its state:
//!
//! ```
//! use authlete_axum::AuthorizationServer;
//! use authlete_axum::authorization_server::{revocation, token};
//! use axum::Router;
//! use axum::routing::post;
//!
//! # fn example(server: AuthorizationServer) -> Router {
//! Router::new()
//!     .route("/oauth/token", post(token))
//!     .route("/oauth/revoke", post(revocation))
//!     .with_state(server)
//! # }
//! ```
//!
//! Your server implements traits for its decisions: [`Accounts`] for users, sessions and pages, [`TokenGrants`] for grant
//! types that Authlete does not handle by itself, [`ResourceServers`] for the callers of the introspection endpoint,
//! [`BackchannelUsers`] for CIBA, [`Logout`] for logout, [`Registrations`] for dynamic client registration, and
//! [`CredentialOrders`] for verifiable credentials. All except [`Accounts`] are optional, and refuse requests by default.
//!
//! [`Interactions`](crate::interaction::Interactions) implements [`Accounts`] and [`Logout`], with the handlers of the forms.

mod accounts;
mod attestation_challenge;
mod authorization;
mod backchannel;
mod cors;
mod credential_issuer;
mod credential_issuer_urls;
mod device;
mod discovery;
mod endpoints;
mod failure;
mod federation;
mod form_page;
mod grant_management;
mod introspection;
mod logout;
mod notification;
mod notifier;
mod optional_routes;
mod pushed_authorization;
mod registration;
mod request;
mod resubmission;
mod revocation;
mod router;
mod token;
mod traced;
mod userinfo;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use authlete::Authlete;
use authlete::server::ClientCertificateSource;

use crate::AttemptLimiter;

pub use accounts::Accounts;
pub use attestation_challenge::attestation_challenge;
pub use authorization::authorization;
pub use backchannel::{BackchannelRequest, BackchannelUsers, backchannel_authentication};
pub use credential_issuer::{
    CredentialOrders, credential, credential_issuer_jwks, credential_issuer_metadata,
    credential_nonce, credential_offer, deferred_credential, jwt_vc_issuer_metadata,
};
pub use device::{DeviceOutcome, DeviceRequest, UserCode, device_authorization};
pub use discovery::{configuration, jwks};
pub use endpoints::Endpoints;
pub use failure::Failure;
pub use federation::{federation_configuration, federation_registration};
pub use grant_management::grant_management;
pub use introspection::{ResourceServer, ResourceServerSecrets, ResourceServers, introspection};
pub use logout::{Logout, LogoutRequest, logout};
pub use notification::Notification;
pub use notifier::NotificationError;
pub use pushed_authorization::pushed_authorization;
pub use registration::{Registrations, client_configuration, registration};
pub use revocation::revocation;
pub use token::{TokenGrants, token};
pub use userinfo::userinfo;

use accounts::DynAccounts;
pub(crate) use authorization::{Step, not_recorded};
use backchannel::{DynBackchannelUsers, NoBackchannelUsers};
use credential_issuer::{DynCredentialOrders, NoCredentialOrders};
pub(crate) use form_page::for_user;
use introspection::{DynResourceServers, NoResourceServers};
use logout::{DynLogout, NoLogout};
use notifier::Notifier;
use registration::{DynRegistrations, NoRegistrations};
pub(crate) use request::read_form;
use token::{DynTokenGrants, NoTokenGrants};
pub(crate) use traced::Traced;

/// The default maximum size of request bodies, in bytes.
pub(crate) const BODY_LIMIT: usize = 256 * 1024;

/// The default time limit for receiving a request body.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// 10 attempts in 5 minutes (RFC 8628 §5.1).
const USER_CODE_ATTEMPTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const USER_CODE_TIME: Duration = Duration::from_secs(5 * 60);

/// 10 wrong passwords in 15 minutes.
const PASSWORD_ATTEMPTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const PASSWORD_TIME: Duration = Duration::from_secs(15 * 60);

/// An authorization server on Authlete: its endpoints, and the methods that continue a request after a page.
///
/// ```no_run
/// use authlete::Authlete;
/// use authlete_axum::authorization_server::{Accounts, Endpoints};
/// use authlete_axum::AuthorizationServer;
/// use axum::Router;
///
/// # async fn example(api: Authlete, service_id: i64, accounts: impl Accounts) -> Result<Router, Box<dyn std::error::Error>> {
/// let service = api.get_service(service_id).await?;
/// let server = AuthorizationServer::new(api, Endpoints::from_service(&service)?, accounts);
/// Ok(server.router())
/// # }
/// ```
///
/// Cloning is cheap: clones share the settings.
#[derive(Clone)]
pub struct AuthorizationServer {
    settings: Arc<Settings>,
}

#[derive(Clone)]
struct Settings {
    api: Authlete,
    endpoints: Endpoints,
    accounts: Arc<dyn DynAccounts>,
    token_grants: Arc<dyn DynTokenGrants>,
    resource_servers: Arc<dyn DynResourceServers>,
    backchannel_users: Arc<dyn DynBackchannelUsers>,
    logout: Arc<dyn DynLogout>,
    notifier: Notifier,
    user_code_attempts: AttemptLimiter,
    password_attempts: AttemptLimiter,
    registrations: Arc<dyn DynRegistrations>,
    credential_orders: Arc<dyn DynCredentialOrders>,
    certificates: ClientCertificateSource,
    offline_access_allowed: bool,
    body_limit: usize,
    body_timeout: Duration,
}

impl AuthorizationServer {
    /// A server with these endpoints and accounts. All other traits have their defaults, which refuse requests.
    pub fn new(api: Authlete, endpoints: Endpoints, accounts: impl Accounts) -> Self {
        Self {
            settings: Arc::new(Settings {
                api,
                endpoints,
                accounts: Arc::new(accounts),
                token_grants: Arc::new(NoTokenGrants),
                resource_servers: Arc::new(NoResourceServers),
                backchannel_users: Arc::new(NoBackchannelUsers),
                logout: Arc::new(NoLogout),
                notifier: Notifier::default(),
                user_code_attempts: AttemptLimiter::new(USER_CODE_ATTEMPTS, USER_CODE_TIME),
                password_attempts: AttemptLimiter::new(PASSWORD_ATTEMPTS, PASSWORD_TIME),
                registrations: Arc::new(NoRegistrations),
                credential_orders: Arc::new(NoCredentialOrders),
                certificates: ClientCertificateSource::None,
                offline_access_allowed: false,
                body_limit: BODY_LIMIT,
                body_timeout: BODY_TIMEOUT,
            }),
        }
    }

    /// Handles the grant types that Authlete does not handle by itself. Default: they are refused.
    #[must_use]
    pub fn token_grants(self, grants: impl TokenGrants) -> Self {
        self.with(|settings| settings.token_grants = Arc::new(grants))
    }

    /// Authenticates callers of the introspection endpoint, for example with [`ResourceServerSecrets`]. Default: all calls
    /// are refused.
    #[must_use]
    pub fn resource_servers(self, servers: impl ResourceServers) -> Self {
        self.with(|settings| settings.resource_servers = Arc::new(servers))
    }

    /// The users for backchannel authentication (CIBA). Default: none, and clients get `unknown_user_id`.
    #[must_use]
    pub fn backchannel_users(self, users: impl BackchannelUsers) -> Self {
        self.with(|settings| settings.backchannel_users = Arc::new(users))
    }

    /// Ends sessions when clients request it. Default: the logout endpoint answers 404.
    #[must_use]
    pub fn logout(self, logout: impl Logout) -> Self {
        self.with(|settings| settings.logout = Arc::new(logout))
    }

    /// The HTTP client for [`notify`](Self::notify). Default: one of [`authlete::http_client_builder`], with a total timeout
    /// of 5 seconds.
    ///
    /// It sends tokens to URLs in the client metadata: it must not follow redirects, and should have a timeout. If clients
    /// can register themselves, use a proxy that blocks private addresses (SSRF).
    #[must_use]
    pub fn notification_client(self, client: reqwest::Client) -> Self {
        self.with(|settings| settings.notifier = Notifier::new(client))
    }

    /// Limits attempts to enter user codes (RFC 8628 §5.1). Default: 10 attempts in 5 minutes, by user and by
    /// address: see [`verify_user_code`](Self::verify_user_code).
    #[must_use]
    pub fn user_code_attempts(self, limiter: AttemptLimiter) -> Self {
        self.with(|settings| settings.user_code_attempts = limiter)
    }

    /// Limits wrong passwords of the password grant (RFC 6749 §4.3.2). Default: 10 in 15 minutes for each user name and
    /// client. More are answered with 429.
    #[must_use]
    pub fn password_attempts(self, limiter: AttemptLimiter) -> Self {
        self.with(|settings| settings.password_attempts = limiter)
    }

    /// Decides on dynamic client registration (RFC 7591). Default: all requests are refused.
    #[must_use]
    pub fn registrations(self, registrations: impl Registrations) -> Self {
        self.with(|settings| settings.registrations = Arc::new(registrations))
    }

    /// Provides the contents of credentials (OpenID for Verifiable Credential Issuance 1.0). Default: all requests are
    /// refused.
    #[must_use]
    pub fn credential_orders(self, orders: impl CredentialOrders) -> Self {
        self.with(|settings| settings.credential_orders = Arc::new(orders))
    }

    /// The source of client certificates (RFC 8705). Default: [`ClientCertificateSource::None`].
    ///
    /// Select a header only if your proxy removes that header from incoming requests. A server that does the TLS handshake
    /// itself inserts [`ClientCertificateSource::Tls`] with the certificates of the connection into the request extensions.
    /// The extension takes precedence over this setting, and clients cannot set it.
    #[must_use]
    pub fn client_certificates(self, source: ClientCertificateSource) -> Self {
        self.with(|settings| settings.certificates = source)
    }

    /// Allows clients to request `offline_access` without `prompt=consent`: the user is asked for consent each time (OpenID
    /// Connect Core 1.0 §11 leaves this to the server). Default: without `prompt=consent`, the scope is ignored.
    #[must_use]
    pub fn allow_offline_access(self) -> Self {
        self.with(|settings| settings.offline_access_allowed = true)
    }

    /// The maximum size of request bodies, in bytes. Larger ones are answered with 413. Default: 256 KiB.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        self.with(|settings| settings.body_limit = bytes)
    }

    /// The time limit for receiving a request body. Slower requests are answered with 408. Default: 10 seconds.
    ///
    /// For the timeout of calls to Authlete, see [`AuthleteBuilder::timeout`](authlete::AuthleteBuilder::timeout).
    #[must_use]
    pub fn body_timeout(self, time: Duration) -> Self {
        self.with(|settings| settings.body_timeout = time)
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// The API handle that the endpoints use to call Authlete.
    pub fn api(&self) -> &Authlete {
        &self.settings.api
    }

    /// The endpoints.
    pub fn endpoints(&self) -> &Endpoints {
        &self.settings.endpoints
    }
}

impl fmt::Debug for AuthorizationServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AuthorizationServer")
            .field("endpoints", &self.settings.endpoints)
            .finish_non_exhaustive()
    }
}
