//! The grant type `urn:openid:params:grant-type:ciba`.

use authlete::types::DeliveryMode;

use super::TokenRequest;
use crate::digest::Digest;
use crate::protocol::decision;
use crate::protocol::issuance::Issued;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::result_code::{
    AUTH_REQ_ID_EMPTY, AUTH_REQ_ID_EXPIRED, AUTH_REQ_ID_MISSING, AUTH_REQ_ID_OF_ANOTHER_CLIENT,
    AUTH_REQ_ID_UNKNOWN, CIBA_PENDING, CIBA_REFUSED, PUSH_CLIENT_AT_TOKEN_ENDPOINT,
};
use crate::store::Service;

const CODES: decision::Codes = decision::Codes {
    pending: CIBA_PENDING,
    refused: CIBA_REFUSED,
};

/// Exchanges an `auth_req_id` for tokens (CIBA Core 1.0 §10.1).
pub fn ciba(request: &TokenRequest<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let now = request.call.now;
    let push = DeliveryMode::Push;
    let refused_push = OAuthError::new("unauthorized_client", PUSH_CLIENT_AT_TOKEN_ENDPOINT);
    if request.client().settings.bc_delivery_mode() == Some(push.as_str()) {
        return Err(refused_push.into());
    }
    let auth_req_id = request
        .parameters
        .required("auth_req_id", AUTH_REQ_ID_MISSING, AUTH_REQ_ID_EMPTY)
        .map_err(OAuthError::invalid_request)?;
    let auth_req_id = Digest::of(auth_req_id);
    let unknown = OAuthError::invalid_grant(AUTH_REQ_ID_UNKNOWN);
    let ticket = service.auth_req_ids.get(&auth_req_id);
    let ticket = ticket.ok_or(unknown.clone())?.value;
    let entry = service.backchannel_requests.get(&ticket);
    let entry = entry.ok_or(unknown.clone())?;
    if entry.value.requested.client_id != request.client().id() {
        return Err(OAuthError::invalid_grant(AUTH_REQ_ID_OF_ANOTHER_CLIENT).into());
    }
    if entry.value.delivery_mode == push {
        return Err(refused_push.into());
    }
    if entry.expires_at <= now {
        return Err(OAuthError::new("expired_token", AUTH_REQ_ID_EXPIRED).into());
    }
    let decided = service.commit(move |service| {
        let pending = service.backchannel_requests.get_mut(&ticket)?;
        Some(decision::granted(&pending.decision, &mut pending.polling, &CODES, now).cloned())
    });
    let granted = decided.ok_or(unknown)??;
    let issued = request.issue(service, granted)?;
    service.auth_req_ids.remove(&auth_req_id);
    service.backchannel_requests.remove(&ticket);
    Ok(issued)
}
