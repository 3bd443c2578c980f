//! Who may register a client.

use std::future::Future;

use authlete::JsonObject;
use authlete::server::Presented;
use axum::response::{ErrorResponse, Result};
use http::StatusCode;

use crate::authorization_server::Failure;
use crate::authorization_server::accounts::Later;

/// Decides who may register a client, and with which metadata. Authlete validates the form of the metadata, and leaves
/// this to your server.
///
/// An `Err` is the complete response, such as `unapproved_software_statement` (RFC 7591 §3.2.2).
///
/// ```
/// use authlete::server::Presented;
/// use authlete::{JsonObject, Secret};
/// use authlete_axum::authorization_server::Registrations;
/// use axum::response::Result;
///
/// struct Partners {
///     initial_access_token: Secret,
/// }
///
/// impl Registrations for Partners {
///     async fn may_register(&self, presented: &Presented, metadata: &JsonObject) -> Result<bool> {
///         // Secrets are compared in constant time.
///         let token = presented.access_token();
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
    /// Whether a client with these metadata may be registered. `false` is answered with 401.
    ///
    /// [`Presented::access_token`] is the initial access token (RFC 7591 §3). `software_statement` is among the metadata
    /// as the client sent it: a JWT (RFC 7591 §2.3). Verify its signature and its issuer here if you rely on it.
    fn may_register(
        &self,
        presented: &Presented,
        metadata: &JsonObject,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Whether a client may replace its metadata by these (RFC 7592 §2.2). `false` is answered with 403. Default: no.
    ///
    /// Authlete checks the registration access token afterwards, so nothing is known yet of who asks.
    fn may_update(
        &self,
        client_id: &str,
        metadata: &JsonObject,
    ) -> impl Future<Output = Result<bool>> + Send {
        let _ = (client_id, metadata);
        async { Ok(false) }
    }
}

/// Nobody may register.
pub struct NoRegistrations;

impl Registrations for NoRegistrations {
    async fn may_register(&self, _: &Presented, _: &JsonObject) -> Result<bool> {
        Err(ErrorResponse::from(Failure::oauth(
            StatusCode::FORBIDDEN,
            "access_denied",
        )))
    }
}

/// [`Registrations`] without their type.
pub trait AnyRegistrations: Send + Sync {
    fn may_register<'a>(
        &'a self,
        presented: &'a Presented,
        metadata: &'a JsonObject,
    ) -> Later<'a, Result<bool>>;

    fn may_update<'a>(
        &'a self,
        client_id: &'a str,
        metadata: &'a JsonObject,
    ) -> Later<'a, Result<bool>>;
}

impl<T: Registrations> AnyRegistrations for T {
    fn may_register<'a>(
        &'a self,
        presented: &'a Presented,
        metadata: &'a JsonObject,
    ) -> Later<'a, Result<bool>> {
        Box::pin(Registrations::may_register(self, presented, metadata))
    }

    fn may_update<'a>(
        &'a self,
        client_id: &'a str,
        metadata: &'a JsonObject,
    ) -> Later<'a, Result<bool>> {
        Box::pin(Registrations::may_update(self, client_id, metadata))
    }
}
