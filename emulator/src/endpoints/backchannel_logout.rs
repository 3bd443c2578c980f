//! `/backchannel/logout`: logout tokens, sent to clients when a session ends (OpenID Connect Back-Channel Logout 1.0).

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::protocol::logout_token::LogoutToken;
use crate::protocol::refusal::Refusal;
use crate::result_code::{
    LOGOUT_CLIENT_MISSING, LOGOUT_CLIENT_UNKNOWN, LOGOUT_SUBJECT_AND_SESSION_MISSING,
    LOGOUT_TOKEN_OK, ResultCode,
};
use crate::store::Service;

/// Creates a logout token. The authorization server sends it.
pub fn token(call: &Call, service: &Service) -> Outcome {
    let token = match read(call, service) {
        Ok(token) => token,
        Err(code) => return Ok(ApiResponse::action(call.path, code, "CALLER_ERROR").build()),
    };
    // As in Authlete, a client without a logout URI is no error.
    let uri = token.client.settings.backchannel_logout_uri();
    match token.issue() {
        Ok(jwt) => Ok(ApiResponse::action(call.path, LOGOUT_TOKEN_OK, "OK")
            .with("logoutToken", jwt)
            .with_optional("backchannelLogoutUri", uri)
            .build()),
        Err(Refusal::Api(response)) => Err(response),
        Err(Refusal::Client(error)) => {
            Ok(ApiResponse::action(call.path, error.code, "SERVER_ERROR").build())
        }
    }
}

fn read<'a>(call: &'a Call, service: &'a Service) -> Result<LogoutToken<'a>, ResultCode> {
    let identifier = call.body.text("clientIdentifier");
    let identifier = identifier.ok_or(LOGOUT_CLIENT_MISSING)?;
    let client = service.client(identifier);
    let (client, client_named_by) = client.ok_or(LOGOUT_CLIENT_UNKNOWN)?;
    let (subject, session_id) = (call.body.text("subject"), call.body.text("sessionId"));
    if subject.is_none() && session_id.is_none() {
        return Err(LOGOUT_SUBJECT_AND_SESSION_MISSING);
    }
    Ok(LogoutToken {
        service,
        client,
        client_named_by,
        subject,
        session_id,
        now: call.now,
    })
}
