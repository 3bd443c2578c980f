//! `/auth/token/revoke`.

use super::find;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::result_code::{REVOKE_NOTHING_NAMED, REVOKE_OK};
use crate::store::{RecordId, Service};

/// The maximum number of records that one call revokes by client or by user, as in Authlete by default.
const MAX_REVOKED: usize = 20;

/// Revokes access tokens, each with its refresh token.
pub fn revoke(call: &Call, service: &mut Service) -> Outcome {
    let ids = named(call, service)?;
    for id in &ids {
        service.tokens.take(*id);
    }
    let response = ApiResponse::result(call.path, REVOKE_OK).with("count", ids.len());
    Ok(response.build())
}

/// The records that the request refers to: one token, or those of a client, a user or both, oldest first.
fn named(call: &Call, service: &Service) -> Result<Vec<RecordId>, ApiResponse> {
    let text = |name| call.body.text(name);
    if let Some(identifier) = text("accessTokenIdentifier") {
        let found = find::by_access_token(identifier, service);
        return Ok(found.into_iter().collect());
    }
    if let Some(identifier) = text("refreshTokenIdentifier") {
        let found = find::by_refresh_token(identifier, service);
        return Ok(found.into_iter().collect());
    }
    let (client, subject) = (text("clientIdentifier"), text("subject"));
    if client.is_none() && subject.is_none() {
        return Err(ApiResponse::error(400, call.path, REVOKE_NOTHING_NAMED));
    }
    let client = client.map(|identifier| {
        let missing = || call.missing_client(service, identifier, false);
        service.client(identifier).ok_or_else(missing)
    });
    let client_id = client.transpose()?.map(|(client, _)| client.id());
    let records = service.tokens.list(client_id, subject);
    Ok(records.map(|(id, _)| id).take(MAX_REVOKED).collect())
}
