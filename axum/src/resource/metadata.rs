//! Protected resource metadata (RFC 9728).

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use http::HeaderName;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use serde_json::{Map, Value};

use super::Dpop;
use crate::UrlError;
use crate::public_url::PublicUrl;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The metadata of a protected resource (RFC 9728). Clients use it to find the authorization server of your API and the
/// required kind of access token.
///
/// ```no_run
/// use authlete_axum::{ProtectedResource, RequireAccessToken};
/// use axum::Router;
/// # async fn orders() {}
///
/// # fn example(api: authlete::Authlete) -> Result<Router, authlete_axum::UrlError> {
/// let resource = ProtectedResource::new("https://api.example.com")?
///     .authorization_servers(["https://as.example.com"])
///     .scopes_supported(["orders.read", "orders.write"]);
///
/// let api = Router::new()
///     .route("/orders", axum::routing::get(orders))
///     .layer(RequireAccessToken::new(api).metadata(&resource))
///     .merge(resource.router()); // after the layer: it is public
/// # Ok(api) }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ProtectedResource {
    url: PublicUrl,
    members: Map<String, Value>,
}

impl ProtectedResource {
    /// `resource` is the resource identifier: the public URL of your API, such as `https://api.example.com` or
    /// `https://example.com/api`. Clients compare it as a string, so write it exactly as they do.
    ///
    /// Access tokens are expected in the header (`bearer_methods_supported`), as
    /// [`RequireAccessToken`](super::RequireAccessToken) does.
    ///
    /// # Errors
    /// `resource` is not an absolute `https` or `http` URL, it has user information, a query or a fragment, or its path has
    /// characters of axum's captures. RFC 9728 requires `https`; `http` is for tests.
    pub fn new(resource: &str) -> Result<Self, UrlError> {
        let resource_metadata = Self {
            url: PublicUrl::parse("the resource of ProtectedResource", resource)?,
            members: Map::new(),
        };
        Ok(resource_metadata
            .member("resource", resource)
            .member("bearer_methods_supported", list(["header"])))
    }

    /// The issuer identifiers of the authorization servers whose tokens are accepted. Default: omitted.
    pub fn authorization_servers(
        self,
        issuers: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.member("authorization_servers", list(issuers))
    }

    /// The scopes that this API uses. Default: omitted.
    pub fn scopes_supported(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.member("scopes_supported", list(scopes))
    }

    /// The algorithms of DPoP proofs, and whether access tokens must be bound to a key. Default: omitted.
    pub fn dpop(self, dpop: &Dpop) -> Self {
        self.member(
            "dpop_signing_alg_values_supported",
            list(dpop.algorithm_names()),
        )
        .member("dpop_bound_access_tokens_required", dpop.is_required)
    }

    /// Whether access tokens are bound to the client certificate of mutual TLS (RFC 8705). Default: `false`.
    pub fn tls_client_certificate_bound_access_tokens(self, is_bound: bool) -> Self {
        self.member("tls_client_certificate_bound_access_tokens", is_bound)
    }

    /// The types of authorization details that this API uses (RFC 9396). Default: omitted.
    pub fn authorization_details_types_supported(
        self,
        types: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.member("authorization_details_types_supported", list(types))
    }

    /// Any other member, such as `resource_name#de` or `resource_documentation` (RFC 9728 §2). It replaces a member
    /// with the same name.
    pub fn member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }

    /// The path of the metadata: `/.well-known/oauth-protected-resource`, followed by the path of the resource (RFC 9728
    /// §3.1).
    pub fn metadata_path(&self) -> String {
        [WELL_KNOWN, self.url.path()].concat()
    }

    /// The URL of the metadata.
    pub fn metadata_url(&self) -> String {
        [self.url.origin(), &self.metadata_path()].concat()
    }

    /// The metadata as JSON, with the media type `application/json`.
    pub fn to_json(&self) -> String {
        Value::Object(self.members.clone()).to_string()
    }

    /// A router with the single route [`metadata_path`](Self::metadata_path). Merge it at the root, and outside of
    /// [`RequireAccessToken`](super::RequireAccessToken). Scripts of any origin may read it (CORS).
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let body = Bytes::from(self.to_json());
        let headers: [(HeaderName, &str); 2] = [
            (CONTENT_TYPE, "application/json"),
            (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ];
        Router::new().route(
            &self.metadata_path(),
            get(move || async move { (headers, body) }),
        )
    }
}

fn list(texts: impl IntoIterator<Item = impl Into<String>>) -> Value {
    let texts: Vec<String> = texts.into_iter().map(Into::into).collect();
    texts.into()
}
