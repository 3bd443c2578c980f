//! The layer that lets requests with a good access token pass.

use std::sync::Arc;
use std::time::Duration;

use authlete::Authlete;
use authlete::server::ClientCertificateSource;
use authlete::types::IntrospectionRequest;
use tower_layer::Layer;

use super::challenge::Challenges;
use super::guard::Guard;
use super::service::RequireAccessTokenService;
use super::{Dpop, ProtectedResource};

/// A layer that lets a request pass when Authlete accepts its access token, and refuses it otherwise.
///
/// ```no_run
/// use authlete_axum::{AccessToken, RequireAccessToken};
/// use axum::Router;
/// use axum::routing::get;
///
/// # fn example(api: authlete::Authlete) -> Router {
/// async fn orders(token: AccessToken) -> String {
///     format!("the orders of {}", token.subject().unwrap_or("nobody"))
/// }
///
/// Router::new()
///     .route("/orders", get(orders))
///     .layer(RequireAccessToken::new(api).scopes(["orders.read"]))
/// # }
/// ```
///
/// # What is refused
/// | Request | Response |
/// |---|---|
/// | no access token, or one of a scheme that is not accepted | 401 with a challenge without an error; Authlete is not called |
/// | headers that cannot be read, or two `Authorization` headers | 400 `invalid_request`; Authlete is not called |
/// | the scheme `DPoP` without exactly one proof | 401 `invalid_dpop_proof`; Authlete is not called |
/// | a token that is unknown, expired, or bound to another key or certificate | 401 `invalid_token` |
/// | a proof that is wrong or was used before, or lacks the nonce | 401 `invalid_dpop_proof` or `use_dpop_nonce` |
/// | a login that is too weak or too old | 401 `insufficient_user_authentication` (RFC 9470) |
/// | too few scopes | 403 `insufficient_scope` |
/// | a token for other resources | 403 `invalid_target` |
/// | Authlete cannot be reached | 503, with `Retry-After` when that is known |
/// | Authlete refuses the call of your server | 500 |
///
/// Refusals have an empty body, but for the last two; see [`authlete::server::error_response`]. How long a request waits
/// for Authlete is a [setting of the handle](authlete::AuthleteBuilder::timeout).
///
/// # Where tokens are read
/// In the `Authorization` header alone. A token in the query (RFC 6750 §2.3) ends up in logs, and RFC 9700 §4.3.2 forbids
/// it. A token in a form (RFC 6750 §2.2) could only be found by reading the body before the handler does, whatever its
/// size.
///
/// # Caching
/// When the handle has an [`IntrospectionCache`](authlete::IntrospectionCache), answers come from it. A request with a
/// DPoP proof always goes to Authlete, since a proof is good for one request.
///
/// # CORS
/// A browser sends no token with a preflight (`OPTIONS`). Put the layer for CORS around this one, so that it answers first;
/// in axum that is the one added later. Expose the headers `WWW-Authenticate` and `DPoP-Nonce` there. Without such a layer a
/// preflight is answered with 401.
///
/// # Paths without a route
/// [`axum::Router::layer`] guards them as well: without a token they are answered with 401. With
/// [`axum::Router::route_layer`] they are 404.
///
/// # What is not checked
/// HTTP message signatures (RFC 9421), which would need the whole request.
#[derive(Debug, Clone)]
#[must_use = "a layer does nothing until it is added to a service"]
pub struct RequireAccessToken {
    guard: Arc<Guard>,
}

impl RequireAccessToken {
    /// Any access token that is good, by the scheme `Bearer`, with no client certificates.
    pub fn new(api: Authlete) -> Self {
        Self {
            guard: Arc::new(Guard {
                api,
                conditions: IntrospectionRequest::new(""),
                certificates: ClientCertificateSource::None,
                dpop: None,
                metadata_url: None,
            }),
        }
    }

    /// The scopes that the token must have, all of them. Default: none. See [`RequireScopes`](super::RequireScopes) for a
    /// route that needs more.
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let scopes = list(scopes);
        self.with(|guard| guard.conditions.scopes = scopes)
    }

    /// The resources that the token must be for, all of them, as absolute URIs (RFC 8707). A token that was issued for no
    /// resource in particular is refused. Default: no check.
    pub fn resources(self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let resources = list(resources);
        self.with(|guard| guard.conditions.resources = resources)
    }

    /// The authentication context classes of which the user's login must satisfy one (RFC 9470). Default: no check.
    pub fn acr_values(self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let values = list(values);
        self.with(|guard| guard.conditions.acr_values = values)
    }

    /// How long ago the user may have logged in (RFC 9470), in whole seconds, of which a part counts as one. Zero counts as
    /// a second, because Authlete takes it for no limit. Default: no check.
    pub fn max_age(self, age: Duration) -> Self {
        let seconds = age.as_secs() + u64::from(age.subsec_nanos() > 0);
        let seconds = i32::try_from(seconds.max(1)).unwrap_or(i32::MAX);
        self.with(|guard| guard.conditions.max_age = Some(seconds))
    }

    /// Accepts access tokens of the scheme `DPoP` (RFC 9449). Default: they are refused.
    ///
    /// A token that is bound to a key is always refused by the scheme `Bearer`.
    pub fn dpop(self, dpop: Dpop) -> Self {
        self.with(|guard| guard.dpop = Some(dpop))
    }

    /// Where the client certificate of a request comes from, for tokens that are bound to one (RFC 8705). Default: nowhere,
    /// and such tokens are refused.
    ///
    /// A server that does the TLS handshake itself puts [`ClientCertificateSource::Tls`] with the certificates of the
    /// connection into the extensions of each request. An extension goes before this setting, and no client can set it.
    pub fn client_certificates(self, source: ClientCertificateSource) -> Self {
        self.with(|guard| guard.certificates = source)
    }

    /// Names the metadata of the resource in challenges, as `resource_metadata` (RFC 9728 §5.1). Default: no such parameter.
    ///
    /// Serve the metadata, too: [`ProtectedResource::router`].
    pub fn metadata(self, resource: &ProtectedResource) -> Self {
        let url = resource.metadata_url().into();
        self.with(|guard| guard.metadata_url = Some(url))
    }

    fn with(mut self, change: impl FnOnce(&mut Guard)) -> Self {
        change(Arc::make_mut(&mut self.guard));
        self
    }
}

/// An empty list is no condition.
fn list(texts: impl IntoIterator<Item = impl Into<String>>) -> Option<Vec<String>> {
    let texts: Vec<String> = texts.into_iter().map(Into::into).collect();
    Some(texts).filter(|texts| !texts.is_empty())
}

impl<S> Layer<S> for RequireAccessToken {
    type Service = RequireAccessTokenService<S>;

    fn layer(&self, inner: S) -> RequireAccessTokenService<S> {
        RequireAccessTokenService::new(inner, Arc::clone(&self.guard))
    }
}

impl Guard {
    pub(super) fn challenges(&self) -> Challenges<'_> {
        Challenges {
            dpop: self.dpop.as_ref(),
            scopes: self.conditions.scopes.as_deref(),
            metadata_url: self.metadata_url.as_deref(),
        }
    }
}
