//! What a client presents in the headers of its request.

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
pub use error::PresentedError;
pub(crate) use request::presented;

/// What a client presents in a request to your server: its credentials, an access token, a DPoP proof, an attestation
/// and a client certificate.
///
/// The requests of the SDK take it: `TokenRequest::new(body).presented(&presented)` fills in each member that the
/// request has for it. What a client puts into the parameters of its request stays there; Authlete reads it.
///
/// ```
/// # use authlete::server::{ClientCertificateSource, Presented, PresentedError};
/// # use authlete::types::TokenRequest;
/// # fn example(headers: &http::HeaderMap, body: String) -> Result<TokenRequest, PresentedError> {
/// let presented = Presented::from_headers(headers, &ClientCertificateSource::None)?;
/// let request = TokenRequest::new(body)
///     .presented(&presented)
///     .received_at("POST", "https://as.example.com/token"); // what a DPoP proof is for
/// # Ok(request) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presented {
    client: Option<ClientCredentials>,
    access_token: Option<PresentedToken>,
    dpop: Option<Secret>,
    attestation: Option<Secret>,
    attestation_pop: Option<Secret>,
    certificate: Option<ClientCertificate>,
}

/// The credentials of a client that authenticates by the scheme `Basic`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientCredentials {
    /// The client ID, or its alias.
    pub client_id: ClientIdentifier,
    /// The client secret.
    pub client_secret: Secret,
}

/// An access token, and how it was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresentedToken {
    /// The token.
    pub value: Secret,
    /// The authentication scheme that it came with.
    pub scheme: TokenScheme,
}

/// The scheme that an access token is presented by.
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

impl Presented {
    /// Reads the headers of a request. A client certificate is read from `source`, and from nothing else.
    ///
    /// # Errors
    /// A header that is there twice or cannot be read; [`PresentedError::response`] is what the client gets.
    pub fn from_headers(
        headers: &HeaderMap,
        source: &ClientCertificateSource,
    ) -> Result<Self, PresentedError> {
        let mut presented = Self {
            dpop: single_value(headers, &DPOP)
                .map_err(|_| PresentedError::DpopProof)?
                .map(Secret::from),
            attestation: single_value(headers, &ATTESTATION)?.map(Secret::from),
            attestation_pop: single_value(headers, &ATTESTATION_POP)?.map(Secret::from),
            certificate: source.read(headers)?,
            ..Self::default()
        };
        match single_value(headers, &http::header::AUTHORIZATION)?.map(Authorization::parse) {
            None => {}
            Some(Authorization::Basic(client)) => presented.client = Some(client?),
            Some(Authorization::Token(token)) => presented.access_token = Some(token?),
            // A scheme of something else, such as a proxy.
            Some(Authorization::Other) => {}
        }
        Ok(presented)
    }

    /// Adds the access token that a form has as `access_token` (RFC 6750 §2.2). Call it for a POST of the media type
    /// `application/x-www-form-urlencoded` to a resource, and nowhere else.
    ///
    /// # Errors
    /// There is a token in the header too, or more than one in the form, or it has characters that no token has.
    pub fn with_form(mut self, form: &str) -> Result<Self, PresentedError> {
        let mut tokens = authorization::form_values(form, "access_token");
        if let Some(value) = tokens.next() {
            if tokens.next().is_some() || self.access_token.is_some() {
                return Err(PresentedError::SeveralTokens);
            }
            self.access_token = Some(authorization::token(&value, TokenScheme::Bearer)?);
        }
        Ok(self)
    }

    /// The credentials of the `Authorization` header with the scheme `Basic`, form-decoded (RFC 6749 §2.3.1).
    pub fn client(&self) -> Option<&ClientCredentials> {
        self.client.as_ref()
    }

    /// Whether the client authenticates by the scheme `Basic`: then a failure is answered with 401 and a challenge
    /// (RFC 6749 §5.2).
    pub fn used_basic(&self) -> bool {
        self.client.is_some()
    }

    /// The access token.
    pub fn access_token(&self) -> Option<&PresentedToken> {
        self.access_token.as_ref()
    }

    /// The DPoP proof (RFC 9449 §4).
    pub fn dpop(&self) -> Option<&Secret> {
        self.dpop.as_ref()
    }

    /// The proof that counts for the access token: none when the token came by the scheme `Bearer`, since a token that
    /// is bound to a key has to come by `DPoP` (RFC 9449 §7.1).
    pub fn dpop_of_access_token(&self) -> Option<&Secret> {
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

    /// The proof that the client instance has the key of its attestation.
    pub fn attestation_pop(&self) -> Option<&Secret> {
        self.attestation_pop.as_ref()
    }

    /// The client certificate (RFC 8705).
    pub fn certificate(&self) -> Option<&ClientCertificate> {
        self.certificate.as_ref()
    }
}

/// The value of a header that may be there once.
fn single_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, PresentedError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(PresentedError::RepeatedHeader);
    }
    value.to_str().map(Some).map_err(|_| PresentedError::Header)
}
