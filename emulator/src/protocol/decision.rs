//! Decisions of users outside of the client's device: how the server reports them, and how the client gets them.

use super::oauth_error::OAuthError;
use crate::clock::Millis;
use crate::json::{Object, ObjectExt};
use crate::model::{ErrorDetails, Polling};
use crate::result_code::{ResultCode, SLOW_DOWN};
use crate::store::{Decision, Denial, DenialReason, Granted, Requested};

/// The result codes of an API for invalid reports of a decision.
#[derive(Debug)]
pub struct ReportCodes {
    pub result_missing: ResultCode,
    pub result_unknown: ResultCode,
    /// Tokens require a subject.
    pub subject_missing: ResultCode,
    pub auth_time_negative: ResultCode,
    pub claims_malformed: ResultCode,
    pub header_malformed: ResultCode,
    pub access_token_claims_malformed: ResultCode,
}

/// The decision that a call reports.
pub fn reported(
    call: &Object,
    requested: &Requested,
    codes: &ReportCodes,
) -> Result<Decision, ResultCode> {
    let reason = match call.text("result") {
        Some("AUTHORIZED") => {
            let subject = call.text("subject").ok_or(codes.subject_missing)?;
            if call.integer("authTime").is_some_and(|time| time < 0) {
                return Err(codes.auth_time_negative);
            }
            let granted = requested.granted(call, Some(subject));
            let granted = granted.map_err(|malformed| match malformed.member {
                "claims" => codes.claims_malformed,
                "idtHeaderParams" => codes.header_malformed,
                _ => codes.access_token_claims_malformed,
            })?;
            return Ok(Decision::Granted(Box::new(granted)));
        }
        Some("ACCESS_DENIED") => DenialReason::AccessDenied,
        Some("TRANSACTION_FAILED") => DenialReason::TransactionFailed,
        Some(_) => return Err(codes.result_unknown),
        None => return Err(codes.result_missing),
    };
    let details = ErrorDetails::of(call);
    Ok(Decision::Refused(Denial { reason, details }))
}

/// The result codes of a grant type for requests that are not granted.
#[derive(Debug)]
pub struct Codes {
    pub pending: ResultCode,
    /// Denied, or failed.
    pub refused: ResultCode,
}

/// The granted decision, for a client that polls the token endpoint (RFC 8628 §3.5, CIBA Core 1.0 §11). An error if the
/// request is pending or refused.
pub fn granted<'a>(
    decision: &'a Decision,
    polling: &mut Polling,
    codes: &Codes,
    now: Millis,
) -> Result<&'a Granted, OAuthError> {
    match decision {
        Decision::Granted(granted) => Ok(granted),
        Decision::Refused(denial) => Err(error(denial, codes.refused)),
        Decision::Pending if polling.is_too_early(now) => {
            Err(OAuthError::new("slow_down", SLOW_DOWN))
        }
        Decision::Pending => Err(OAuthError::new("authorization_pending", codes.pending)),
    }
}

/// The error response for a refusal.
pub fn error(denial: &Denial, code: ResultCode) -> OAuthError {
    let error = match denial.reason {
        DenialReason::AccessDenied => "access_denied",
        DenialReason::TransactionFailed => "expired_token",
    };
    OAuthError::new(error, code).with_details(denial.details.clone())
}
