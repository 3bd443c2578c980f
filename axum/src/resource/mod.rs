//! Protecting an API: a resource server in the terms of RFC 6749.
//!
//! - [`RequireAccessToken`] is a layer that accepts requests with a valid access token.
//! - [`AccessToken`] is the introspection result of that token, as an extractor and as a request extension.
//! - [`RequireScopes`] requires more scopes on some routes, without another call to Authlete.
//! - [`ProtectedResource`] is the metadata that names the authorization servers of the API (RFC 9728).
//!
//! The layers wrap any [`tower_service::Service`] of [`http::Request`] and [`http::Response`], such as hyper and
//! tonic. Only the extractor and [`ProtectedResource::router`] need axum.

mod access_token;
mod challenge;
mod dpop;
mod guard;
mod metadata;
mod require_access_token;
mod require_scopes;
mod service;

pub use access_token::{AccessToken, MissingGuard};
pub use dpop::Dpop;
pub use metadata::ProtectedResource;
pub use require_access_token::RequireAccessToken;
pub use require_scopes::{RequireScopes, RequireScopesService};
pub use service::RequireAccessTokenService;

use authlete::server::ResponseBody;
use http_body_util::Either;

/// The response body of a guarded service: the body of the inner service, or the body of an error response.
pub type GuardedBody<B> = Either<B, ResponseBody>;
