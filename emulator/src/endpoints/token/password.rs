//! The grant type `password` (RFC 6749 §4.3), with the calls that follow it: `/auth/token/issue` and `/auth/token/fail`.

use super::{TokenRequest, response};
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::issuance::Issuance;
use crate::protocol::lifetime;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::random;
use crate::result_code::{
    PASSWORD_EMPTY, PASSWORD_MISSING, ResultCode, TOKEN_FAIL_CLIENT,
    TOKEN_FAIL_CLIENT_UNAUTHORIZED, TOKEN_FAIL_PASSWORD, TOKEN_FAIL_REASON_MISSING,
    TOKEN_FAIL_REASON_UNKNOWN, TOKEN_FAIL_SCOPE, TOKEN_FAIL_TARGET, TOKEN_FAIL_TICKET_EXPIRED,
    TOKEN_FAIL_TICKET_MISSING, TOKEN_FAIL_TICKET_OF_ANOTHER_SERVICE, TOKEN_FAIL_TICKET_UNKNOWN,
    TOKEN_FAIL_UNKNOWN, TOKEN_ISSUE_CLIENT_GONE, TOKEN_ISSUE_OK, TOKEN_ISSUE_SUBJECT_MISSING,
    TOKEN_ISSUE_TICKET_EXPIRED, TOKEN_ISSUE_TICKET_MISSING, TOKEN_ISSUE_TICKET_OF_ANOTHER_SERVICE,
    TOKEN_ISSUE_TICKET_UNKNOWN, TOKEN_PASSWORD, USERNAME_EMPTY, USERNAME_MISSING,
};
use crate::store::{Grant, PasswordRequest, Service};

/// Issues a ticket for the authorization server, which checks the password and then issues or fails the request.
pub fn password(request: &TokenRequest<'_>, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let call = request.call;
    let parameter = |name, missing, empty| {
        let value = request.parameters.required(name, missing, empty);
        value.map_err(OAuthError::invalid_request)
    };
    let username = parameter("username", USERNAME_MISSING, USERNAME_EMPTY)?;
    let password = parameter("password", PASSWORD_MISSING, PASSWORD_EMPTY)?;
    let grant = request.grant(service)?;
    let ticket = random::token()?;
    let response = ApiResponse::action(call.path, TOKEN_PASSWORD, "PASSWORD");
    let response = response::with_requester(response, service, Some(request))
        .with("username", username)
        .with("password", password)
        .with("ticket", ticket.as_str())
        .with("grantType", request.grant_type.as_str())
        .with("scopes", grant.scopes.clone())
        .with_optional("resources", response::list(&grant.resources))
        .with_optional(
            "authorizationDetails",
            grant.authorization_details.as_deref().cloned(),
        );
    let pending = PasswordRequest {
        grant,
        binding: request.binding.clone(),
        refreshable: request.may_refresh(service),
    };
    let end = after(call.now, lifetime::TICKET);
    let key = Digest::of(&ticket);
    service
        .password_requests
        .insert(key, pending, end, call.now);
    Ok(response.build())
}

/// Issues the tokens after the server accepted the password.
pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    let issued = service.attempt(|service| try_issue(call, service));
    issued.or_else(|refusal| refusal.outcome(call, &service.settings, |_| "INTERNAL_SERVER_ERROR"))
}

