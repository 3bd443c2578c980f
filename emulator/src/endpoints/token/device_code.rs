//! The grant type `urn:ietf:params:oauth:grant-type:device_code`.

use super::TokenRequest;
use crate::digest::Digest;
use crate::protocol::decision;
use crate::protocol::issuance::Issued;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::result_code::{
    DEVICE_CODE_EMPTY, DEVICE_CODE_EXPIRED, DEVICE_CODE_MISSING, DEVICE_CODE_OF_ANOTHER_CLIENT,
    DEVICE_CODE_UNKNOWN, DEVICE_PENDING, DEVICE_REFUSED,
};
use crate::store::Service;

const CODES: decision::Codes = decision::Codes {
    pending: DEVICE_PENDING,
    refused: DEVICE_REFUSED,
};

/// Exchanges a device code for tokens (RFC 8628 §3.4).
pub fn device_code(request: &TokenRequest<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let now = request.call.now;
    let device_code = request
        .parameters
        .required("device_code", DEVICE_CODE_MISSING, DEVICE_CODE_EMPTY)
        .map_err(OAuthError::invalid_request)?;
    let digest = Digest::of(device_code);
    let unknown = OAuthError::invalid_grant(DEVICE_CODE_UNKNOWN);
    let entry = service.device_flows.get(&digest).ok_or(unknown.clone())?;
    if entry.value.requested.client_id != request.client().id() {
        return Err(OAuthError::invalid_grant(DEVICE_CODE_OF_ANOTHER_CLIENT).into());
    }
    if entry.expires_at <= now {
        return Err(OAuthError::new("expired_token", DEVICE_CODE_EXPIRED).into());
    }
    let decided = service.commit(move |service| {
        let flow = service.device_flows.get_mut(&digest)?;
        Some(decision::granted(&flow.decision, &mut flow.polling, &CODES, now).cloned())
    });
    let granted = decided.ok_or(unknown)??;
    let issued = request.issue(service, granted)?;
    service.device_flows.remove(&digest);
    Ok(issued)
}
