//! The grant type `password` (RFC 6749 §4.3), and `/auth/token/issue` and `/auth/token/fail`, which come after it.

use super::{Request, response};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::Members;
use crate::protocol::issuance::Issuance;
use crate::protocol::lifetime;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    PASSWORD_MISSING, TOKEN_FAIL_CLIENT, TOKEN_FAIL_CLIENT_UNAUTHORIZED, TOKEN_FAIL_PASSWORD,
    TOKEN_FAIL_REASON_MISSING, TOKEN_FAIL_SCOPE, TOKEN_FAIL_TARGET, TOKEN_FAIL_UNKNOWN,
    TOKEN_ISSUE_OK, TOKEN_ISSUE_SUBJECT_MISSING, TOKEN_PASSWORD, TOKEN_TICKET_UNKNOWN,
    USERNAME_MISSING,
};
use crate::store::{Grant, PasswordRequest, Service};

/// Only the server knows passwords: it gets a ticket, with which it goes on.
pub fn password(request: &Request<'_>, service: &mut Service) -> Result<Reply, Refusal> {
    let call = request.call;
    let parameter = |name, missing| {
        let value = request.parameters.get(name);
        value.ok_or(OAuthError::invalid_request(missing))
    };
    let username = parameter("username", USERNAME_MISSING)?;
    let password = parameter("password", PASSWORD_MISSING)?;
    let grant = request.grant(service)?;
    let ticket = random::token()?;
    let answer = Reply::action(call.path, TOKEN_PASSWORD, "PASSWORD");
    let answer = response::with_requester(answer, service, Some(request))
        .with("username", username)
        .with("password", password)
        .with("ticket", ticket.as_str())
        .with("grantType", request.grant_type.as_str())
        .with("scopes", grant.scopes.clone())
        .with_some("resources", response::list(&grant.resources))
        .with_some(
            "authorizationDetails",
            grant.authorization_details.as_deref().cloned(),
        );
    let waiting = PasswordRequest {
        grant,
        binding: request.binding.clone(),
        refreshable: request.may_refresh(service),
    };
    let end = after(call.now, lifetime::TICKET);
    let key = Digest::of(&ticket);
    service
        .password_requests
        .insert(key, waiting, end, call.now);
    Ok(answer.reply())
}

/// The password is right.
pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    let issued = try_issue(call, service);
    issued.or_else(|refusal| refusal.outcome(call, &service.settings, |_| "INTERNAL_SERVER_ERROR"))
}

fn try_issue(call: &Call, service: &mut Service) -> Result<Reply, Refusal> {
    let subject = call
        .body
        .text("subject")
        .ok_or(OAuthError::new("server_error", TOKEN_ISSUE_SUBJECT_MISSING))?;
    let waiting = take(call, service)?;
    let client = service.clients.by_id(waiting.grant.client_id);
    let client = client.cloned().ok_or(unknown_ticket())?;
    let issuance = Issuance {
        call,
        client: &client,
        grant: Grant {
            subject: Some(subject.to_owned()),
            ..waiting.grant
        },
        binding: waiting.binding,
        refreshable: waiting.refreshable,
    };
    let issued = issuance.issue(service)?;
    Ok(response::with_tokens(call, TOKEN_ISSUE_OK, service, &client, issued).reply())
}

/// The password is wrong, or the server has another reason.
pub fn fail(call: &Call, service: &mut Service) -> Outcome {
    let reported = call.body.text("reason").and_then(reported_as);
    let error = match reported {
        None => OAuthError::new("server_error", TOKEN_FAIL_REASON_MISSING),
        Some(error) => match take(call, service) {
            Ok(_) => error,
            Err(unknown) => unknown,
        },
    };
    let action = match usual_action(&error) {
        // The answer has no other action for that.
        "INVALID_CLIENT" => "BAD_REQUEST",
        action => action,
    };
    Ok(error.answer(call.path, action, &service.settings).reply())
}

/// A ticket works once.
fn take(call: &Call, service: &mut Service) -> Result<PasswordRequest, OAuthError> {
    let ticket = call.body.text("ticket").map(Digest::of);
    let waiting = ticket.and_then(|key| service.password_requests.take(&key, call.now));
    waiting.ok_or(unknown_ticket())
}

fn unknown_ticket() -> OAuthError {
    OAuthError::new("server_error", TOKEN_TICKET_UNKNOWN)
}

/// The error that a reason stands for (RFC 6749 §5.2, RFC 8707 §2).
fn reported_as(reason: &str) -> Option<OAuthError> {
    let (error, code) = match reason {
        "UNKNOWN" => ("server_error", TOKEN_FAIL_UNKNOWN),
        "INVALID_RESOURCE_OWNER_CREDENTIALS" => ("invalid_grant", TOKEN_FAIL_PASSWORD),
        "INVALID_TARGET" => ("invalid_target", TOKEN_FAIL_TARGET),
        "INVALID_CLIENT" => ("invalid_client", TOKEN_FAIL_CLIENT),
        "UNAUTHORIZED_CLIENT" => ("unauthorized_client", TOKEN_FAIL_CLIENT_UNAUTHORIZED),
        "INVALID_SCOPE" => ("invalid_scope", TOKEN_FAIL_SCOPE),
        _ => return None,
    };
    Some(OAuthError::new(error, code))
}
