//! Error responses of endpoints.

use authlete::server::{RequestCredentialsError, error_response, oauth_error};
use axum::body::Body;
use axum::response::{ErrorResponse, IntoResponse, Response};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};

use crate::response;

/// The error of an endpoint: a complete error response.
///
/// It is converted from an [`authlete::Error`], whose details are not in the response, and from any error response of axum.
#[derive(Debug)]
pub struct Failure(Box<Response>);

impl Failure {
    /// An OAuth error without a description (RFC 6749 §5.2).
    pub(super) fn oauth(status: StatusCode, error: &str) -> Self {
        Self::from(oauth_error(status, error))
    }

    /// `server_error`, without details of the cause.
    pub(super) fn server_error() -> Self {
        Self::oauth(StatusCode::INTERNAL_SERVER_ERROR, "server_error")
    }

    /// Whether the status is 5xx.
    pub(super) fn is_server_error(&self) -> bool {
        self.0.status().is_server_error()
    }

    /// A response without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::from(response::empty(status))
    }

    /// Adds a challenge (RFC 9110 §11.6.1).
    pub(super) fn with_challenge(mut self, challenge: &'static str) -> Self {
        let challenge = HeaderValue::from_static(challenge);
        self.0.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        self
    }

    /// The request has no access token, so the response has no error code (RFC 6750 §3.1).
    pub(super) fn no_token() -> Self {
        Self::empty(StatusCode::UNAUTHORIZED).with_challenge("Bearer")
    }

    /// A token of the scheme `DPoP` does not have exactly one proof (RFC 9449 §7.1).
    pub(super) fn invalid_proof() -> Self {
        Self::empty(StatusCode::UNAUTHORIZED).with_challenge("DPoP error=\"invalid_dpop_proof\"")
    }

    /// The credentials of a request to a resource cannot be read (RFC 6750 §3.1).
    pub(super) fn unreadable_token(error: RequestCredentialsError) -> Self {
        match error {
            // Basic credentials are not a token.
            RequestCredentialsError::BasicCredentials => Self::no_token(),
            RequestCredentialsError::DpopProof => Self::invalid_proof(),
            _ => Self::invalid_request().with_challenge("Bearer error=\"invalid_request\""),
        }
    }

    /// The request cannot be read or is not allowed.
    pub(super) fn invalid_request() -> Self {
        Self::oauth(StatusCode::BAD_REQUEST, "invalid_request")
    }
}

impl From<Response> for Failure {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<authlete::server::Response> for Failure {
    fn from(response: authlete::server::Response) -> Self {
        Self::from(response.map(Body::new))
    }
}

impl From<authlete::Error> for Failure {
    fn from(error: authlete::Error) -> Self {
        tracing::warn!(target: "authlete_axum", %error, "call to Authlete failed");
        Self::from(error_response(&error))
    }
}

impl From<RequestCredentialsError> for Failure {
    fn from(error: RequestCredentialsError) -> Self {
        Self::from(error.response())
    }
}

impl From<ErrorResponse> for Failure {
    fn from(error: ErrorResponse) -> Self {
        Self::from(Err::<(), _>(error).into_response())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        *self.0
    }
}
