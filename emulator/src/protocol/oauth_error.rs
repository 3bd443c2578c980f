//! Errors that the client application is told.

use serde_json::Value;

use crate::json::{Members, Object};
use crate::reply::{Answer, Reply};
use crate::result_code::ResultCode;

/// An error code of OAuth 2.0 or OpenID Connect, and Authlete's account of it.
#[derive(Debug, Clone)]
pub struct OAuthError {
    pub error: &'static str,
    pub code: ResultCode,
    /// In place of the reason of the result code.
    pub description: Option<String>,
}

impl OAuthError {
    pub const fn new(error: &'static str, code: ResultCode) -> Self {
        Self {
            error,
            code,
            description: None,
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
    pub fn parameters(&self, service: &Object) -> Vec<(&'static str, String)> {
        let mut parameters = vec![("error", self.error.to_owned())];
        if !service.flag("errorDescriptionOmitted") {
            let reason = self.description.as_deref().unwrap_or(self.code.reason);
            parameters.push((
                "error_description",
                format!("[{}] {reason}", self.code.code),
            ));
        }
        parameters
    }

    /// The body of an error response (RFC 6749 §5.2).
    pub fn body(&self, service: &Object) -> String {
        let parameters = self.parameters(service).into_iter();
        let members: Object = parameters
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        Value::Object(members).to_string()
    }

    /// The value of a `WWW-Authenticate` header in an authentication scheme (RFC 6750 §3), with further parameters.
    pub fn challenge(
        &self,
        scheme: &str,
        further: &[(&'static str, String)],
        service: &Object,
    ) -> String {
        let mut parameters = self.parameters(service);
        parameters.extend_from_slice(further);
        let parameters: Vec<_> = parameters
            .into_iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        format!("{scheme} {}", parameters.join(","))
    }

    /// An answer that has the body for the client in it.
    pub fn answer(&self, path: &str, action: &str, service: &Object) -> Answer {
        Reply::action(path, self.code, action).with("responseContent", self.body(service))
    }
}
