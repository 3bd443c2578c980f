//! What a client that asks the token endpoint for a decision is told (RFC 8628 §3.5, CIBA Core 1.0 §11).

use super::oauth_error::OAuthError;
use super::polling::Polling;
use crate::clock::Millis;
use crate::result_code::{
    AUTHORIZATION_PENDING, DECISION_ACCESS_DENIED, DECISION_TRANSACTION_FAILED, SLOW_DOWN,
};
use crate::store::{Decision, Granted, RefusalReason, Refused};

/// What was granted; an error as long as that is nothing.
pub fn granted<'a>(
    decision: &'a Decision,
    polling: &mut Polling,
    now: Millis,
) -> Result<&'a Granted, OAuthError> {
    match decision {
        Decision::Granted(granted) => Ok(granted),
        Decision::Refused(refused) => Err(error(refused)),
        Decision::Pending if polling.is_too_early(now) => {
            Err(OAuthError::new("slow_down", SLOW_DOWN))
        }
        Decision::Pending => Err(OAuthError::new(
            "authorization_pending",
            AUTHORIZATION_PENDING,
        )),
    }
}

/// The error that tells of a refusal.
pub fn error(refused: &Refused) -> OAuthError {
    let error = match refused.reason {
        RefusalReason::AccessDenied => OAuthError::new("access_denied", DECISION_ACCESS_DENIED),
        RefusalReason::TransactionFailed => {
            OAuthError::new("expired_token", DECISION_TRANSACTION_FAILED)
        }
    };
    error.in_words(refused.words.clone())
}
