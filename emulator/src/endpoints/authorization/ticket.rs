//! `/auth/authorization/ticket`: information attached to a pending authorization request.

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::result_code::{
    ResultCode, TICKET_INFO_MISSING, TICKET_INFO_OK, TICKET_INFO_UNKNOWN, TICKET_UPDATE_MISSING,
    TICKET_UPDATE_OK, TICKET_UPDATE_UNKNOWN,
};
use crate::store::{AuthorizationRequest, Service};

/// Returns the information that the caller attached.
pub fn info(call: &Call, service: &Service) -> Outcome {
    let Some(ticket) = call.body.text("ticket") else {
        return refuse(call, TICKET_INFO_MISSING, "CALLER_ERROR");
    };
    let request = service
        .authorization_requests
        .live(&Digest::of(ticket), call.now);
    match request {
        Some(request) => respond(call, TICKET_INFO_OK, request),
        None => refuse(call, TICKET_INFO_UNKNOWN, "NOT_FOUND"),
    }
}

/// Replaces the information that the caller attached. The ticket remains valid.
pub fn update(call: &Call, service: &mut Service) -> Outcome {
    let (Some(ticket), Some(info)) = (call.body.text("ticket"), call.body.object("info")) else {
        return refuse(call, TICKET_UPDATE_MISSING, "CALLER_ERROR");
    };
    let request = service
        .authorization_requests
        .live_mut(&Digest::of(ticket), call.now);
    let Some(request) = request else {
        return refuse(call, TICKET_UPDATE_UNKNOWN, "NOT_FOUND");
    };
    request.context = info.text("context").map(str::to_owned);
    respond(call, TICKET_UPDATE_OK, request)
}

/// The information attached to the ticket of a request, if any.
pub fn attached(request: &AuthorizationRequest) -> Option<Object> {
    let context = request.context.as_deref()?;
    Some(Object::from_iter([("context".to_owned(), context.into())]))
}

fn respond(call: &Call, code: ResultCode, request: &AuthorizationRequest) -> Outcome {
    let info = attached(request).unwrap_or_default();
    Ok(ApiResponse::action(call.path, code, "OK")
        .with("info", info)
        .build())
}

fn refuse(call: &Call, code: ResultCode, action: &str) -> Outcome {
    Ok(ApiResponse::action(call.path, code, action).build())
}
