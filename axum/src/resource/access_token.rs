//! The access token of an authorized request.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use authlete::server::TokenScheme;
use authlete::types::{AuthzDetails, IntrospectionResponse, Property};
use axum::extract::FromRequestParts;
use axum::response::IntoResponse;
use http::StatusCode;
use http::request::Parts;

/// The access token of a request that has passed [`RequireAccessToken`](super::RequireAccessToken), as Authlete's
/// introspection describes it.
///
/// It is an axum extractor. Without axum, take it from the request extensions:
/// `request.extensions().get::<AccessToken>()`.
///
/// ```
/// # use authlete_axum::AccessToken;
/// async fn orders(token: AccessToken) -> String {
///     format!("the orders of {}", token.subject().unwrap_or("nobody"))
/// }
/// ```
///
/// It does not contain the token value. Its `Debug` output has neither the user nor the properties. Cloning is cheap.
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

    /// The identifier of the user. `None` if the token has no user, as with the grant type `client_credentials`. Check this
    /// before you treat the caller as a user.
    pub fn subject(&self) -> Option<&str> {
        self.answer.subject.as_deref()
    }

    /// The client ID, a number assigned by Authlete.
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

    /// The resources that the token is restricted to (RFC 8707). Empty if it is not restricted.
    pub fn resources(&self) -> &[String] {
        let resources = self.answer.access_token_resources.as_deref();
        resources.unwrap_or_default()
    }

    /// The authorization details of the token (RFC 9396).
    pub fn authorization_details(&self) -> Option<&AuthzDetails> {
        self.answer.authorization_details.as_ref()
    }

    /// The extra properties that your authorization server has attached to the token.
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

    /// The authentication scheme of the token. With [`TokenScheme::Dpop`], the token is bound to a key of the client, and
    /// the guard has checked the proof.
    pub fn scheme(&self) -> TokenScheme {
        self.scheme
    }

    /// The complete introspection response of Authlete.
    pub fn answer(&self) -> &IntrospectionResponse {
        &self.answer
    }

    pub(super) fn metadata_url(&self) -> Option<&str> {
        self.metadata_url.as_deref()
    }
}

/// Authlete uses 0 for an unknown time.
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

/// The route has no [`RequireAccessToken`](super::RequireAccessToken) layer, which is a bug in the application. The response
/// is 500 without a body, and the reason is logged at the level `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("route has no RequireAccessToken layer")]
#[non_exhaustive]
pub struct MissingGuard;

impl MissingGuard {
    /// Creates the error and logs the event.
    pub(super) fn new() -> Self {
        tracing::error!(target: "authlete_axum", "route has no RequireAccessToken layer");
        Self
    }
}

impl IntoResponse for MissingGuard {
    fn into_response(self) -> axum::response::Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
