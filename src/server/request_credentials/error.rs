//! Errors in the headers of a request.

use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};

use crate::server::response::{Response, oauth_error};

/// Why the credentials in a request cannot be read. It contains no data of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestCredentialsError {
    /// A header that must not be repeated occurs twice.
    #[error("a header is repeated")]
    RepeatedHeader,
    /// A header has a byte that is not visible ASCII.
    #[error("a header has characters that are not allowed")]
    Header,
    /// The credentials after `Basic` are not the base64 encoding of two form-encoded strings with a colon between them (RFC
    /// 6749 §2.3.1).
    #[error("the Basic credentials are malformed")]
    BasicCredentials,
    /// There is no access token after the scheme, or it has invalid characters (RFC 6750 §2.1).
    #[error("the access token is malformed")]
    Token,
    /// There is more than one access token (RFC 6750 §2).
    #[error("there is more than one access token")]
    SeveralTokens,
    /// There is more than one `DPoP` header, or it has invalid characters (RFC 9449 §4.3).
    #[error("the DPoP proof is repeated or malformed")]
    DpopProof,
    /// The header of the certificate does not contain a valid one.
    #[error("the client certificate is malformed")]
    Certificate,
}

impl RequestCredentialsError {
    /// The error code for the client: `invalid_request`, `invalid_client` or `invalid_dpop_proof` (RFC 6749 §5.2, RFC
    /// 9449 §5).
    pub fn error(&self) -> &'static str {
        match self {
            Self::BasicCredentials => "invalid_client",
            Self::DpopProof => "invalid_dpop_proof",
            _ => "invalid_request",
        }
    }

    /// The response of an endpoint with client authentication, such as the token endpoint: 400, or 401 with a challenge
    /// for `invalid_client`.
    pub fn response(&self) -> Response {
        match self {
            Self::BasicCredentials => {
                let mut response = oauth_error(StatusCode::UNAUTHORIZED, self.error());
                let challenge = HeaderValue::from_static(crate::server::response::BASIC);
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                response
            }
            _ => oauth_error(StatusCode::BAD_REQUEST, self.error()),
        }
    }
}
