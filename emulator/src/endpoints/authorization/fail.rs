//! `/auth/authorization/fail`.

use super::error::AuthorizationError;
use crate::api_response::Outcome;
use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::authorization_response::Destination;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::usual_action;
use crate::result_code::{
    FAIL_CLIENT_GONE, FAIL_REASON_MISSING, FAIL_REASON_UNKNOWN, FAIL_TICKET_EXPIRED,
    FAIL_TICKET_MISSING, FAIL_TICKET_OF_ANOTHER_SERVICE, FAIL_TICKET_UNKNOWN,
    FAILED_ACCOUNT_SELECTION, FAILED_ACR_NOT_SATISFIED, FAILED_CLIENT, FAILED_CONSENT,
    FAILED_DENIED, FAILED_DIFFERENT_SUBJECT, FAILED_EXCEEDS_MAX_AGE, FAILED_INTERACTION,
    FAILED_MAX_AGE_NOT_SUPPORTED, FAILED_NOT_AUTHENTICATED, FAILED_NOT_LOGGED_IN, FAILED_SCOPE,
    FAILED_SERVER_ERROR, FAILED_TARGET, FAILED_TEMPORARILY_UNAVAILABLE, FAILED_UNKNOWN,
};
use crate::store::Service;

/// Creates the error response to an authorization request.
pub fn fail(call: &Call, service: &mut Service) -> Outcome {
    let outcome = service.attempt(|service| process(call, service)?.deliver(call, service));
    outcome.or_else(|refusal| refusal.outcome(call, &service.settings, usual_action))
}

fn process(call: &Call, service: &mut Service) -> Result<AuthorizationError, OAuthError> {
    let caller_error = |code| OAuthError::new("server_error", code);
    let ticket = call
        .body
        .text("ticket")
        .ok_or(caller_error(FAIL_TICKET_MISSING))?;
    let reason = call.body.text("reason");
    let reason = reason.ok_or(caller_error(FAIL_REASON_MISSING))?;
    let error = reported_as(reason).ok_or(caller_error(FAIL_REASON_UNKNOWN))?;
    let entry = service.authorization_requests.remove(&Digest::of(ticket));
    let unknown = match call.other_service_ids.contains(ticket) {
        true => FAIL_TICKET_OF_ANOTHER_SERVICE,
        false => FAIL_TICKET_UNKNOWN,
    };
    let entry = entry.ok_or(OAuthError::invalid_request(unknown))?;
    if entry.expires_at <= call.now {
        return Err(OAuthError::invalid_request(FAIL_TICKET_EXPIRED));
    }
    let request = entry.value;
    let client = service.clients.by_id(request.requested.client_id);
    let client = client.ok_or(OAuthError::invalid_request(FAIL_CLIENT_GONE))?;
    let error = OAuthError {
        description: call.body.text("description").map(Box::from),
        ..error
    };
    Ok(AuthorizationError::at(
        Some(Destination::of(&request, client)),
        error,
    ))
}

/// The OAuth error for a reason (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6, RFC 8707 §2).
fn reported_as(reason: &str) -> Option<OAuthError> {
    let (error, code) = match reason {
        "UNKNOWN" => ("server_error", FAILED_UNKNOWN),
        "SERVER_ERROR" => ("server_error", FAILED_SERVER_ERROR),
        "NOT_LOGGED_IN" => ("login_required", FAILED_NOT_LOGGED_IN),
        "MAX_AGE_NOT_SUPPORTED" => ("login_required", FAILED_MAX_AGE_NOT_SUPPORTED),
        "EXCEEDS_MAX_AGE" => ("login_required", FAILED_EXCEEDS_MAX_AGE),
        "DIFFERENT_SUBJECT" => ("login_required", FAILED_DIFFERENT_SUBJECT),
        // Since Authlete 2.3 (OpenID Connect Core Error Code unmet_authentication_requirements).
        "ACR_NOT_SATISFIED" => (
            "unmet_authentication_requirements",
            FAILED_ACR_NOT_SATISFIED,
        ),
        "NOT_AUTHENTICATED" => ("login_required", FAILED_NOT_AUTHENTICATED),
        "DENIED" => ("access_denied", FAILED_DENIED),
        "ACCOUNT_SELECTION_REQUIRED" => ("account_selection_required", FAILED_ACCOUNT_SELECTION),
        "CONSENT_REQUIRED" => ("consent_required", FAILED_CONSENT),
        "INTERACTION_REQUIRED" => ("interaction_required", FAILED_INTERACTION),
        "INVALID_TARGET" => ("invalid_target", FAILED_TARGET),
        "INVALID_SCOPE" => ("invalid_scope", FAILED_SCOPE),
        "UNAUTHORIZED_CLIENT" => ("unauthorized_client", FAILED_CLIENT),
        "TEMPORARILY_UNAVAILABLE" => ("temporarily_unavailable", FAILED_TEMPORARILY_UNAVAILABLE),
        _ => return None,
    };
    Some(OAuthError::new(error, code))
}
