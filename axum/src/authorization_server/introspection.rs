//! The introspection endpoint.

use std::future::Future;

use authlete::server::{RequestCredentials, StandardIntrospectionNext};
use authlete::types::{JweAlg, JweEnc, JwsAlg, StandardIntrospectionRequest};
use authlete::{ClientIdentifier, Secret};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{Response, Result};
use http::StatusCode;
use http::header::ACCEPT;

use super::accounts::BoxFuture;
use super::{AuthorizationServer, Failure};

/// The resource servers that may call the introspection endpoint (RFC 7662 §2.1). Authlete does not authenticate them, your
/// server does. [`ResourceServerSecrets`] implements this with a secret for each resource server.
///
/// ```
/// use authlete::server::RequestCredentials;
/// use authlete_axum::authorization_server::{ResourceServer, ResourceServers};
/// use axum::response::Result;
///
/// /// Resource servers that authenticate with a client certificate.
/// struct Gateway;
///
/// impl ResourceServers for Gateway {
///     async fn authenticate(&self, credentials: &RequestCredentials) -> Result<Option<ResourceServer>> {
///         let is_orders = credentials.certificate().is_some_and(|certificate| {
///             // Check the subject of the certificate.
/// #           let _ = certificate;
/// #           true
///         });
///         Ok(is_orders.then(|| ResourceServer::new("https://api.example.com/orders")))
///     }
/// }
/// ```
pub trait ResourceServers: Send + Sync + 'static {
    /// The resource server with these credentials. `None` if the credentials are invalid: the caller gets 401.
    fn authenticate(
        &self,
        credentials: &RequestCredentials,
    ) -> impl Future<Output = Result<Option<ResourceServer>>> + Send;
}

/// Resource servers that use HTTP Basic authentication, each with a name and a secret.
///
/// ```
/// use authlete_axum::authorization_server::{ResourceServer, ResourceServerSecrets};
///
/// # fn secret() -> &'static str { "" }
/// let servers = ResourceServerSecrets::new().add(
///     "orders",
///     secret(), // from your secret store
///     ResourceServer::new("https://api.example.com/orders"),
/// );
/// ```
#[derive(Debug, Clone, Default)]
pub struct ResourceServerSecrets {
    servers: Vec<(ClientIdentifier, Secret, ResourceServer)>,
}

impl ResourceServerSecrets {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a resource server, or replaces the one with this name. An empty secret is never accepted.
    #[must_use]
    pub fn add(
        mut self,
        name: impl Into<ClientIdentifier>,
        secret: impl Into<Secret>,
        server: ResourceServer,
    ) -> Self {
        let name = name.into();
        self.servers.retain(|(other, ..)| *other != name);
        self.servers.push((name, secret.into(), server));
        self
    }
}

impl ResourceServers for ResourceServerSecrets {
    async fn authenticate(
        &self,
        credentials: &RequestCredentials,
    ) -> Result<Option<ResourceServer>> {
        let credentials = credentials.client();
        let found = credentials.and_then(|credentials| {
            let mut servers = self.servers.iter();
            let found = servers.find(|(name, ..)| *name == credentials.client_id);
            let (_, secret, server) = found?;
            // Secrets are compared in constant time.
            let is_valid = !secret.expose().is_empty() && credentials.client_secret == *secret;
            is_valid.then(|| server.clone())
        });
        Ok(found)
    }
}

/// A resource server, with its settings for introspection responses as JWTs (RFC 9701). It requests them with the `Accept`
/// header.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceServer {
    uri: String,
    sign_alg: Option<JwsAlg>,
    encryption: Option<(JweAlg, JweEnc)>,
    public_key: Option<String>,
    shared_key: Option<Secret>,
}

impl ResourceServer {
    /// A resource server with this URI, which is the `aud` of the JWT. By default, the JWT is signed with `RS256` and not
    /// encrypted.
    pub fn new(uri: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            sign_alg: None,
            encryption: None,
            public_key: None,
            shared_key: None,
        }
    }

    /// The signature algorithm of the JWT. The service needs a key for it. For a symmetric algorithm, set
    /// [`shared_key`](Self::shared_key).
    #[must_use]
    pub fn sign_alg(mut self, alg: JwsAlg) -> Self {
        self.sign_alg = Some(alg);
        self
    }

    /// The encryption algorithms of the JWT, for the key (`alg`) and the content (`enc`). Set
    /// [`public_key`](Self::public_key) or [`shared_key`](Self::shared_key), too.
    #[must_use]
    pub fn encryption(mut self, alg: JweAlg, enc: JweEnc) -> Self {
        self.encryption = Some((alg, enc));
        self
    }

    /// The public key of the resource server for encryption, a JWK.
    #[must_use]
    pub fn public_key(mut self, jwk: impl Into<String>) -> Self {
        self.public_key = Some(jwk.into());
        self
    }

    /// The key that the resource server shares with this server, for symmetric algorithms.
    #[must_use]
    pub fn shared_key(mut self, key: impl Into<Secret>) -> Self {
        self.shared_key = Some(key.into());
        self
    }

    fn apply_to(self, mut request: StandardIntrospectionRequest) -> StandardIntrospectionRequest {
        request.rs_uri = Some(self.uri);
        request.introspection_sign_alg = self.sign_alg;
        if let Some((alg, enc)) = self.encryption {
            request.introspection_encryption_alg = Some(alg);
            request.introspection_encryption_enc = Some(enc);
        }
        request.public_key_for_encryption = self.public_key;
        request.shared_key_for_sign.clone_from(&self.shared_key);
        request.shared_key_for_encryption = self.shared_key;
        request
    }
}

/// The introspection endpoint (RFC 7662), with responses as JSON or JWT (RFC 9701). `POST`. [`ResourceServers`]
/// authenticates the callers.
pub async fn introspection(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let received = server.form_request(request).await?;
    let servers = &server.settings.resource_servers;
    let Some(caller) = servers.authenticate(&received.credentials).await? else {
        return Err(unknown_caller());
    };
    let mut request = caller.apply_to(StandardIntrospectionRequest::new(received.form));
    let accept = received.parts.headers.get(ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    request.http_accept_header = accept.map(str::to_owned);
    let answer = server.api().standard_introspection(&request).await?;
    let StandardIntrospectionNext::Respond(response) = answer.next();
    Ok(response.map(Body::new))
}

/// RFC 7662 §2.3.
fn unknown_caller() -> Failure {
    let failure = Failure::oauth(StatusCode::UNAUTHORIZED, "invalid_client");
    failure.with_challenge("Basic realm=\"introspection\", charset=\"UTF-8\"")
}

/// The default: no resource server may call the endpoint.
pub(super) struct NoResourceServers;

impl ResourceServers for NoResourceServers {
    async fn authenticate(&self, _: &RequestCredentials) -> Result<Option<ResourceServer>> {
        Ok(None)
    }
}

/// The dyn-compatible form of [`ResourceServers`].
pub(super) trait DynResourceServers: Send + Sync {
    fn authenticate<'a>(
        &'a self,
        credentials: &'a RequestCredentials,
    ) -> BoxFuture<'a, Result<Option<ResourceServer>>>;
}

impl<T: ResourceServers> DynResourceServers for T {
    fn authenticate<'a>(
        &'a self,
        credentials: &'a RequestCredentials,
    ) -> BoxFuture<'a, Result<Option<ResourceServer>>> {
        Box::pin(ResourceServers::authenticate(self, credentials))
    }
}
