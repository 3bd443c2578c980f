//! The layer that requires an access token.

use std::sync::Arc;
use std::time::Duration;

use authlete::Authlete;
use authlete::server::ClientCertificateSource;
use authlete::types::IntrospectionRequest;
use tower_layer::Layer;

use super::guard::Guard;
use super::service::RequireAccessTokenService;
use super::{Dpop, ProtectedResource};

/// A layer that accepts only requests with a valid access token, which it checks with Authlete.
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
/// # Responses to refused requests
/// | Request | Response |
/// |---|---|
/// | no access token, or one with a scheme that is not accepted | 401 with a challenge without an error; Authlete is not called |
/// | headers that cannot be read, or two `Authorization` headers | 400 `invalid_request`; Authlete is not called |
/// | the scheme `DPoP` without exactly one proof | 401 `invalid_dpop_proof`; Authlete is not called |
/// | a token that is unknown, expired, or bound to another key or certificate | 401 `invalid_token` |
/// | a proof that is wrong or was used before, or lacks the nonce | 401 `invalid_dpop_proof` or `use_dpop_nonce` |
/// | an authentication that is too weak or too old | 401 `insufficient_user_authentication` (RFC 9470) |
/// | a missing scope | 403 `insufficient_scope` |
/// | a token for other resources | 403 `invalid_target` |
/// | Authlete is unreachable | 503, with `Retry-After` if known |
/// | Authlete refuses the call of your server | 500 |
///
/// Error responses have an empty body, except for the last two: see [`authlete::server::error_response`]. For the timeout of
/// calls to Authlete, see [`AuthleteBuilder::timeout`](authlete::AuthleteBuilder::timeout).
///
/// # Location of tokens
/// Tokens are read only from the `Authorization` header. A token in the query (RFC 6750 §2.3) ends up in logs, and RFC 9700
/// §4.3.2 forbids it. For a token in a form (RFC 6750 §2.2), the layer would have to read the body, of any size, before the
/// handler.
///
/// # Caching
/// If the API handle has an [`IntrospectionCache`](authlete::IntrospectionCache), the layer uses it. Requests with a DPoP
/// proof always call Authlete, since each proof is valid for a single request.
///
/// # CORS
/// A browser sends no token with a preflight request (`OPTIONS`). Put the CORS layer outside of this one, so that it answers
/// first: in axum, add it later. Expose the headers `WWW-Authenticate` and `DPoP-Nonce` there. Without a CORS layer,
/// preflight requests are answered with 401.
///
/// # Paths without a route
/// With [`axum::Router::layer`], they are guarded too: without a token, the response is 401. With
/// [`axum::Router::route_layer`], it is 404.
///
/// # Limitations
/// HTTP message signatures (RFC 9421) are not checked, because this needs the whole request.
#[derive(Debug, Clone)]
#[must_use = "a layer does nothing until it is added to a service"]
pub struct RequireAccessToken {
    guard: Arc<Guard>,
}

impl RequireAccessToken {
    /// Accepts any valid access token of the scheme `Bearer`. Client certificates are not read.
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

    /// The scopes that the token must have (all of them). Default: none. For routes that need more scopes, see
    /// [`RequireScopes`](super::RequireScopes).
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let scopes = list(scopes);
        self.with(|guard| guard.conditions.scopes = scopes)
    }

    /// The resources that the token must be issued for (all of them), as absolute URIs (RFC 8707). A token without resources
    /// is refused. Default: no check.
    pub fn resources(self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let resources = list(resources);
        self.with(|guard| guard.conditions.resources = resources)
    }

    /// The acceptable authentication context classes (RFC 9470): the `acr` of the token must be one of them. Default: no
    /// check.
    pub fn acr_values(self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let values = list(values);
        self.with(|guard| guard.conditions.acr_values = values)
    }

    /// The maximum time since the user logged in (RFC 9470), rounded up to whole seconds. Zero counts as one second, because
    /// Authlete treats 0 as no limit. Default: no check.
    pub fn max_age(self, age: Duration) -> Self {
        let seconds = age.as_secs() + u64::from(age.subsec_nanos() > 0);
        let seconds = i32::try_from(seconds.max(1)).unwrap_or(i32::MAX);
        self.with(|guard| guard.conditions.max_age = Some(seconds))
    }

    /// Accepts access tokens of the scheme `DPoP` (RFC 9449). Default: they are refused.
    ///
    /// A token that is bound to a key is always refused with the scheme `Bearer`.
    pub fn dpop(self, dpop: Dpop) -> Self {
        self.with(|guard| guard.dpop = Some(dpop))
    }

    /// The source of client certificates, for certificate-bound tokens (RFC 8705). Default:
    /// [`ClientCertificateSource::None`], and such tokens are refused.
    ///
    /// A server that does the TLS handshake itself inserts [`ClientCertificateSource::Tls`] with the certificates of the
    /// connection into the request extensions. The extension takes precedence over this setting, and clients cannot set it.
    pub fn client_certificates(self, source: ClientCertificateSource) -> Self {
        self.with(|guard| guard.certificates = source)
    }

    /// Adds the URL of the resource metadata to challenges, as `resource_metadata` (RFC 9728 §5.1). Default: omitted.
    ///
    /// Serve the metadata with [`ProtectedResource::router`].
    pub fn metadata(self, resource: &ProtectedResource) -> Self {
        let url = resource.metadata_url().into();
        self.with(|guard| guard.metadata_url = Some(url))
    }

    fn with(mut self, change: impl FnOnce(&mut Guard)) -> Self {
        change(Arc::make_mut(&mut self.guard));
        self
    }
}

/// An empty list means no check.
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
