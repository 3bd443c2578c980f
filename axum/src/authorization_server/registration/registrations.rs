//! Decisions on dynamic client registration.

use std::future::Future;

use authlete::JsonObject;
use authlete::server::RequestCredentials;
use axum::response::{ErrorResponse, Result};
use http::StatusCode;

use crate::authorization_server::Failure;
use crate::authorization_server::accounts::BoxFuture;

/// Decides who may register a client, and with which metadata. Authlete validates only the format of the metadata.
///
/// An `Err` is the complete response, such as `unapproved_software_statement` (RFC 7591 §3.2.2).
///
/// ```
/// use authlete::server::RequestCredentials;
/// use authlete::{JsonObject, Secret};
/// use authlete_axum::authorization_server::Registrations;
/// use axum::response::Result;
///
/// struct Partners {
///     initial_access_token: Secret,
/// }
///
/// impl Registrations for Partners {
///     async fn may_register(&self, credentials: &RequestCredentials, metadata: &JsonObject) -> Result<bool> {
///         // Secrets are compared in constant time.
///         let token = credentials.access_token();
///         let is_partner = token.is_some_and(|token| token.value == self.initial_access_token);
///         Ok(is_partner && !metadata.contains_key("scope"))
///     }
///
///     async fn may_update(&self, _: &str, metadata: &JsonObject) -> Result<bool> {
///         Ok(!metadata.contains_key("scope"))
///     }
/// }
/// ```
pub trait Registrations: Send + Sync + 'static {
    /// Whether a client with this metadata may be registered. `false` is answered with 401.
    ///
    /// [`RequestCredentials::access_token`] is the initial access token (RFC 7591 §3). The metadata may contain an unverified
    /// `software_statement`, a JWT (RFC 7591 §2.3). Verify its signature and issuer here if you rely on it.
    fn may_register(
        &self,
        credentials: &RequestCredentials,
        metadata: &JsonObject,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Whether a client may replace its metadata with these (RFC 7592 §2.2). `false` is answered with 403. Default: `false`.
    ///
    /// Authlete checks the registration access token afterwards, so the caller is not authenticated yet.
    fn may_update(
        &self,
        client_id: &str,
        metadata: &JsonObject,
    ) -> impl Future<Output = Result<bool>> + Send {
        let _ = (client_id, metadata);
        async { Ok(false) }
    }
}

/// The default: all requests are refused.
pub struct NoRegistrations;

impl Registrations for NoRegistrations {
    async fn may_register(&self, _: &RequestCredentials, _: &JsonObject) -> Result<bool> {
        Err(ErrorResponse::from(Failure::oauth(
            StatusCode::FORBIDDEN,
            "access_denied",
        )))
    }
}

/// The dyn-compatible form of [`Registrations`].
pub trait DynRegistrations: Send + Sync {
    fn may_register<'a>(
        &'a self,
        credentials: &'a RequestCredentials,
        metadata: &'a JsonObject,
    ) -> BoxFuture<'a, Result<bool>>;

    fn may_update<'a>(
        &'a self,
        client_id: &'a str,
        metadata: &'a JsonObject,
    ) -> BoxFuture<'a, Result<bool>>;
}

impl<T: Registrations> DynRegistrations for T {
    fn may_register<'a>(
        &'a self,
        credentials: &'a RequestCredentials,
        metadata: &'a JsonObject,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(Registrations::may_register(self, credentials, metadata))
    }

    fn may_update<'a>(
        &'a self,
        client_id: &'a str,
        metadata: &'a JsonObject,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(Registrations::may_update(self, client_id, metadata))
    }
}
