//! Errors for rejected access tokens (RFC 6750 §3).

use crate::api_response::{ApiResponse, ResponseBuilder};
use crate::call::Call;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::proof_of_possession;
use crate::result_code::ResultCode;
use crate::store::{Binding, Service};

/// Why a token is rejected: the action of the protected resource, and the error for the client.
pub struct TokenRefusal {
    action: &'static str,
    error: OAuthError,
    /// Challenge parameters with the requirements of the resource, such as `scope`.
    parameters: Vec<(&'static str, String)>,
}

impl TokenRefusal {
    pub fn new(action: &'static str, error: OAuthError) -> Self {
        Self {
            action,
            error,
            parameters: Vec::new(),
        }
    }

    pub fn invalid_token(code: ResultCode) -> Self {
        Self::new("UNAUTHORIZED", OAuthError::new("invalid_token", code))
    }

    pub fn insufficient_scope(code: ResultCode, scopes: &[&str]) -> Self {
        let error = OAuthError::new("insufficient_scope", code);
        Self::new("FORBIDDEN", error).with_parameters([("scope", scopes.join(" "))])
    }

    /// Adds challenge parameters with the requirements of the resource.
    #[must_use]
    pub fn with_parameters(
        mut self,
        parameters: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// The response for a token with this binding.
    pub fn response(&self, call: &Call, service: &Service, bound: &Binding) -> ResponseBuilder {
        let settings = &service.settings;
        let challenge =
            proof_of_possession::challenge(&self.error, bound, &self.parameters, settings);
        ApiResponse::action(call.path, self.error.code, self.action)
            .with("responseContent", challenge)
    }
}
