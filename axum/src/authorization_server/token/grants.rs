//! Grant types that Authlete does not handle by itself.

use std::future::Future;

use authlete::types::{NativeSsoRequest, TokenCreateRequest, TokenResponse};
use axum::response::{ErrorResponse, Result};
use http::StatusCode;

use crate::authorization_server::Failure;
use crate::authorization_server::accounts::BoxFuture;

/// Decides on the grant types that Authlete does not handle by itself, after Authlete has authenticated the client and
/// checked the format of the request. By default, methods for grant types refuse with `unsupported_grant_type`.
///
/// `answer` is the complete answer of Authlete. `None` refuses a request; an `Err` is the complete response.
///
/// ```
/// use authlete::types::TokenResponse;
/// use authlete_axum::authorization_server::TokenGrants;
/// use axum::response::Result;
///
/// struct Grants;
///
/// impl TokenGrants for Grants {
///     async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
///         Ok(true)
///     }
/// }
/// ```
pub trait TokenGrants: Send + Sync + 'static {
    /// The subject of the user with `username` and `password` of the answer (RFC 6749 §4.3), or `None` if they are wrong.
    ///
    /// OAuth 2.0 Security Best Current Practice (RFC 9700 §2.4) forbids this grant type. Wrong passwords are limited:
    /// [`AuthorizationServer::password_attempts`](crate::AuthorizationServer::password_attempts). Spend the same time on
    /// unknown users.
    fn password(
        &self,
        answer: &TokenResponse,
    ) -> impl Future<Output = Result<Option<String>>> + Send {
        let _ = answer;
        async { Err(unsupported()) }
    }

    /// The access token to issue for the subject and actor tokens of the answer (RFC 8693), or `None` if they are not
    /// acceptable. By default, it is issued to the client of the token request, and bound to no key: set
    /// `dpop_key_thumbprint` or `certificate_thumbprint` to bind it.
    ///
    /// Authlete validates only tokens that it issued itself. Validate everything else here, such as the signature of a JWT
    /// of another issuer.
    fn token_exchange(
        &self,
        answer: &TokenResponse,
    ) -> impl Future<Output = Result<Option<TokenCreateRequest>>> + Send {
        let _ = answer;
        async { Err(unsupported()) }
    }

    /// The access token to issue for the `assertion` of the answer (RFC 7523 §2.1), or `None` if it is not acceptable. By
    /// default, it is issued to the client of the token request, and bound to no key, as with
    /// [`token_exchange`](Self::token_exchange).
    ///
    /// Authlete does not verify the signature of the assertion: verify it here.
    fn jwt_bearer(
        &self,
        answer: &TokenResponse,
    ) -> impl Future<Output = Result<Option<TokenCreateRequest>>> + Send {
        let _ = answer;
        async { Err(unsupported()) }
    }

    /// The request for the tokens of another app on the same device (OpenID Connect Native SSO for Mobile Apps 1.0), or
    /// `None` if the session of the user has ended or the device secret is wrong.
    fn native_sso(
        &self,
        answer: &TokenResponse,
    ) -> impl Future<Output = Result<Option<NativeSsoRequest>>> + Send {
        let _ = answer;
        async { Err(unsupported()) }
    }

    /// Whether the client gets a new ID token on a refresh (OpenID Connect Core 1.0 §12.2). Its claims come from
    /// [`Accounts::claims`](crate::authorization_server::Accounts::claims). Default: `false`.
    fn reissues_id_token(
        &self,
        answer: &TokenResponse,
    ) -> impl Future<Output = Result<bool>> + Send {
        let _ = answer;
        async { Ok(false) }
    }
}

fn unsupported() -> ErrorResponse {
    Failure::oauth(StatusCode::BAD_REQUEST, "unsupported_grant_type").into()
}

/// The default: all grant types are refused.
pub struct NoTokenGrants;

impl TokenGrants for NoTokenGrants {}

/// The dyn-compatible form of [`TokenGrants`].
pub trait DynTokenGrants: Send + Sync {
    fn password<'a>(&'a self, answer: &'a TokenResponse) -> BoxFuture<'a, Result<Option<String>>>;

    fn token_exchange<'a>(
        &'a self,
        answer: &'a TokenResponse,
    ) -> BoxFuture<'a, Result<Option<TokenCreateRequest>>>;

    fn jwt_bearer<'a>(
        &'a self,
        answer: &'a TokenResponse,
    ) -> BoxFuture<'a, Result<Option<TokenCreateRequest>>>;

    fn native_sso<'a>(
        &'a self,
        answer: &'a TokenResponse,
    ) -> BoxFuture<'a, Result<Option<NativeSsoRequest>>>;

    fn reissues_id_token<'a>(&'a self, answer: &'a TokenResponse) -> BoxFuture<'a, Result<bool>>;
}

impl<T: TokenGrants> DynTokenGrants for T {
    fn password<'a>(&'a self, answer: &'a TokenResponse) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(TokenGrants::password(self, answer))
    }

    fn token_exchange<'a>(
        &'a self,
        answer: &'a TokenResponse,
    ) -> BoxFuture<'a, Result<Option<TokenCreateRequest>>> {
        Box::pin(TokenGrants::token_exchange(self, answer))
    }

    fn jwt_bearer<'a>(
        &'a self,
        answer: &'a TokenResponse,
    ) -> BoxFuture<'a, Result<Option<TokenCreateRequest>>> {
        Box::pin(TokenGrants::jwt_bearer(self, answer))
    }

    fn native_sso<'a>(
        &'a self,
        answer: &'a TokenResponse,
    ) -> BoxFuture<'a, Result<Option<NativeSsoRequest>>> {
        Box::pin(TokenGrants::native_sso(self, answer))
    }

    fn reissues_id_token<'a>(&'a self, answer: &'a TokenResponse) -> BoxFuture<'a, Result<bool>> {
        Box::pin(TokenGrants::reissues_id_token(self, answer))
    }
}
