//! Errors for rejected access tokens (RFC 6750 §3).

use crate::call::Call;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::proof_of_possession;
use crate::reply::{Answer, Reply};
use crate::result_code::ResultCode;
use crate::store::{Binding, Service};

/// Why a token is rejected: the action of the protected resource, and the error for the client.
pub struct TokenRefusal {
    action: &'static str,
    error: OAuthError,
    /// Challenge parameters with the requirements of the resource, such as `scope`.
    demands: Vec<(&'static str, String)>,
}

impl TokenRefusal {
    pub fn new(action: &'static str, error: OAuthError) -> Self {
        Self {
            action,
            error,
            demands: Vec::new(),
        }
    }

    pub fn invalid_token(code: ResultCode) -> Self {
        Self::new("UNAUTHORIZED", OAuthError::new("invalid_token", code))
    }

    pub fn insufficient_scope(code: ResultCode, scopes: &[&str]) -> Self {
        let error = OAuthError::new("insufficient_scope", code);
        Self::new("FORBIDDEN", error).demanding([("scope", scopes.join(" "))])
    }

    /// Adds challenge parameters with the requirements of the resource.
    #[must_use]
    pub fn demanding(mut self, demands: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.demands.extend(demands);
        self
    }

    /// The response for a token with this binding.
    pub fn answer(&self, call: &Call, service: &Service, bound: &Binding) -> Answer {
        let settings = &service.settings;
        let challenge = proof_of_possession::challenge(&self.error, bound, &self.demands, settings);
        Reply::action(call.path, self.error.code, self.action).with("responseContent", challenge)
    }
}
