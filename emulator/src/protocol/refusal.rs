//! Why a client does not get what it asked for.

use super::oauth_error::OAuthError;
use crate::call::Call;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::settings::ServiceSettings;

/// Why a request of a client is refused.
#[derive(Debug)]
pub enum Refusal {
    /// The client is told.
    Client(OAuthError),
    /// The call cannot be answered at all.
    Reply(Reply),
}

impl Refusal {
    /// The answer, with the action that belongs to an error.
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

/// The action that most endpoints have for an error.
pub fn usual_action(error: &OAuthError) -> &'static str {
    match error.error {
        "invalid_client" => "INVALID_CLIENT",
        "server_error" => "INTERNAL_SERVER_ERROR",
        _ => "BAD_REQUEST",
    }
}

/// The action for an error at the endpoints whose actions are called after the statuses of HTTP.
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
