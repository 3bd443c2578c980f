//! The access token of a request that has passed the guard.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use authlete::server::TokenScheme;
use authlete::types::{AuthzDetails, IntrospectionResponse, Property};
use axum::extract::FromRequestParts;
use axum::response::IntoResponse;
use http::StatusCode;
use http::request::Parts;

/// What Authlete knows of the access token of a request that has passed
/// [`RequireAccessToken`](super::RequireAccessToken).
///
/// It is an extractor of axum. Elsewhere it is in the extensions of the request:
/// `request.extensions().get::<AccessToken>()`.
///
/// ```
/// # use authlete_axum::AccessToken;
/// async fn orders(token: AccessToken) -> String {
///     format!("the orders of {}", token.subject().unwrap_or("nobody"))
/// }
/// ```
///
/// It does not hold the token itself, and its `Debug` output names neither the user nor the properties. To clone it is
/// cheap.
#[derive(Clone)]
pub struct AccessToken {
    answer: Arc<IntrospectionResponse>,
    scheme: TokenScheme,
    metadata_url: Option<Arc<str>>,
}

impl AccessToken {
    pub(super) fn new(
        answer: IntrospectionResponse,
        scheme: TokenScheme,
        metadata_url: Option<Arc<str>>,
    ) -> Self {
        Self {
            answer: Arc::new(answer),
            scheme,
            metadata_url,
        }
    }

    /// The identifier of the user. `None` when there is none, as with the grant type `client_credentials`: check that
    /// before you take the token for one of a user.
    pub fn subject(&self) -> Option<&str> {
        self.answer.subject.as_deref()
    }

    /// The number that Authlete has given to the client.
    pub fn client_id(&self) -> Option<i64> {
        self.answer.client_id
    }

    /// The scopes of the token.
    pub fn scopes(&self) -> &[String] {
        self.answer.scopes.as_deref().unwrap_or_default()
    }

    /// Whether the token has this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().iter().any(|own| own == scope)
    }

    /// The resources that the token is for (RFC 8707). Empty when it is for none in particular.
    pub fn resources(&self) -> &[String] {
        let resources = self.answer.access_token_resources.as_deref();
        resources.unwrap_or_default()
    }

    /// The authorization details of the token (RFC 9396).
    pub fn authorization_details(&self) -> Option<&AuthzDetails> {
        self.answer.authorization_details.as_ref()
    }

    /// The properties that your authorization server has attached to the token.
    pub fn properties(&self) -> &[Property] {
        self.answer.properties.as_deref().unwrap_or_default()
    }

    /// When the token expires.
    pub fn expires_at(&self) -> Option<SystemTime> {
        time(self.answer.expires_at, Duration::from_millis)
    }

    /// The authentication context class of the user's login.
    pub fn acr(&self) -> Option<&str> {
        self.answer.acr.as_deref()
    }

    /// When the user logged in.
    pub fn auth_time(&self) -> Option<SystemTime> {
        time(self.answer.auth_time, Duration::from_secs)
    }

    /// The SHA-256 thumbprint, in base64url, of the client certificate that the token is bound to (`cnf` with `x5t#S256`,
    /// RFC 8705 §3.1). The guard has compared it with the certificate of the request.
    pub fn certificate_thumbprint(&self) -> Option<&str> {
        self.answer.certificate_thumbprint.as_deref()
    }

    /// The scheme that the token came by. With [`TokenScheme::Dpop`] it is bound to a key of the client, and the guard has
    /// checked the proof.
    pub fn scheme(&self) -> TokenScheme {
        self.scheme
    }

    /// The whole answer of Authlete.
    pub fn answer(&self) -> &IntrospectionResponse {
        &self.answer
    }

    pub(super) fn metadata_url(&self) -> Option<&str> {
        self.metadata_url.as_deref()
    }
}

/// Authlete has 0 for a time that is not known.
fn time(since_epoch: Option<i64>, unit: fn(u64) -> Duration) -> Option<SystemTime> {
    let since_epoch = u64::try_from(since_epoch?).ok()?;
    let since_epoch = Some(since_epoch).filter(|time| *time > 0)?;
    SystemTime::UNIX_EPOCH.checked_add(unit(since_epoch))
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessToken")
            .field("client_id", &self.client_id())
            .field("scopes", &self.scopes())
            .field("scheme", &self.scheme)
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for AccessToken {
    type Rejection = MissingGuard;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingGuard> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(MissingGuard::new)
    }
}

/// The route has no [`RequireAccessToken`](super::RequireAccessToken): a mistake in the program. The response is 500
/// without a body, and an event at `error` tells the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no RequireAccessToken guards this route")]
#[non_exhaustive]
pub struct MissingGuard;

impl MissingGuard {
    /// With the event.
    pub(super) fn new() -> Self {
        tracing::error!(target: "authlete_axum", "no RequireAccessToken guards this route");
        Self
    }
}

impl IntoResponse for MissingGuard {
    fn into_response(self) -> axum::response::Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
