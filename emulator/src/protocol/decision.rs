//! Decisions that a user makes elsewhere than at the client: as the server reports them, and as the client learns of them.

use super::granted::{NoObject, Requested};
use super::oauth_error::OAuthError;
use crate::clock::Millis;
use crate::json::{Members, Object};
use crate::model::{ErrorDetails, Polling};
use crate::result_code::{ResultCode, SLOW_DOWN};
use crate::store::{Decision, Granted, RefusalReason, Refused};

/// What a report of a decision can lack.
#[derive(Debug)]
pub enum Unreadable {
    /// `result` is missing or unknown.
    Result,
    /// Tokens are somebody's.
    Subject,
    /// A member is no JSON object in text form.
    Object(NoObject),
}

/// The decision that a call reports.
pub fn reported(call: &Object, requested: &Requested<'_>) -> Result<Decision, Unreadable> {
    let reason = match call.text("result") {
        Some("AUTHORIZED") => {
            let subject = call.text("subject").ok_or(Unreadable::Subject)?;
            let granted = requested.granted(call, Some(subject));
            let granted = granted.map_err(Unreadable::Object)?;
            return Ok(Decision::Granted(Box::new(granted)));
        }
        Some("ACCESS_DENIED") => RefusalReason::AccessDenied,
        Some("TRANSACTION_FAILED") => RefusalReason::TransactionFailed,
        _ => return Err(Unreadable::Result),
    };
    let details = ErrorDetails::of(call);
    Ok(Decision::Refused(Refused { reason, details }))
}

/// The codes of a grant type for what is not granted.
#[derive(Debug)]
pub struct Codes {
    pub pending: ResultCode,
    /// Denied, or failed.
    pub refused: ResultCode,
}

/// What was granted, for a client that asks at the token endpoint (RFC 8628 §3.5, CIBA Core 1.0 §11); an error as long as
/// that is nothing.
pub fn granted<'a>(
    decision: &'a Decision,
    polling: &mut Polling,
    codes: &Codes,
    now: Millis,
) -> Result<&'a Granted, OAuthError> {
    match decision {
        Decision::Granted(granted) => Ok(granted),
        Decision::Refused(refused) => Err(error(refused, codes.refused)),
        Decision::Pending if polling.is_too_early(now) => {
            Err(OAuthError::new("slow_down", SLOW_DOWN))
        }
        Decision::Pending => Err(OAuthError::new("authorization_pending", codes.pending)),
    }
}

/// The error that tells of a refusal.
pub fn error(refused: &Refused, code: ResultCode) -> OAuthError {
    let error = match refused.reason {
        RefusalReason::AccessDenied => "access_denied",
        RefusalReason::TransactionFailed => "expired_token",
    };
    OAuthError::new(error, code).with_details(refused.details.clone())
}
