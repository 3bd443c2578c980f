//! `/backchannel/authentication/issue`: issues an `auth_req_id` after the user was identified.

use authlete::types::DeliveryMode;
use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::protocol::lifetime;
use crate::protocol::oauth_error::OAuthError;
use crate::random;
use crate::result_code::{
    BACKCHANNEL_ISSUE_OK, BACKCHANNEL_ISSUE_TICKET_COMPLETED, BACKCHANNEL_ISSUE_TICKET_EXPIRED,
    BACKCHANNEL_ISSUE_TICKET_MISSING, BACKCHANNEL_ISSUE_TICKET_OF_ANOTHER_SERVICE,
    BACKCHANNEL_ISSUE_TICKET_UNKNOWN, BACKCHANNEL_ISSUE_TICKET_USED,
};
use crate::store::{Decision, Service};

/// Issues the `auth_req_id` of a request, and extends the request to its lifetime (CIBA Core 1.0 §7.3).
pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    let error = |code, action| {
        let error = OAuthError::new("server_error", code);
        Ok(error.response(call.path, action, &service.settings).build())
    };
    let Some(ticket) = call.body.text("ticket") else {
        return error(BACKCHANNEL_ISSUE_TICKET_MISSING, "INTERNAL_SERVER_ERROR");
    };
    let is_foreign = call.other_service_ids.contains(ticket);
    let ticket = Digest::of(ticket);
    let unusable = |code| error(code, "INVALID_TICKET");
    let mut pending = match service.backchannel_requests.get(&ticket) {
        None if is_foreign => return unusable(BACKCHANNEL_ISSUE_TICKET_OF_ANOTHER_SERVICE),
        None => return unusable(BACKCHANNEL_ISSUE_TICKET_UNKNOWN),
        Some(entry) if entry.expires_at <= call.now => {
            return unusable(BACKCHANNEL_ISSUE_TICKET_EXPIRED);
        }
        Some(entry) if !matches!(entry.value.decision, Decision::Pending) => {
            return unusable(BACKCHANNEL_ISSUE_TICKET_COMPLETED);
        }
        Some(entry) if entry.value.auth_req_id.is_some() => {
            return unusable(BACKCHANNEL_ISSUE_TICKET_USED);
        }
        Some(entry) => entry.value.clone(),
    };
    let auth_req_id = random::token()?;
    let expires_in = lifetime::auth_req_id(service, pending.requested_expiry);
    let interval = pending.polling.interval;
    let mut content = Object::from_iter([
        ("auth_req_id".to_owned(), auth_req_id.as_str().into()),
        ("expires_in".to_owned(), expires_in.into()),
    ]);
    if pending.delivery_mode != DeliveryMode::Push {
        content.insert("interval".to_owned(), interval.into());
    }
    let response = ApiResponse::action(call.path, BACKCHANNEL_ISSUE_OK, "OK")
        .with("responseContent", Value::Object(content).to_string())
        .with("authReqId", auth_req_id.as_str())
        .with("expiresIn", expires_in)
        .with("interval", interval);
    let end = after(call.now, expires_in);
    service
        .auth_req_ids
        .insert(Digest::of(&auth_req_id), ticket, end, call.now);
    pending.auth_req_id = Some(auth_req_id);
    service
        .backchannel_requests
        .insert(ticket, pending, end, call.now);
    Ok(response.build())
}
