//! `/backchannel/authentication/fail`: the server rejects the request before it asks the user.

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::model::ErrorDetails;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{BACKCHANNEL_FAIL_OK, BACKCHANNEL_FAIL_REASON_INVALID};
use crate::store::Service;

/// Creates the error response, and deletes the ticket if there is one.
pub fn fail(call: &Call, service: &mut Service) -> Outcome {
    let response = |error: OAuthError, action| -> ApiResponse {
        error.response(call.path, action, &service.settings).build()
    };
    let reason = call.body.text("reason").unwrap_or("SERVER_ERROR");
    let Some((error, action)) = reported_as(reason) else {
        let error = OAuthError::new("server_error", BACKCHANNEL_FAIL_REASON_INVALID);
        return Ok(response(error, "INTERNAL_SERVER_ERROR"));
    };
    let error =
        OAuthError::new(error, BACKCHANNEL_FAIL_OK).with_details(ErrorDetails::of(&call.body));
    let response = response(error, action);
    if let Some(ticket) = call.body.text("ticket").map(Digest::of) {
        let pending = service.backchannel_requests.remove(&ticket);
        if let Some(id) = pending.and_then(|pending| pending.value.auth_req_id) {
            service.auth_req_ids.remove(&Digest::of(&id));
        }
    }
    Ok(response)
}

/// The OAuth error and the action for a reason (CIBA Core 1.0 §13, RFC 8707 §2).
fn reported_as(reason: &str) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        "EXPIRED_LOGIN_HINT_TOKEN" => ("expired_login_hint_token", "BAD_REQUEST"),
        "UNKNOWN_USER_ID" => ("unknown_user_id", "BAD_REQUEST"),
        "UNAUTHORIZED_CLIENT" => ("unauthorized_client", "BAD_REQUEST"),
        "MISSING_USER_CODE" => ("missing_user_code", "BAD_REQUEST"),
        "INVALID_USER_CODE" => ("invalid_user_code", "BAD_REQUEST"),
        "INVALID_BINDING_MESSAGE" => ("invalid_binding_message", "BAD_REQUEST"),
        "INVALID_TARGET" => ("invalid_target", "BAD_REQUEST"),
        "ACCESS_DENIED" => ("access_denied", "FORBIDDEN"),
        "SERVER_ERROR" => ("server_error", "INTERNAL_SERVER_ERROR"),
        _ => return None,
    })
}
