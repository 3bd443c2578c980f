//! Refusals of client requests.

use super::oauth_error::OAuthError;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::random;
use crate::settings::ServiceSettings;

/// The refusal of a client request.
#[derive(Debug)]
pub enum Refusal {
    /// An error response to the client.
    Client(OAuthError),
    /// An error of the API call itself.
    Api(ApiResponse),
}

impl Refusal {
    /// The API response, with the action for an error.
    pub fn outcome(
        self,
        call: &Call,
        service: &ServiceSettings,
        action: impl FnOnce(&OAuthError) -> &'static str,
    ) -> Outcome {
        match self {
            Self::Api(response) => Err(response),
            Self::Client(error) => {
                let action = action(&error);
                Ok(error.response(call.path, action, service).build())
            }
        }
    }
}

/// The action for an error at most endpoints.
pub fn usual_action(error: &OAuthError) -> &'static str {
    match error.error {
        "invalid_client" => "INVALID_CLIENT",
        "server_error" => "INTERNAL_SERVER_ERROR",
        _ => "BAD_REQUEST",
    }
}

/// The action for an error at endpoints whose actions are named after HTTP statuses.
pub fn status_action(error: &OAuthError) -> &'static str {
    match usual_action(error) {
        "INVALID_CLIENT" => "UNAUTHORIZED",
        action => action,
    }
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::Client(error)
    }
}

impl From<ApiResponse> for Refusal {
    fn from(response: ApiResponse) -> Self {
        Self::Api(response)
    }
}

impl From<random::Error> for Refusal {
    fn from(error: random::Error) -> Self {
        Self::Api(error.into())
    }
}
