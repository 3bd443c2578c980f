//! Error responses to the client application.

use serde_json::Value;

use crate::api_response::{ApiResponse, ResponseBuilder};
use crate::json::Object;
use crate::model::ErrorDetails;
use crate::result_code::ResultCode;
use crate::settings::ServiceSettings;

/// Authlete's documentation of its result codes. It does not have the emulator's own codes.
const DOCUMENTATION: &str = "https://docs.authlete.com/";

/// An error code of OAuth 2.0 or OpenID Connect, and Authlete's result code.
#[derive(Debug, Clone)]
pub struct OAuthError {
    pub error: &'static str,
    pub code: ResultCode,
    /// Replaces the reason of the result code.
    pub description: Option<Box<str>>,
    /// Error details of the server operator, which replace Authlete's.
    pub details: Option<Box<ErrorDetails>>,
}

impl OAuthError {
    pub const fn new(error: &'static str, code: ResultCode) -> Self {
        Self {
            error,
            code,
            description: None,
            details: None,
        }
    }

    /// Converts the error to the code that the operation has for a JWT access token that cannot be created.
    #[must_use]
    pub fn into_jwt_failure(self, code: ResultCode) -> Self {
        Self {
            code: code.because(self.code.reason),
            ..self
        }
    }

    /// Replaces Authlete's error details by those of the server operator.
    #[must_use]
    pub fn with_details(self, details: ErrorDetails) -> Self {
        Self {
            details: Some(Box::new(details)),
            ..self
        }
    }

    /// RFC 6749 §4.1.2.1 and §5.2.
    pub const fn invalid_request(code: ResultCode) -> Self {
        Self::new("invalid_request", code)
    }

    /// RFC 6749 §5.2.
    pub const fn invalid_grant(code: ResultCode) -> Self {
        Self::new("invalid_grant", code)
    }

    /// RFC 6749 §5.2.
    pub const fn invalid_client(code: ResultCode) -> Self {
        Self::new("invalid_client", code)
    }

    /// RFC 6749 §4.1.2.1 and §5.2.
    pub const fn invalid_scope(code: ResultCode) -> Self {
        Self::new("invalid_scope", code)
    }

    /// The parameters of an error response (RFC 6749 §4.1.2.1, §5.2).
    pub fn parameters(&self, service: &ServiceSettings) -> Vec<(&'static str, String)> {
        let (description, uri) = match &self.details {
            Some(details) => (details.description.clone(), details.uri.clone()),
            None => {
                let code = self.code.code;
                let reason = self.description.as_deref().unwrap_or(self.code.reason);
                let description = format!("[{code}] {reason}");
                (Some(description), Some(format!("{DOCUMENTATION}#{code}")))
            }
        };
        let shown = |text: Option<String>, omitted: bool| text.filter(|_| !omitted);
        let parameters = [
            ("error", Some(self.error.to_owned())),
            (
                "error_description",
                shown(description, service.error_description_omitted()),
            ),
            ("error_uri", shown(uri, service.error_uri_omitted())),
        ];
        let parameters = parameters.into_iter();
        parameters
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// The body of an error response (RFC 6749 §5.2).
    pub fn body(&self, service: &ServiceSettings) -> String {
        let parameters = self.parameters(service).into_iter();
        let members: Object = parameters
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        Value::Object(members).to_string()
    }

    /// The value of a `WWW-Authenticate` header for an authentication scheme (RFC 6750 §3), with further parameters.
    pub fn challenge(
        &self,
        scheme: &str,
        further: &[(&'static str, String)],
        service: &ServiceSettings,
    ) -> String {
        let mut parameters = self.parameters(service);
        parameters.extend_from_slice(further);
        let parameters: Vec<_> = parameters
            .into_iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        format!("{scheme} {}", parameters.join(","))
    }

    /// An API response that contains the body for the client.
    pub fn response(&self, path: &str, action: &str, service: &ServiceSettings) -> ResponseBuilder {
        ApiResponse::action(path, self.code, action).with("responseContent", self.body(service))
    }
}
