//! Refusals of client requests.

use super::oauth_error::OAuthError;
use crate::call::Call;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::settings::ServiceSettings;

/// The refusal of a client request.
#[derive(Debug)]
pub enum Refusal {
    /// An error response to the client.
    Client(OAuthError),
    /// An error of the API call itself.
    Reply(Reply),
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
            Self::Reply(reply) => Err(reply),
            Self::Client(error) => {
                let action = action(&error);
                Ok(error.answer(call.path, action, service).reply())
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

impl From<Reply> for Refusal {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

impl From<random::Error> for Refusal {
    fn from(error: random::Error) -> Self {
        Self::Reply(error.into())
    }
}
