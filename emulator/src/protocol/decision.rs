//! Decisions that a user makes elsewhere than at the client: as the server reports them, and as the client learns of them.

use super::granted::Requested;
use super::oauth_error::{OAuthError, Words};
use super::polling::Polling;
use crate::clock::Millis;
use crate::json::{Members, Object};
use crate::result_code::{
    AUTHORIZATION_PENDING, DECISION_ACCESS_DENIED, DECISION_TRANSACTION_FAILED, SLOW_DOWN,
};
use crate::store::{Decision, Granted, RefusalReason, Refused};

/// What a report of a decision can lack.
#[derive(Debug)]
pub enum Unreadable {
    /// `result` is missing or unknown.
    Result,
    /// Tokens are somebody's.
    Subject,
    /// One of the members that are JSON in text form is none.
    Object,
}

/// The decision that a call reports.
pub fn reported(call: &Object, requested: &Requested<'_>) -> Result<Decision, Unreadable> {
    let reason = match call.text("result") {
        Some("AUTHORIZED") => {
            let subject = call.text("subject").ok_or(Unreadable::Subject)?;
            let granted = requested.granted(call, Some(subject));
            let granted = granted.map_err(|_| Unreadable::Object)?;
            return Ok(Decision::Granted(Box::new(granted)));
        }
        Some("ACCESS_DENIED") => RefusalReason::AccessDenied,
        Some("TRANSACTION_FAILED") => RefusalReason::TransactionFailed,
        _ => return Err(Unreadable::Result),
    };
    let words = Words::of(call);
    Ok(Decision::Refused(Refused { reason, words }))
}

/// What was granted, for a client that asks at the token endpoint (RFC 8628 §3.5, CIBA Core 1.0 §11); an error as long as
/// that is nothing.
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
