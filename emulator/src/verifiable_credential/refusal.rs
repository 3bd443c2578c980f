//! Errors of credential requests and orders.

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::proof_of_possession;
use crate::random;
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
    Api(ApiResponse),
}

impl CredentialRefusal {
    pub fn outcome(self, call: &Call, service: &ServiceSettings) -> Outcome {
        let refuse =
            |error: OAuthError, action| Ok(error.response(call.path, action, service).build());
        match self {
            Self::Disabled => {
                let error = OAuthError::new("access_denied", CREDENTIALS_DISABLED);
                refuse(error, "FORBIDDEN")
            }
            Self::Token(error, binding) => {
                let challenge = proof_of_possession::challenge(&error, &binding, &[], service);
                let response = ApiResponse::action(call.path, error.code, "UNAUTHORIZED");
                Ok(response.with("responseContent", challenge).build())
            }
            Self::Request(error) => refuse(error, "BAD_REQUEST"),
            Self::Order(code) => Ok(ApiResponse::action(call.path, code, "CALLER_ERROR").build()),
            Self::OrderDetail(code, detail) => {
                let response =
                    ApiResponse::action_with_detail(call.path, code, "CALLER_ERROR", detail);
                Ok(response.build())
            }
            Self::Settings(code) => refuse(
                OAuthError::new("server_error", code),
                "INTERNAL_SERVER_ERROR",
            ),
            Self::Api(response) => Err(response),
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
        Self::Api(error.into())
    }
}