fn try_issue(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let subject = call
        .body
        .text("subject")
        .ok_or(OAuthError::new("server_error", TOKEN_ISSUE_SUBJECT_MISSING))?;
    let caller_error = |code| OAuthError::new("server_error", code);
    let pending = take(call, service).map_err(|unusable| {
        caller_error(match unusable {
            UnusableTicket::Missing => TOKEN_ISSUE_TICKET_MISSING,
            UnusableTicket::OfAnotherService => TOKEN_ISSUE_TICKET_OF_ANOTHER_SERVICE,
            UnusableTicket::Unknown => TOKEN_ISSUE_TICKET_UNKNOWN,
            UnusableTicket::Expired => TOKEN_ISSUE_TICKET_EXPIRED,
        })
    })?;
    let client = service.clients.by_id(pending.grant.client_id);
    let client = client
        .cloned()
        .ok_or(caller_error(TOKEN_ISSUE_CLIENT_GONE))?;
    let issuance = Issuance {
        call,
        client: &client,
        grant: Grant {
            subject: Some(subject.to_owned()),
            ..pending.grant
        },
        binding: pending.binding,
        refreshable: pending.refreshable,
    };
    let issued = issuance.issue(service)?;
    Ok(response::with_tokens(call, TOKEN_ISSUE_OK, service, &client, issued).build())
}

/// Creates the error response if the password is wrong, or for another reason.
pub fn fail(call: &Call, service: &mut Service) -> Outcome {
    let (error, action) = match service.attempt(|service| reported(call, service)) {
        // The action is the same for all reasons.
        Ok(error) => (error, "BAD_REQUEST"),
        Err(code) => (
            OAuthError::new("server_error", code),
            "INTERNAL_SERVER_ERROR",
        ),
    };
    Ok(error.response(call.path, action, &service.settings).build())
}

/// Consumes the ticket and returns the error for the client, or the code for an error of the call.
fn reported(call: &Call, service: &mut Service) -> Result<OAuthError, ResultCode> {
    let reason = call.body.text("reason").ok_or(TOKEN_FAIL_REASON_MISSING)?;
    let error = reported_as(reason).ok_or(TOKEN_FAIL_REASON_UNKNOWN)?;
    take(call, service).map_err(|error| match error {
        UnusableTicket::Missing => TOKEN_FAIL_TICKET_MISSING,
        UnusableTicket::OfAnotherService => TOKEN_FAIL_TICKET_OF_ANOTHER_SERVICE,
        UnusableTicket::Unknown => TOKEN_FAIL_TICKET_UNKNOWN,
        UnusableTicket::Expired => TOKEN_FAIL_TICKET_EXPIRED,
    })?;
    Ok(error)
}

/// Why a ticket cannot be used.
enum UnusableTicket {
    Missing,
    OfAnotherService,
    Unknown,
    Expired,
}

/// Consumes the ticket of the call.
fn take(call: &Call, service: &mut Service) -> Result<PasswordRequest, UnusableTicket> {
    let ticket = call.body.text("ticket").ok_or(UnusableTicket::Missing)?;
    let entry = service.password_requests.remove(&Digest::of(ticket));
    let entry = entry.ok_or(match call.other_service_ids.contains(ticket) {
        true => UnusableTicket::OfAnotherService,
        false => UnusableTicket::Unknown,
    })?;
    match call.now < entry.expires_at {
        true => Ok(entry.value),
        false => Err(UnusableTicket::Expired),
    }
}

/// The OAuth error for a reason (RFC 6749 §5.2, RFC 8707 §2).
fn reported_as(reason: &str) -> Option<OAuthError> {
    let (error, code) = match reason {
        "UNKNOWN" => ("server_error", TOKEN_FAIL_UNKNOWN),
        // RFC 6749 §5.2 has `invalid_grant`; Authlete documents `invalid_request`.
        "INVALID_RESOURCE_OWNER_CREDENTIALS" => ("invalid_request", TOKEN_FAIL_PASSWORD),
        "INVALID_TARGET" => ("invalid_target", TOKEN_FAIL_TARGET),
        "INVALID_CLIENT" => ("invalid_client", TOKEN_FAIL_CLIENT),
        "UNAUTHORIZED_CLIENT" => ("unauthorized_client", TOKEN_FAIL_CLIENT_UNAUTHORIZED),
        "INVALID_SCOPE" => ("invalid_scope", TOKEN_FAIL_SCOPE),
        _ => return None,
    };
    Some(OAuthError::new(error, code))
}
