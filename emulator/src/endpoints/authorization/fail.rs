//! `/auth/authorization/fail`.

use super::refused::Refused;
use crate::call::Call;
use crate::digest::Digest;
use crate::json::Members;
use crate::protocol::authorization_response::Destination;
use crate::protocol::oauth_error::OAuthError;
use crate::reply::Outcome;
use crate::result_code::{
    FAIL_CLIENT_GONE, FAIL_REASON_INVALID, FAIL_REFUSED, FAIL_TICKET_MISSING, FAIL_TICKET_UNUSABLE,
};
use crate::store::Service;

/// Refuses a request.
pub fn fail(call: &Call, service: &mut Service) -> Outcome {
    process(call, service)
        .unwrap_or_else(|refused| refused)
        .outcome(call, service)
}

fn process(call: &Call, service: &mut Service) -> Result<Refused, Refused> {
    let caller_error = |code| OAuthError::new("server_error", code);
    let ticket = call
        .body
        .text("ticket")
        .ok_or(caller_error(FAIL_TICKET_MISSING))?;
    let error = call.body.text("reason").and_then(reported_as);
    let error = error.ok_or(caller_error(FAIL_REASON_INVALID))?;
    let request = service
        .authorization_requests
        .take(&Digest::of(ticket), call.now)
        .ok_or(OAuthError::invalid_request(FAIL_TICKET_UNUSABLE))?;
    let client = service.clients.by_id(request.client_id);
    let client = client.ok_or(OAuthError::invalid_request(FAIL_CLIENT_GONE))?;
    let error = OAuthError {
        description: call.body.text("description").map(str::to_owned),
        ..OAuthError::new(error, FAIL_REFUSED)
    };
    Ok(Refused::at(Some(Destination::of(&request, client)), error))
}

/// The error that a reason stands for (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6, RFC 8707 §2).
fn reported_as(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "UNKNOWN" | "SERVER_ERROR" => "server_error",
        "NOT_LOGGED_IN"
        | "MAX_AGE_NOT_SUPPORTED"
        | "EXCEEDS_MAX_AGE"
        | "DIFFERENT_SUBJECT"
        | "ACR_NOT_SATISFIED"
        | "NOT_AUTHENTICATED" => "login_required",
        "DENIED" => "access_denied",
        "ACCOUNT_SELECTION_REQUIRED" => "account_selection_required",
        "CONSENT_REQUIRED" => "consent_required",
        "INTERACTION_REQUIRED" => "interaction_required",
        "INVALID_TARGET" => "invalid_target",
        "INVALID_SCOPE" => "invalid_scope",
        "UNAUTHORIZED_CLIENT" => "unauthorized_client",
        "TEMPORARILY_UNAVAILABLE" => "temporarily_unavailable",
        _ => return None,
    })
}
