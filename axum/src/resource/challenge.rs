//! Error responses with challenges (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1).

use authlete::server::{RequestCredentialsError, Response, TokenScheme};
use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};

use super::Dpop;
use crate::response::empty;

/// The parameters that the challenges of a guard share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Challenges<'a> {
    pub dpop: Option<&'a Dpop>,
    pub scopes: Option<&'a [String]>,
    pub metadata_url: Option<&'a str>,
}

impl Challenges<'_> {
    /// The request has no access token of an accepted scheme. The response has no error code (RFC 6750 §3.1).
    pub(super) fn no_token(&self) -> Response {
        let mut response = empty(StatusCode::UNAUTHORIZED);
        let scope = self.scopes.map(|scopes| scopes.join(" "));
        let common = [
            ("scope", scope.as_deref()),
            ("resource_metadata", self.metadata_url),
        ];
        let schemes = [
            (!self.dpop.is_some_and(|dpop| dpop.is_required)).then_some(TokenScheme::Bearer),
            self.dpop.map(|_| TokenScheme::Dpop),
        ];
        for scheme in schemes.into_iter().flatten() {
            let challenge = self.challenge(scheme, &common);
            response.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// A header cannot be read.
    pub(super) fn unreadable(&self, error: RequestCredentialsError) -> Response {
        match error {
            // Basic credentials are not a token.
            RequestCredentialsError::BasicCredentials => self.no_token(),
            RequestCredentialsError::DpopProof if self.dpop.is_some() => self.invalid_proof(),
            _ => self.refuse(
                StatusCode::BAD_REQUEST,
                TokenScheme::Bearer,
                "invalid_request",
            ),
        }
    }

    /// A token of the scheme `DPoP` does not have exactly one proof.
    pub(super) fn invalid_proof(&self) -> Response {
        self.refuse(
            StatusCode::UNAUTHORIZED,
            TokenScheme::Dpop,
            "invalid_dpop_proof",
        )
    }

    /// The token is valid, but lacks a scope.
    pub(super) fn insufficient_scope(&self, scheme: TokenScheme) -> Response {
        self.refuse(StatusCode::FORBIDDEN, scheme, "insufficient_scope")
    }

    /// Adds `resource_metadata` and the DPoP challenge to an error response of Authlete.
    pub(super) fn complete(&self, mut response: Response) -> Response {
        let status = response.status();
        if status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN {
            return response;
        }
        let Some(challenge) = response.headers().get(WWW_AUTHENTICATE) else {
            return response;
        };
        let Ok(text) = challenge.to_str() else {
            return response;
        };
        let names_dpop = text
            .get(..4)
            .is_some_and(|it| it.eq_ignore_ascii_case("DPoP"));
        if let Some(url) = self.metadata_url {
            let separator = if text.contains('=') { "," } else { " " };
            let text = [text, separator, &parameter("resource_metadata", url)].concat();
            if let Ok(value) = HeaderValue::from_str(&text) {
                response.headers_mut().insert(WWW_AUTHENTICATE, value);
            }
        }
        if status == StatusCode::UNAUTHORIZED && self.dpop.is_some() && !names_dpop {
            let other = self.challenge(TokenScheme::Dpop, &[]);
            response.headers_mut().append(WWW_AUTHENTICATE, other);
        }
        response
    }

    fn refuse(&self, status: StatusCode, scheme: TokenScheme, error: &str) -> Response {
        let scope = self.scopes.filter(|_| error == "insufficient_scope");
        let scope = scope.map(|scopes| scopes.join(" "));
        let parameters = [
            ("error", Some(error)),
            ("scope", scope.as_deref()),
            ("resource_metadata", self.metadata_url),
        ];
        let mut response = empty(status);
        let challenge = self.challenge(scheme, &parameters);
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        response
    }

    fn challenge(&self, scheme: TokenScheme, parameters: &[(&str, Option<&str>)]) -> HeaderValue {
        let name = match scheme {
            TokenScheme::Bearer => "Bearer",
            TokenScheme::Dpop => "DPoP",
        };
        let algorithms = self.dpop.filter(|_| scheme == TokenScheme::Dpop);
        let algorithms = algorithms.map(|dpop| dpop.algorithm_names().join(" "));
        let parameters = parameters
            .iter()
            .copied()
            .chain([("algs", algorithms.as_deref())]);
        let parameters: Vec<_> = parameters
            .filter_map(|(name, value)| Some(parameter(name, value?)))
            .collect();
        let separator = if parameters.is_empty() { "" } else { " " };
        let text = [name, separator, &parameters.join(",")].concat();
        // If a parameter is not a valid header value, send the scheme without parameters.
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(name))
    }
}

/// A parameter as a quoted string (RFC 9110 §5.6.4).
fn parameter(name: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{name}=\"{value}\"")
}
