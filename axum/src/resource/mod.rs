//! Protecting an API: a resource server in the terms of RFC 6749.
//!
//! - [`RequireAccessToken`] lets a request pass when Authlete accepts its access token.
//! - [`AccessToken`] is what Authlete knows of that token, as an extractor and as a request extension.
//! - [`RequireScopes`] asks for more scopes on some routes, without another call.
//! - [`ProtectedResource`] is the metadata that tells clients which authorization server to go to (RFC 9728).
//!
//! The layers work with every [`tower_service::Service`] of [`http::Request`] and [`http::Response`], such as hyper and
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

/// The body of a guarded service: that of the service itself, or that of a refusal.
pub type GuardedBody<B> = Either<B, ResponseBody>;
