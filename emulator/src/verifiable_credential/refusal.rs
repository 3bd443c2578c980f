//! Errors of credential requests and orders.

use crate::call::Call;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::proof_of_possession;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::{CREDENTIALS_DISABLED, ResultCode};
use crate::settings::ServiceSettings;
use crate::store::Binding;

#[derive(Debug)]
pub enum CredentialRefusal {
    /// The service issues no credentials.
    Disabled,
    /// The access token, with its binding, is not valid for the request (OID4VCI §8.3.1.1).
    Token(OAuthError, Box<Binding>),
    /// The request of the wallet is invalid (OID4VCI §8.3.1.2).
    Request(OAuthError),
    /// The order of the caller is invalid.
    Order(ResultCode),
    /// The order of the caller is invalid, with a detail message.
    OrderDetail(ResultCode, &'static str),
    /// The settings of the service do not allow it.
    Settings(ResultCode),
    /// The call fails with this response.
    Reply(Reply),
}

impl CredentialRefusal {
    pub fn outcome(self, call: &Call, service: &ServiceSettings) -> Outcome {
        let refuse =
            |error: OAuthError, action| Ok(error.answer(call.path, action, service).reply());
        match self {
            Self::Disabled => {
                let error = OAuthError::new("access_denied", CREDENTIALS_DISABLED);
                refuse(error, "FORBIDDEN")
            }
            Self::Token(error, binding) => {
                let challenge = proof_of_possession::challenge(&error, &binding, &[], service);
                let answer = Reply::action(call.path, error.code, "UNAUTHORIZED");
                Ok(answer.with("responseContent", challenge).reply())
            }
            Self::Request(error) => refuse(error, "BAD_REQUEST"),
            Self::Order(code) => Ok(Reply::action(call.path, code, "CALLER_ERROR").reply()),
            Self::OrderDetail(code, detail) => {
                let answer = Reply::explained_action(call.path, code, "CALLER_ERROR", detail);
                Ok(answer.reply())
            }
            Self::Settings(code) => refuse(
                OAuthError::new("server_error", code),
                "INTERNAL_SERVER_ERROR",
            ),
            Self::Reply(reply) => Err(reply),
        }
    }
}

impl From<OAuthError> for CredentialRefusal {
    fn from(error: OAuthError) -> Self {
        Self::Request(error)
    }
}

impl From<random::Error> for CredentialRefusal {
    fn from(error: random::Error) -> Self {
        Self::Reply(error.into())
    }
}
