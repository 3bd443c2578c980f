//! The credentials and tokens that a client presents in the headers of its request.

mod authorization;
mod certificate;
mod error;
mod request;

use http::HeaderMap;
use http::header::HeaderName;

use crate::{ClientIdentifier, Secret};
use authorization::Authorization;
pub(super) use authorization::form_values;
pub use certificate::{ClientCertificate, ClientCertificateSource};
pub use error::RequestCredentialsError;
pub(crate) use request::request_credentials;

/// The credentials and tokens that a client presents in a request to your server: client credentials, an access token, a
/// DPoP proof, an attestation and a client certificate.
///
/// Pass it to the requests of the SDK: `TokenRequest::new(body).credentials(&credentials)` fills in the corresponding members.
/// Credentials in the parameters of the client's request are left there; Authlete reads them.
///
/// ```
/// # use authlete::server::{ClientCertificateSource, RequestCredentials, RequestCredentialsError};
/// # use authlete::types::TokenRequest;
/// # fn example(headers: &http::HeaderMap, body: String) -> Result<TokenRequest, RequestCredentialsError> {
/// let credentials = RequestCredentials::from_headers(headers, &ClientCertificateSource::None)?;
/// let request = TokenRequest::new(body)
///     .credentials(&credentials)
///     .received_at("POST", "https://as.example.com/token"); // to verify a DPoP proof
/// # Ok(request) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestCredentials {
    client: Option<ClientCredentials>,
    access_token: Option<PresentedToken>,
    dpop: Option<Secret>,
    attestation: Option<Secret>,
    attestation_pop: Option<Secret>,
    certificate: Option<ClientCertificate>,
}

/// The credentials of a client that authenticates with the scheme `Basic`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientCredentials {
    /// The client ID, or its alias.
    pub client_id: ClientIdentifier,
    /// The client secret.
    pub client_secret: Secret,
}

/// An access token, and its authentication scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresentedToken {
    /// The token.
    pub value: Secret,
    /// The authentication scheme with which it was presented.
    pub scheme: TokenScheme,
}

/// The scheme with which an access token is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenScheme {
    /// `Bearer`, in the header or in a form (RFC 6750 §2).
    Bearer,
    /// `DPoP`: the token is bound to the key of a proof (RFC 9449 §7.1).
    Dpop,
}

const DPOP: HeaderName = HeaderName::from_static("dpop");
const ATTESTATION: HeaderName = HeaderName::from_static("oauth-client-attestation");
const ATTESTATION_POP: HeaderName = HeaderName::from_static("oauth-client-attestation-pop");

impl RequestCredentials {
    /// Reads the headers of a request. A client certificate is read only from `source`.
    ///
    /// # Errors
    /// A header is repeated or malformed; [`RequestCredentialsError::response`] is the response for the client.
    pub fn from_headers(
        headers: &HeaderMap,
        source: &ClientCertificateSource,
    ) -> Result<Self, RequestCredentialsError> {
        let mut credentials = Self {
            dpop: single_value(headers, &DPOP)
                .map_err(|_| RequestCredentialsError::DpopProof)?
                .map(Secret::from),
            attestation: single_value(headers, &ATTESTATION)?.map(Secret::from),
            attestation_pop: single_value(headers, &ATTESTATION_POP)?.map(Secret::from),
            certificate: source.read(headers)?,
            ..Self::default()
        };
        match single_value(headers, &http::header::AUTHORIZATION)?.map(Authorization::parse) {
            None => {}
            Some(Authorization::Basic(client)) => credentials.client = Some(client?),
            Some(Authorization::Token(token)) => credentials.access_token = Some(token?),
            // A scheme for another purpose, such as a proxy.
            Some(Authorization::Other) => {}
        }
        Ok(credentials)
    }

    /// Adds the access token in the form parameter `access_token` (RFC 6750 §2.2). Call it only for POST requests with the
    /// media type `application/x-www-form-urlencoded` to a protected resource.
    ///
    /// # Errors
    /// There is also a token in the header, or more than one in the form, or it has invalid characters.
    pub fn with_form(mut self, form: &str) -> Result<Self, RequestCredentialsError> {
        let mut tokens = authorization::form_values(form, "access_token");
        if let Some(value) = tokens.next() {
            if tokens.next().is_some() || self.access_token.is_some() {
                return Err(RequestCredentialsError::SeveralTokens);
            }
            self.access_token = Some(authorization::token(&value, TokenScheme::Bearer)?);
        }
        Ok(self)
    }

    /// The credentials of the `Authorization` header with the scheme `Basic`, form-decoded (RFC 6749 §2.3.1).
    pub fn client(&self) -> Option<&ClientCredentials> {
        self.client.as_ref()
    }

    /// Whether the client authenticates with the scheme `Basic`: then the response to a failure is 401 with a challenge
    /// (RFC 6749 §5.2).
    pub fn used_basic(&self) -> bool {
        self.client.is_some()
    }

    /// The access token.
    pub fn access_token(&self) -> Option<&PresentedToken> {
        self.access_token.as_ref()
    }

    /// The DPoP proof (RFC 9449 §4).
    pub fn dpop_proof(&self) -> Option<&Secret> {
        self.dpop.as_ref()
    }

    /// The DPoP proof for the access token. `None` if the token was presented with the scheme `Bearer`, since a token that
    /// is bound to a key must be presented with `DPoP` (RFC 9449 §7.1).
    pub fn access_token_dpop_proof(&self) -> Option<&Secret> {
        let is_bound = self
            .access_token
            .as_ref()
            .is_none_or(|token| token.scheme == TokenScheme::Dpop);
        self.dpop.as_ref().filter(|_| is_bound)
    }

    /// The attestation of the client instance (OAuth 2.0 Attestation-Based Client Authentication).
    pub fn attestation(&self) -> Option<&Secret> {
        self.attestation.as_ref()
    }

    /// The proof of possession of the key in the attestation.
    pub fn attestation_pop(&self) -> Option<&Secret> {
        self.attestation_pop.as_ref()
    }

    /// The client certificate (RFC 8705).
    pub fn certificate(&self) -> Option<&ClientCertificate> {
        self.certificate.as_ref()
    }
}

/// The value of a header that must not be repeated.
fn single_value<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a str>, RequestCredentialsError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(RequestCredentialsError::RepeatedHeader);
    }
    value
        .to_str()
        .map(Some)
        .map_err(|_| RequestCredentialsError::Header)
}
